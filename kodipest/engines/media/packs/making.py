"""The making of one pack: its renditions as input, its scratch folder, what it cost."""

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from kodipest.engines.media.encoder import Limits, Pulse, run_encoder
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.manifest import Manifest, Rendition
from kodipest.engines.media.packs.facts import FILE_NAME, Pack, PackFile, Wishes
from kodipest.engines.media.playlists import write_whole

WORK = ".work"
SOUND_PLAYLIST = "sound/index.m3u8"
WORDS = ["-nostdin", "-hide_banner", "-loglevel", "warning", "-progress", "pipe:1"]
# Times as they are: the HLS demuxer otherwise moves a sound that is read slower than its picture.
WORDS += ["-stats_period", "0.25", "-nostats", "-y", "-copyts"]
NAMELESS = ("-map_metadata", "-1", "-map_chapters", "-1")
LIMITS = Limits(cpu_seconds=24 * 3600, memory_bytes=6 * 1024**3)

OnSeconds = Callable[[float], None]


@dataclass(slots=True)
class Making:
    """One pack on its way into `out`; a file there is always whole."""

    name: str
    folder: Path
    out: Path
    manifest: Manifest
    wishes: Wishes
    on_seconds: OnSeconds | None = None
    pack: Pack = field(init=False)

    def __post_init__(self) -> None:
        self.pack = Pack(self.name)

    @property
    def work(self) -> Path:
        """The private folder of the encoder."""
        return self.out / WORK

    @property
    def seconds(self) -> float:
        return self.manifest.duration_seconds

    @property
    def rungs(self) -> list[Rendition]:
        """The H.264 pictures, lowest first; none for a sound."""
        films = (
            rung for rung in self.manifest.rungs if rung.width and rung.codecs.startswith("avc1")
        )
        return sorted(films, key=lambda rung: min(rung.width, rung.height))

    def run(self, maker: Callable[["Making"], None]) -> Pack:
        """Make, then write pack.json. Raises FileExistsError unless `out` is empty or new."""
        began, own = time.monotonic(), time.thread_time()
        self.work.mkdir(parents=True, mode=0o700)
        try:
            maker(self)
        finally:
            shutil.rmtree(self.work, ignore_errors=True)
        self.pack.cpu_seconds = round(self.pack.cpu_seconds + time.thread_time() - own, 3)
        self.pack.wall_seconds = round(time.monotonic() - began, 3)
        write_whole(self.out / FILE_NAME, json.dumps(self.pack.as_dict()).encode())
        return self.pack

    def encode(self, arguments: list[str]) -> None:
        """Run ffmpeg in the private folder. Raises Unusable."""
        usage = run_encoder([*WORDS, *arguments], self.work, LIMITS, self._tick)
        self.pack.cpu_seconds += usage.cpu_seconds
        self._tell(self.seconds)

    def _tick(self, pulse: Pulse) -> None:
        self._tell(min(pulse.out_seconds, self.seconds))

    def _tell(self, seconds: float) -> None:
        if self.on_seconds:
            self.on_seconds(seconds)

    def sound_input(self) -> list[str]:
        """Return the words that open the sound. Raises Unusable `unsupported` when there is none."""
        return self.input(SOUND_PLAYLIST)

    def input(self, playlist: str) -> list[str]:
        """Return the words that open one rendition: our own playlist, local files and nothing else."""
        path = self.folder / playlist
        if not path.is_file():
            raise Unusable("unsupported", f"{self.manifest.kind} without {playlist}")
        lists = ["-protocol_whitelist", "file", "-allowed_extensions", "m3u8,mp4,m4s"]
        return [*lists, "-f", "hls", "-i", f"file:{path}"]

    def picture(self, source: Path, size: tuple[int, int], name: str) -> Path:
        """Draw a picture of the caller into a frame of `size`, whole, on black, as a JPEG of ours.

        Raises Unusable `damaged` when it cannot be read.
        """
        frame = Image.new("RGB", size)
        try:
            with Image.open(source, formats=["JPEG", "PNG", "WEBP"]) as opened:
                shown = opened.convert("RGB")
        except (OSError, SyntaxError, ValueError) as error:
            raise Unusable("damaged", f"{name}: {error}") from error
        scale = min(size[0] / shown.width, size[1] / shown.height)
        shown = shown.resize(
            (max(1, round(shown.width * scale)), max(1, round(shown.height * scale)))
        )
        frame.paste(shown, ((size[0] - shown.width) // 2, (size[1] - shown.height) // 2))
        path = self.work / name
        frame.save(path, "JPEG", quality=90)
        return path

    def hand_over(self, made: str, role: str, mime: str, **facts: float) -> PackFile:
        """Move a whole file out of the private folder and note it."""
        path = self.work / made
        if not path.is_file() or not path.stat().st_size:
            raise Unusable("encoder_failed", f"no {made}")
        path.replace(self.out / made)
        size = (self.out / made).stat().st_size
        file = PackFile(role, made, mime, size, **facts)  # type: ignore[arg-type]
        self.pack.files.append(file)
        return file
