"""Turn an encoder's growing fragments into HLS that can be played from the first second on.

The encoder writes 2-second fragments into a private folder. Whole fragments are joined here to
4-second segments, which appear under their final name at once and never change. So a viewer can
not meet half a file, TARGETDURATION holds from the first word, and every duration in a playlist
is counted from the samples themselves (RFC 8216; draft-pantos-hls-rfc8216bis for CMAF).
"""

import math
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.fragments import (
    BrokenFragment,
    Fragment,
    Init,
    moved,
    read_fragment,
    read_init,
)
from kodipest.engines.media.manifest import link
from kodipest.engines.media.recipes import (
    COPY_TARGET_SECONDS,
    FIRST_SEGMENT_SECONDS,
    SEGMENT_SECONDS,
)
from kodipest.engines.media.sections import WHOLE, Section

PLAYLIST = "index.m3u8"
INIT = "init.mp4"
MASTER = "master.m3u8"
_NEAR_BOUNDARY_SECONDS = 0.1
_SHORT_REST_SECONDS = 0.4  # 4.4 s still rounds to the target duration of 4


@dataclass(frozen=True, slots=True)
class Segment:
    name: str
    seconds: float
    bytes: int


@dataclass(slots=True)
class Track:
    """One rendition on its way from the encoder's folder to the served one.

    `home` is a folder inside `out` that holds it; "" for none. `expected_seconds` is how long it will
    be: the last segment takes a short rest in, for hls.js never comes to an end where the last
    segment of a sound lies behind the last picture. The segments of a copied one end
    where its key frames allow, not at 1, 4, 8 … seconds. That of a `section` is named and timed as
    in the whole film.
    """

    name: str
    work: Path
    out: Path
    home: str = ""
    is_copied: bool = False
    expected_seconds: float = math.inf
    section: Section = WHOLE
    init: Init | None = None
    segments: list[Segment] = field(default_factory=list)
    waiting: list[Fragment] = field(default_factory=list)
    taken: int = 0  # fragments read so far
    end: int = 0  # ticks up to which fragments were read
    named: str = ""  # the lines of the closed segments; a long film is not written anew each time

    @property
    def folder(self) -> Path:
        return self.out / self.home / self.name

    @property
    def playlist(self) -> str:
        return "/".join(filter(None, [self.home, self.name, PLAYLIST]))

    @property
    def seconds(self) -> float:
        """Seconds that a viewer can see now."""
        return sum(segment.seconds for segment in self.segments)

    @property
    def size_bytes(self) -> int:
        return sum(segment.bytes for segment in self.segments)

    @property
    def begins(self) -> int:
        """Tick at which it begins, when that is known."""
        return round(self.section.begins * self.init.timescale) if self.init else 0

    def has_begun(self) -> bool:
        return self.init is not None or self._fragment(0).exists()

    def advance(self, *, is_last: bool = False) -> None:
        """Publish every segment that is complete; with `is_last` the rest, and the end mark."""
        before = len(self.segments)
        while self._fragment(self.taken).exists():
            self._take(self._fragment(self.taken))
        if is_last and self.waiting:
            self._close_segment()
        if is_last or len(self.segments) > before:
            write_whole(self.folder / PLAYLIST, self._text(is_last=is_last))

    def append(self, folder: Path, segments: Sequence[Segment]) -> None:
        """Go on with segments that a section has left in `folder`. Raises Unusable where they do not fit."""
        if not segments:
            return
        if self.init is None:
            self.init = read_init(folder / INIT)
            self.folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / INIT, self.folder / INIT)
        elif (folder / INIT).read_bytes() != (self.folder / INIT).read_bytes():
            raise Unusable("encoder_failed", f"{self.name}: sections of different encoders")
        for segment in segments:
            if segment.name != f"{self._number:06d}.m4s":
                raise Unusable(
                    "encoder_failed", f"{self.name}: {segment.name} after {self._number}"
                )
            link(folder / segment.name, self.folder / segment.name)
            self._name(segment)
        write_whole(self.folder / PLAYLIST, self._text(is_last=False))

    def _fragment(self, number: int) -> Path:
        return self.work / f"{self.name}.{number}.m4s"

    def _take(self, path: Path) -> None:
        try:
            fragment = read_fragment(path)
            init = self.init or read_init(self.work / f"{self.name}.{INIT}")
        except (BrokenFragment, FileNotFoundError) as error:
            raise Unusable("encoder_failed", f"{path.name}: {error}") from error
        if self.init is None:
            self.init = init
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.work / f"{self.name}.{INIT}").replace(self.folder / INIT)
            self.end = self.begins
        if self.section.first_frame:
            fragment = moved(fragment, self.begins, self.section.start_seconds)
        self._check(fragment, path)
        path.unlink()
        self.taken += 1
        self.end = fragment.start + fragment.duration
        if self._is_too_much(init):
            self._close_segment()
        self.waiting.append(fragment)
        seconds = self.end / init.timescale
        is_nearly_over = abs(seconds - self.expected_seconds) < _SHORT_REST_SECONDS
        if seconds >= self._boundary(init) - _NEAR_BOUNDARY_SECONDS and not is_nearly_over:
            self._close_segment()

    def _is_too_much(self, init: Init) -> bool:
        """Say whether a copied fragment that has come would make the open segment longer than promised."""
        ticks = self.end - self.waiting[0].start if self.waiting else 0
        return self.is_copied and ticks > COPY_TARGET_SECONDS * init.timescale

    def _check(self, fragment: Fragment, path: Path) -> None:
        if not fragment.is_independent:
            raise Unusable("encoder_failed", f"{path.name} does not begin with a key frame")
        if (self.taken or self.section.first_frame) and fragment.start != self.end:
            raise Unusable("encoder_failed", f"{path.name}: {fragment.start}, not {self.end}")

    def _boundary(self, init: Init) -> float:
        """Second at which the open segment is due to end: 1, 4, 8, 12 and so on."""
        if self.is_copied:
            return self.waiting[0].start / init.timescale + SEGMENT_SECONDS
        return self._number * SEGMENT_SECONDS or FIRST_SEGMENT_SECONDS

    @property
    def _number(self) -> int:
        """Number of the open segment."""
        return self.section.first_segment + len(self.segments)

    def _close_segment(self) -> None:
        assert self.init is not None  # noqa: S101 - opened before the first fragment is taken
        name = f"{self._number:06d}.m4s"
        body = b"".join([self.waiting[0].brand, *(fragment.body for fragment in self.waiting)])
        write_whole(self.folder / name, body)
        ticks = sum(fragment.duration for fragment in self.waiting)
        self._name(Segment(name, ticks / self.init.timescale, len(body)))
        self.waiting.clear()

    def _name(self, segment: Segment) -> None:
        self.segments.append(segment)
        self.named += f"#EXTINF:{segment.seconds:.5f},\n{segment.name}\n"

    def _text(self, *, is_last: bool) -> bytes:
        head = [
            "#EXTM3U",
            "#EXT-X-VERSION:7",
            f"#EXT-X-TARGETDURATION:{COPY_TARGET_SECONDS if self.is_copied else SEGMENT_SECONDS}",
            "#EXT-X-MEDIA-SEQUENCE:0",
            "#EXT-X-PLAYLIST-TYPE:EVENT",
            "#EXT-X-INDEPENDENT-SEGMENTS",
            f'#EXT-X-MAP:URI="{INIT}"\n',
        ]
        end = "#EXT-X-ENDLIST\n" if is_last else ""
        return ("\n".join(head) + self.named + end).encode()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is never seen half: the name appears when everything is in it."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    part.replace(path)


def read_durations(playlist: Path) -> list[float]:
    """Return the seconds of each segment that a media playlist names."""
    lines = playlist.read_text(encoding="utf-8").splitlines()
    return [float(line[8:].rstrip(",")) for line in lines if line.startswith("#EXTINF:")]


def peak_bits(segments: list[Segment]) -> int:
    """Return the peak segment bit rate of RFC 8216bis: over runs of 0.5 to 1.5 target durations."""
    low, high = SEGMENT_SECONDS / 2, SEGMENT_SECONDS * 1.5
    total = sum(segment.seconds for segment in segments)
    best = average_bits(segments) if total < low else 0.0
    for first in range(len(segments)):
        seconds = size = 0.0
        for segment in segments[first:]:
            seconds, size = seconds + segment.seconds, size + segment.bytes
            if seconds > high:
                break
            if seconds >= low:
                best = max(best, size * 8 / seconds)
    return round(best or average_bits(segments))


def average_bits(segments: list[Segment]) -> int:
    seconds = sum(segment.seconds for segment in segments)
    return round(sum(segment.bytes for segment in segments) * 8 / seconds) if seconds else 0


@dataclass(frozen=True, slots=True)
class Variant:
    """One line of the master playlist. Zero width: sound alone."""

    playlist: str
    codecs: str
    peak_bits: int
    average_bits: int = 0
    width: int = 0
    height: int = 0
    fps: float = 0.0
    sound: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A sound that several variants share: EXT-X-MEDIA of the master playlist."""

    name: str
    playlist: str


def master_text(
    variants: Sequence[Variant], sounds: Sequence[Group] = (), *, is_growing: bool = False
) -> bytes:
    """Return the master playlist; each variant may name the group of sounds it plays with.

    While it grows, an EVENT playlist counts as live and players would start at its end:
    EXT-X-START sends them to the beginning (RFC 8216 section 4.3.5.2).
    """
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    if is_growing:
        lines.append("#EXT-X-START:TIME-OFFSET=0,PRECISE=YES")
    lines += [
        f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="{sound.name}",NAME="Audio",DEFAULT=YES,AUTOSELECT=YES,'
        f'CHANNELS="2",URI="{sound.playlist}"'
        for sound in sounds
    ]
    for variant in variants:
        lines += [_stream_line(variant), variant.playlist]
    return "\n".join([*lines, ""]).encode()


def _stream_line(variant: Variant) -> str:
    fields = [f"BANDWIDTH={variant.peak_bits}"]
    if variant.average_bits:
        fields.append(f"AVERAGE-BANDWIDTH={variant.average_bits}")
    fields.append(f'CODECS="{variant.codecs}"')
    if variant.width:
        fields.append(f"RESOLUTION={variant.width}x{variant.height}")
        fields.append(f"FRAME-RATE={variant.fps:.3f}")
    if variant.sound:
        fields.append(f'AUDIO="{variant.sound}"')
    return "#EXT-X-STREAM-INF:" + ",".join(fields)
