"""Read a prepared folder as a player does: only through its playlists."""

import re
import subprocess
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import av

from kodipest.engines.media.encoder import ffmpeg_path


@dataclass(frozen=True)
class Rendition:
    """A media playlist with what its lines say."""

    lines: list[str]
    durations: list[float]
    names: list[str]
    whole: Path  # init and segments in one file, as a player appends them

    @property
    def seconds(self) -> float:
        return sum(self.durations)


def rendition(out: Path, name: str) -> Rendition:
    """Join what the playlist of `name` names."""
    lines = (out / name / "index.m3u8").read_text().splitlines()
    durations = [float(line[8:].rstrip(",")) for line in lines if line.startswith("#EXTINF:")]
    names = [line for line in lines if not line.startswith("#")]
    init = re.search(r'URI="([^"]+)"', "".join(lines))
    assert init
    parts = [init[1], *names]
    whole = out.parent / f"{out.name}-{name.replace('/', '-')}.mp4"
    whole.write_bytes(b"".join((out / name / part).read_bytes() for part in parts))
    return Rendition(lines, durations, names, whole)


def variants(out: Path) -> list[dict[str, str]]:
    """Return the attributes of each variant in the master playlist, with its `uri`."""
    lines = (out / "master.m3u8").read_text().splitlines()
    found = []
    for line, following in pairwise(lines):
        if line.startswith("#EXT-X-STREAM-INF:"):
            pairs = re.findall(r'([A-Z-]+)=("[^"]*"|[^,]*)', line)
            found.append({key: value.strip('"') for key, value in pairs} | {"uri": following})
    return found


@dataclass(frozen=True)
class Picture:
    """What decoding a video rendition gives."""

    width: int
    height: int
    pix_fmt: str
    matrix: int
    times: list[float]
    key_times: list[float]


def picture(whole: Path) -> Picture:
    times, keys = [], []
    with av.open(str(whole)) as container:
        for frame in container.decode(video=0):
            times.append(round(frame.time, 4))
            if frame.key_frame:
                keys.append(round(frame.time - times[0], 3))
        last = frame
    shape = (last.width, last.height, last.format.name, last.colorspace)
    return Picture(*shape, times, keys)


def levels(whole: Path) -> tuple[int, int, float]:
    """Return channels, sample rate and the loudest level in dB of a sound."""
    words = [ffmpeg_path(), "-hide_banner", "-i", str(whole), "-af", "volumedetect", "-vn"]
    log = subprocess.run([*words, "-f", "null", "-"], check=True, capture_output=True).stderr
    loudest = re.search(rb"max_volume: (\S+) dB", log)
    with av.open(str(whole)) as container:
        stream = container.streams.audio[0]
        return stream.channels, stream.rate, float(loudest[1]) if loudest else -91.0


def colour_at(path: Path, x: float, y: float, second: float = 0) -> tuple[int, int, int]:
    """Return the colour of a pixel, by its place from 0 to 1, in the first frame after `second`."""
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if frame.time is None or frame.time >= second:
                image = frame.to_image()
                return image.getpixel((int(image.width * x), int(image.height * y)))
    raise AssertionError("no frame")
