"""Tell whether a film can be handed on as it is, as the top rung: when in doubt, it is encoded.

Only the index and the key frames of an MP4 are read; no picture is decoded.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from kodipest.engines.media.avc import IDR_SLICE, PPS, SLICE, SPS, read_configuration, units
from kodipest.engines.media.boxes import children, find, top_level_boxes

LONGEST_GOP_SECONDS = 5.0
SEGMENT_SECONDS = 4.0
PROFILES = {66, 77, 100}  # Baseline, Main, High
MATRICES = {1, 2, 5, 6}  # BT.709, untold, BT.601 twice
FULL_RANGE = 2
EVEN_WITHIN = 0.25  # of a frame; more, and it is a film of variable rate
START_WITHIN_SECONDS = 0.002
MOST_MOOV_BYTES = 64 * 1024**2


@dataclass(frozen=True, slots=True)
class Copyable:
    """What a rung would get by copying: bits per second, and the H.264 level times ten."""

    bits: int
    peak_bits: int
    level: int


def look(
    path: Path, container: InputContainer, stream: VideoStream, frame: VideoFrame
) -> Copyable | None:
    """Return what copying `stream` of the MP4 at `path` would give; None when it must be encoded.

    `frame` is its first picture. Whether size, rate and bits fit a rung is the recipe's question.
    """
    context = stream.codec_context
    configuration = read_configuration(context.extradata or b"")
    if context.name != "h264" or configuration is None or stream.time_base is None:
        return None
    is_plain = (
        configuration.profile in PROFILES
        and configuration.is_progressive
        and _shows_as_it_is(stream, frame)
        and _starts_with_the_film(container, stream)
        and _is_one_piece(path, stream.id)
    )
    groups = list(_groups(stream)) if is_plain and _is_even(stream) else []
    if not groups or max(seconds for seconds, _size in groups) > LONGEST_GOP_SECONDS:
        return None
    if not _key_frames_stand_alone(path, stream, configuration.length_bytes, configuration.sets):
        return None
    seconds, size = (sum(values) for values in zip(*groups, strict=True))
    return Copyable(round(size * 8 / seconds), _peak(groups), configuration.level)


def _shows_as_it_is(stream: VideoStream, frame: VideoFrame) -> bool:
    return (
        frame.format.name == "yuv420p"
        and frame.rotation == 0
        and (stream.sample_aspect_ratio or 1) == 1
        and frame.color_range != FULL_RANGE
        and frame.colorspace in MATRICES
        and frame.width % 2 == frame.height % 2 == 0
    )


def _starts_with_the_film(container: InputContainer, stream: VideoStream) -> bool:
    """A picture that begins later than the sound would have to be held back: encode."""
    if stream.start_time is None or stream.time_base is None or container.start_time is None:
        return False
    begins = float(stream.start_time * stream.time_base)
    return abs(begins - container.start_time / 1e6) < START_WITHIN_SECONDS


def _is_even(stream: VideoStream) -> bool:
    """Say whether the index is whole and its frames follow each other at one pace."""
    entries = stream.index_entries
    if len(entries) < 2 or len(entries) != stream.frames:
        return False
    times = [entry.timestamp for entry in entries]
    usual = (times[-1] - times[0]) / (len(times) - 1)
    steps = (b - a for a, b in pairwise(times))
    return usual > 0 and all(abs(step - usual) <= EVEN_WITHIN * usual for step in steps)


def _groups(stream: VideoStream) -> Iterator[tuple[float, int]]:
    """Yield seconds and bytes from each key frame to the next."""
    entries, base = stream.index_entries, float(stream.time_base or 0)
    if any(entry.is_discard for entry in entries) or not entries[0].is_keyframe:
        return
    keys = [number for number, entry in enumerate(entries) if entry.is_keyframe]
    frame_ticks = (entries[-1].timestamp - entries[0].timestamp) / (len(entries) - 1)
    for first, after in pairwise([*keys, len(entries)]):
        size = sum(entries[number].size for number in range(first, after))
        yield (after - first) * frame_ticks * base, size


def _peak(groups: list[tuple[float, int]]) -> int:
    """Return the densest stretch of about a segment, in bits per second."""
    best = seconds = 0.0
    size = 0
    for length, weight in groups:
        seconds, size = seconds + length, size + weight
        if seconds >= SEGMENT_SECONDS:
            best, seconds, size = max(best, size * 8 / seconds), 0.0, 0
    rest = size * 8 / max(seconds, SEGMENT_SECONDS / 2)
    return round(max(best, rest))


def _key_frames_stand_alone(
    path: Path, stream: VideoStream, length_bytes: int, sets: tuple[bytes, ...]
) -> bool:
    """Look into each key frame: IDR only (so groups are closed), and no new parameter sets."""
    with path.open("rb") as file:
        for entry in stream.index_entries:
            if not entry.is_keyframe:
                continue
            file.seek(entry.pos)
            kinds = set()
            for unit in units(file.read(entry.size), length_bytes):
                kinds.add(unit[0] & 31)
                if unit[0] & 31 in {SPS, PPS} and unit not in sets:
                    return False
            if IDR_SLICE not in kinds or SLICE in kinds:
                return False
    return True


def _is_one_piece(path: Path, track_id: int) -> bool:
    """Say whether the track has one description, and at most one edit, at normal speed."""
    with path.open("rb") as file:
        moov = next((box for box in top_level_boxes(file) if box.kind == "moov"), None)
        if moov is None or moov.size > MOST_MOOV_BYTES:
            return False
        file.seek(moov.start + moov.header)
        body = file.read(moov.size - moov.header)
    for kind, trak in children(body):
        header = find(trak, "tkhd") if kind == "trak" else None
        if header is None:
            continue
        at = 20 if header[0] else 12
        if int.from_bytes(header[at : at + 4], "big") == track_id:
            return _has_one_description(trak) and _has_one_edit(trak)
    return False


def _has_one_description(trak: bytes) -> bool:
    stsd = find(trak, "mdia/minf/stbl/stsd")
    return stsd is not None and int.from_bytes(stsd[4:8], "big") == 1


def _has_one_edit(trak: bytes) -> bool:
    elst = find(trak, "edts/elst")
    if elst is None:
        return True
    return int.from_bytes(elst[4:8], "big") == 1 and elst[-4:] == b"\x00\x01\x00\x00"
