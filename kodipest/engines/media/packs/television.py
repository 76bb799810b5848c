"""The house format of a linear channel: segments that follow each other without a seam.

Sound and picture in one track file, 48 kHz stereo, key frames every two seconds (our own ladder has
one more after the first second), a frame of 16:9,
the same rung names for every programme. A rung that a programme does not have is another name for
the best one below it: the playlist of the channel changes the size at a discontinuity (RFC 8216
section 4.3.2.3), not the set of its rungs.
"""

import math
from itertools import pairwise
from pathlib import Path

from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.manifest import Rendition
from kodipest.engines.media.packs.clock import Clock, read_clock
from kodipest.engines.media.packs.facts import PackFile
from kodipest.engines.media.packs.making import NAMELESS, Making
from kodipest.engines.media.recipes import (
    FIRST_SEGMENT_SECONDS,
    GOP_SECONDS,
    SEGMENT_SECONDS,
)

# Name -> size and the most bits per second when it must be encoded.
HOUSE_RUNGS = {
    "240p": (426, 240, 450_000),
    "480p": (854, 480, 1_500_000),
    "720p": (1280, 720, 3_200_000),
}
WIDE = 16 / 9
WIDE_ENOUGH = 0.015
SOUND_BITS = 96_000
PLAYLIST = "index.m3u8"
LONGEST_SECONDS = SEGMENT_SECONDS + 0.5
SEAM_SECONDS = 0.06


def make_television(making: Making) -> None:
    """Make one folder per house rung that the programme deserves, and say which stands for which.

    A frame of 16:9 with key frames where the house wants them is packed anew without encoding. What
    was copied from its source or stands still has them elsewhere: it is encoded once, and so is
    any other shape, on black.
    Raises Unusable `unsupported` for what has no picture.
    """
    if not making.rungs:
        raise Unusable("unsupported", "a channel needs a picture")
    chosen = {name: _best(making.rungs, height) for name, (_w, height, _b) in HOUSE_RUNGS.items()}
    made: dict[str, PackFile] = {}
    for name, rung in chosen.items():
        if rung.name not in made:
            made[rung.name] = _make_rung(making, name, rung)
        file = made[rung.name]
        facts = {field: getattr(file, field) for field in PackFile.__slots__} | {"role": name}
        making.pack.files.append(PackFile(**facts))
    _check_seams(list(made.values()))


def is_wide(rung: Rendition) -> bool:
    """Say whether a frame fills a screen of 16:9, but for a line or two."""
    return abs(rung.width / rung.height / WIDE - 1) <= WIDE_ENOUGH


def _best(rungs: list[Rendition], height: int) -> Rendition:
    """Return the largest rung that is not above `height` by its short side, else the lowest."""
    fitting = [rung for rung in rungs if min(rung.width, rung.height) <= height]
    return fitting[-1] if fitting else rungs[0]


def _make_rung(making: Making, name: str, rung: Rendition) -> PackFile:
    clock = read_clock(making.folder / rung.playlist)
    is_house = is_wide(rung) and _has_house_groups(clock)
    picture = _as_it_is(clock) if is_house else _framed(name, rung, clock)
    inputs = [*making.input(rung.playlist), *making.sound_input()]
    words = [*inputs, *picture, "-map", "1:a", "-c:a", "copy", *NAMELESS, *_segments()]
    making.encode(words)
    folder = making.out / name
    folder.mkdir()
    for file in sorted(making.work.glob("tv.*")):
        file.replace(folder / file.name.removeprefix("tv."))
    return _described(making, name, folder, rung)


def _has_house_groups(clock: Clock) -> bool:
    """Say whether the key frames really stand every two seconds."""
    wanted = [
        n * GOP_SECONDS for n in range(math.ceil((clock.seconds - SEAM_SECONDS) / GOP_SECONDS))
    ]
    keys = [key for key in clock.keys if abs(key - FIRST_SEGMENT_SECONDS) > SEAM_SECONDS]
    return len(keys) == len(wanted) and all(
        abs(key - want) <= SEAM_SECONDS for key, want in zip(keys, wanted, strict=True)
    )


def _as_it_is(clock: Clock) -> list[str]:
    return ["-map", "0:v", "-c:v", "copy", "-bsf:v", clock.as_bitstream_filter()]


def _size(name: str, rung: Rendition) -> tuple[int, int]:
    """Return the frame of a rung: its own if it is wide, never larger than it was."""
    width, height, _bits = HOUSE_RUNGS[name]
    return (rung.width, rung.height) if is_wide(rung) else (width, height)


def _framed(name: str, rung: Rendition, clock: Clock) -> list[str]:
    """Encode with key frames of the house; another shape comes into the middle of a wide frame."""
    (width, height), bits = _size(name, rung), HOUSE_RUNGS[name][2]
    fit = f"scale={width}:{height}:force_original_aspect_ratio=decrease:force_divisible_by=2"
    graph = f"[0:v]{clock.as_filter()},{fit}:flags=bicubic,pad={width}:{height}:-1:-1,setsar=1,format=yuv420p[film]"
    # One frame more: a forced key frame that comes after rounding up must not be a second one.
    longest = str(round((rung.fps or 25) * GOP_SECONDS) + 1)
    words = ["-filter_complex", graph, "-map", "[film]", "-c:v", "libx264", "-preset", "veryfast"]
    words += ["-profile:v", "high", "-crf", "23", "-maxrate", str(bits), "-bufsize", str(bits * 2)]
    words += ["-g", longest, "-sc_threshold", "0", "-forced-idr", "1"]
    return [*words, "-force_key_frames", f"expr:gte(t,n_forced*{GOP_SECONDS})"]


def _segments() -> list[str]:
    words = ["-f", "hls", "-hls_time", str(SEGMENT_SECONDS), "-hls_playlist_type", "vod"]
    words += ["-hls_segment_type", "fmp4", "-hls_flags", "independent_segments"]
    # Sound and picture begin at zero whether a player reads edit lists or not.
    words += ["-hls_segment_options", "movflags=+negative_cts_offsets+skip_sidx"]
    words += ["-avoid_negative_ts", "disabled"]
    words += ["-hls_fmp4_init_filename", "tv.init.mp4"]
    return [*words, "-hls_segment_filename", "tv.%06d.m4s", f"tv.{PLAYLIST}"]


def _described(making: Making, name: str, folder: Path, rung: Rendition) -> PackFile:
    path = folder / PLAYLIST
    text = path.read_text(encoding="utf-8").replace("tv.", "")
    path.write_text(text, encoding="utf-8")
    seconds = tuple(
        float(line.removeprefix("#EXTINF:").rstrip(","))
        for line in text.splitlines()
        if line.startswith("#EXTINF:")
    )
    if not seconds or max(seconds) > LONGEST_SECONDS:
        raise Unusable("encoder_failed", f"{name}: segments of {max(seconds, default=0)} s")
    width, height = _size(name, rung)
    size = sum(file.stat().st_size for file in folder.iterdir())
    mime = "application/vnd.apple.mpegurl"
    total = round(sum(seconds), 3)
    return PackFile(name, f"{name}/{PLAYLIST}", mime, size, total, width, height, seconds)


def _check_seams(files: list[PackFile]) -> None:
    """A viewer changes the rung at any border: all rungs must have the same ones. Raises Unusable."""
    for one, other in pairwise(files):
        if len(one.segment_seconds) != len(other.segment_seconds):
            counts = len(one.segment_seconds), len(other.segment_seconds)
            raise Unusable("encoder_failed", f"{one.role} and {other.role}: {counts} segments")
        far = max(
            abs(a - b) for a, b in zip(one.segment_seconds, other.segment_seconds, strict=True)
        )
        if far > SEAM_SECONDS:
            raise Unusable("encoder_failed", f"{one.role} and {other.role}: {far:.3f} s apart")
