"""Probe films and sounds through PyAV: no process, no guess, no other file."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import av
from av.audio.stream import AudioStream
from av.codec import CodecContext
from av.container import InputContainer
from av.stream import Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from kodipest.engines.media import copying, stillness
from kodipest.engines.media.boxes import top_level_boxes
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.facts import Probe
from kodipest.engines.media.sniff import Sniffed
from kodipest.engines.media.whitelists import (
    AUDIO_DECODERS,
    DEMUXERS,
    VIDEO_DECODERS,
    input_options,
)

StreamT = TypeVar("StreamT", VideoStream, AudioStream)

MAX_SIDE = 8192
MIN_SIDE = 16
MIN_SECONDS = 0.1
# A lecture of a night is welcome. A small file can pretend to last a year: reading it would hold
# up the upload, and encoding it everybody's films.
MAX_SECONDS = 24 * 3600
MAX_FPS = 1000.0
PATIENCE_SECONDS = 60.0  # for one read, also from a slow disk
MAX_BASE_FPS = 60.0  # a base rate beyond this is the tick of a clock …
VARIES_FROM = 1.1  # … unless the average is as high
PACKETS_TO_FIRST_FRAME = 600

# ITU-T H.273 code points, as ffmpeg numbers them.
_MATRICES = {
    1: "bt709",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    9: "bt2020nc",
    10: "bt2020nc",
}
_HDR_TRANSFERS = {16, 18}  # PQ and HLG
_FULL_RANGE = 2
_PICTURE = Disposition.attached_pic | Disposition.still_image


def probe_stream(path: Path, sniffed: Sniffed) -> Probe:
    """Return the facts of a film or sound at `path`.

    Raises Unusable: `damaged`, `no_duration`, `too_large`, `unsupported` or `not_media`.
    """
    if sniffed.container == "mp4":
        _require_index(path)
    try:
        with open_stream(path, sniffed.container) as container:
            return _Reader(path, sniffed, container).probe()
    except (av.error.FFmpegError, ValueError, OverflowError) as error:
        raise Unusable("damaged", f"{type(error).__name__}: {error}") from error


def open_stream(path: Path, container: str) -> InputContainer:
    """Open `path` with the one demuxer of its container and the whitelisted decoders."""
    return av.open(
        f"file:{path.resolve()}",
        "r",
        format=DEMUXERS[container],
        options=input_options(container),
        metadata_errors="replace",
        timeout=PATIENCE_SECONDS,
    )


def _require_index(path: Path) -> None:
    """A camera that lost power leaves the body without `moov`, and nothing can be read."""
    with path.open("rb") as file:
        kinds = [box.kind for box in top_level_boxes(file)]
    if "moov" not in kinds:
        raise Unusable("damaged", f"no moov box, only {kinds[:8]}")


class _Reader:
    """One open file and the questions put to it."""

    def __init__(self, path: Path, sniffed: Sniffed, container: InputContainer) -> None:
        self.path = path
        self.sniffed = sniffed
        self.container = container
        self.video = self._pick_video()
        self.audio = self._pick_audio()
        self.is_truncated = False
        self.ends: dict[int, float] = {}

    def probe(self) -> Probe:
        if self.video is None and self.audio is None:
            raise self._nothing_usable()
        ends = self.ends = self._measure()
        video_seconds = ends.get(self.video.index, 0.0) if self.video else 0.0
        audio_seconds = ends.get(self.audio.index, 0.0) if self.audio else 0.0
        if self.video and video_seconds < MIN_SECONDS and audio_seconds >= MIN_SECONDS:
            self.video = None  # a single picture with a song is a song
        duration = max(video_seconds if self.video else 0.0, audio_seconds)
        if duration < MIN_SECONDS:
            raise Unusable("no_duration", f"{duration:.3f} s")
        if duration > MAX_SECONDS:
            raise _too_long(duration)
        picture = self._picture(self.video) if self.video else {}
        return Probe(
            kind="video" if self.video else "audio",
            container=self.sniffed.container,
            mime=self._mime(),
            duration_seconds=round(duration, 3),
            has_audio=self.audio is not None,
            is_truncated=self.is_truncated,
            video_seconds=round(video_seconds, 3),
            audio_seconds=round(audio_seconds, 3),
            cover_index=self._cover_index(),
            **self._sound(),
            **picture,
        )

    # Which streams count

    def _pick_video(self) -> VideoStream | None:
        streams = [s for s in self.container.streams.video if not s.disposition & _PICTURE]
        usable = [s for s in streams if _is_open(s)]
        if streams and not usable:
            raise Unusable("unsupported", f"picture codec {_codec_names(streams)}")
        return _default_first(usable)

    def _pick_audio(self) -> AudioStream | None:
        """Take the default sound we can decode: new phones add a second, spatial one."""
        streams = list(self.container.streams.audio)
        usable = [s for s in streams if _is_open(s) and s.codec_context.sample_rate]
        if streams and not usable:
            raise Unusable("unsupported", f"sound codec {_codec_names(streams)}")
        return _default_first(usable)

    def _cover_index(self) -> int | None:
        covers = (s for s in self.container.streams.video if s.disposition & _PICTURE)
        return next((cover.index for cover in covers), None)

    def _nothing_usable(self) -> Unusable:
        if self._cover_index() is not None:
            return Unusable("unsupported", "only a still picture inside")
        kinds = sorted({stream.type for stream in self.container.streams})
        return Unusable("not_media" if kinds else "damaged", f"streams: {kinds}")

    # How long it is

    def _measure(self) -> dict[int, float]:
        """Return for each chosen stream the second at which it ends, counted from the start."""
        chosen = [stream for stream in (self.video, self.audio) if stream]
        if all(len(stream.index_entries) > 1 or stream.duration for stream in chosen):
            ends = self._ends_by_index(chosen)
        else:
            ends = {}
        if not ends:
            ends = self._ends_by_packets(chosen)
        start = (self.container.start_time or 0) / av.time_base
        return {index: max(end - start, 0.0) for index, end in ends.items()}

    def _ends_by_index(self, chosen: list[VideoStream | AudioStream]) -> dict[int, float]:
        """MP4 and QuickTime say where every sample lies, so a missing tail shows at once."""
        if self.sniffed.container != "mp4" or self._is_fragmented():
            return {}
        length = self.path.stat().st_size
        ends: dict[int, float] = {}
        for stream in chosen:
            if stream.duration is None or stream.time_base is None:
                return {}
            start = stream.start_time or 0
            ends[stream.index] = float((start + stream.duration) * stream.time_base)
            whole = _samples_within(stream, length)
            if whole < len(stream.index_entries):
                self.is_truncated = True
                last = stream.index_entries[whole - 1].timestamp if whole else 0
                ends[stream.index] = float(last * stream.time_base)
        return ends

    def _is_fragmented(self) -> bool:
        with self.path.open("rb") as file:
            boxes = list(top_level_boxes(file))
        if not any(box.kind == "moof" for box in boxes):
            return False
        self.is_truncated = boxes[-1].end > self.path.stat().st_size
        return True

    def _ends_by_packets(self, chosen: list[VideoStream | AudioStream]) -> dict[int, float]:
        """Read the whole file without decoding: the only sound answer for the other containers."""
        promised = (self.container.duration or 0) / av.time_base
        start = (self.container.start_time or 0) / av.time_base
        ends: dict[int, float] = {}
        try:
            for packet in self.container.demux(chosen):
                if packet.pts is None or packet.time_base is None:
                    continue
                end = float((packet.pts + (packet.duration or 0)) * packet.time_base)
                index = packet.stream_index
                ends[index] = max(ends.get(index, 0.0), end)
                if end - start > MAX_SECONDS:
                    raise _too_long(end - start)
        except av.error.FFmpegError:
            self.is_truncated = True
        found = max(ends.values(), default=0.0) - start
        self.is_truncated = self.is_truncated or found < promised - max(0.5, promised * 0.02)
        return ends

    # What it looks and sounds like

    def _picture(self, stream: VideoStream) -> dict[str, Any]:
        _check_size(stream.codec_context.width, stream.codec_context.height)
        frame = self._first_frame(stream)
        width, height = _shown_size(stream, frame)
        _check_size(width, height)
        depth = max((part.bits for part in frame.format.components), default=8)
        matrix = _MATRICES.get(frame.colorspace, "")
        return {
            "video_codec": stream.codec_context.name,
            "video_index": stream.index,
            "width": width,
            "height": height,
            "rotation": round(frame.rotation) % 360,
            "fps": round(frame_rate(stream), 3),
            "bit_depth": depth,
            "is_hdr": frame.color_trc in _HDR_TRANSFERS,
            "is_interlaced": frame.interlaced_frame,
            "color_matrix": matrix,
            "is_plain": frame.format.name == "yuv420p"
            and frame.color_range != _FULL_RANGE
            and frame.width % 2 == frame.height % 2 == 0
            and (matrix or guessed_matrix(width, height)) == "bt709",
            "is_still": self._is_still(stream),
            **self._copyable(stream, frame),
        }

    def _is_still(self, stream: VideoStream) -> bool:
        seconds = self.ends.get(stream.index, 0.0)
        with open_stream(self.path, self.sniffed.container) as fresh:
            track = fresh.streams[stream.index]
            assert isinstance(track, VideoStream)  # noqa: S101 - same file, same index
            return stillness.is_still(fresh, track, seconds)

    def _copyable(self, stream: VideoStream, frame: VideoFrame) -> dict[str, int]:
        if self.sniffed.container != "mp4" or self.is_truncated:
            return {}
        found = copying.look(self.path, self.container, stream, frame)
        if found is None:
            return {}
        return {
            "copy_bits": found.bits,
            "copy_peak_bits": found.peak_bits,
            "copy_level": found.level,
        }

    def _first_frame(self, stream: VideoStream) -> VideoFrame:
        """Decode one frame: it proves the stream and carries rotation and colour."""
        with open_stream(self.path, self.sniffed.container) as fresh:
            track = fresh.streams[stream.index]
            assert isinstance(track, VideoStream)  # noqa: S101 - same file, same index
            track.thread_type = "NONE"
            for count, packet in enumerate(fresh.demux(track)):
                try:
                    frames = track.decode(packet)
                except av.error.FFmpegError:
                    frames = []
                if frames:
                    return frames[0]
                if count > PACKETS_TO_FIRST_FRAME:
                    break
        raise Unusable("damaged", "no frame could be decoded")

    def _sound(self) -> dict[str, Any]:
        if self.audio is None:
            return {}
        return {
            "audio_codec": self.audio.codec_context.name,
            "audio_channels": self.audio.codec_context.channels,
            "audio_index": self.audio.index,
        }

    def _mime(self) -> str:
        mime = self.sniffed.mime
        if mime == "application/ogg":
            return "video/ogg" if self.video else "audio/ogg"
        if self.video is None and mime == "video/quicktime":
            return "audio/mp4"
        return mime if self.video else mime.replace("video/", "audio/")


def _default_first(streams: list[StreamT]) -> StreamT | None:
    default = (stream for stream in streams if stream.disposition & Disposition.default)
    return next(default, streams[0] if streams else None)


def _is_open(stream: VideoStream | AudioStream) -> bool:
    """Say whether a whitelisted decoder was found for the stream."""
    context: CodecContext | None = stream.codec_context  # absent without a decoder
    return context is not None and context.codec.name in {*VIDEO_DECODERS, *AUDIO_DECODERS}


def _codec_names(streams: Sequence[VideoStream | AudioStream]) -> str:
    contexts: list[CodecContext | None] = [stream.codec_context for stream in streams]
    return ", ".join(context.name if context else "unknown" for context in contexts)


def _samples_within(stream: VideoStream | AudioStream, length: int) -> int:
    """Count the leading samples that lie wholly inside a file of `length` bytes."""
    entries = stream.index_entries
    low, high = 0, len(entries)
    while low < high:
        middle = (low + high) // 2
        if entries[middle].pos + entries[middle].size <= length:
            low = middle + 1
        else:
            high = middle
    return low


def _shown_size(stream: VideoStream, frame: VideoFrame) -> tuple[int, int]:
    """Return width and height after pixel shape and rotation."""
    shape = stream.sample_aspect_ratio or Fraction(1)
    width = round(frame.width * shape) if 0 < shape < MAX_SIDE else frame.width
    if frame.rotation % 180:
        return frame.height, width
    return width, frame.height


def _too_long(seconds: float) -> Unusable:
    return Unusable("too_large", f"{seconds:.0f} s, at most {MAX_SECONDS}")


def _check_size(width: int, height: int) -> None:
    if max(width, height) > MAX_SIDE:
        raise Unusable("too_large", f"{width} x {height}, at most {MAX_SIDE}")
    if min(width, height) < MIN_SIDE:
        raise Unusable("unsupported", f"{width} x {height}, at least {MIN_SIDE}")


def guessed_matrix(width: int, height: int) -> str:
    """Name the colour matrix of a film that does not say: the habit of every player."""
    return "bt709" if min(width, height) >= 720 or max(width, height) >= 1280 else "smpte170m"


def frame_rate(stream: VideoStream) -> float:
    """Return frames per second.

    Where the rate varies, as on phones in the dark and in screen recordings, the base rate, at
    which every frame has its place, keeps the motion that an average would throw away.
    """
    average, base = (_sane(rate) for rate in (stream.average_rate, stream.base_rate))
    limit = max(MAX_BASE_FPS, average * VARIES_FROM)
    if average <= base <= limit and base:
        return base
    return average or base or 25.0


def _sane(rate: Fraction | None) -> float:
    return float(rate) if rate and 0 < rate <= MAX_FPS else 0.0
