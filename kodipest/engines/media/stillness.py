"""Tell a film of slides from one that moves, by looking at a few moments of it.

Only key frames and the dozen frames behind each are decoded; a film that moves is known for one
after the first two moments.
"""

from itertools import pairwise

import av
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

SHORTEST_SECONDS = 10.0  # below it there is nothing to gain
MOMENTS = 8
FRAMES = 12
CHANGES_PER_SECOND = 2.0
WIDTH, HEIGHT = 64, 36
CHANGED_BY = 4  # of 255 levels, in one of the fields: noise averages out, a pointer does not


def is_still(container: InputContainer, stream: VideoStream, seconds: float) -> bool:
    """Say whether the picture changes at most twice a second. Moves the place in `container`.

    A slow zoom over a photograph, or a fade, changes little from frame to frame, and yet moves.
    What cannot be sought or decoded counts as moving: it gets the usual recipe.
    """
    if seconds < SHORTEST_SECONDS or not stream.time_base:
        return False
    changes, span = 0, 0.0
    start = stream.start_time or 0
    stream.thread_type = "AUTO"
    try:
        for moment in range(MOMENTS):
            at = start + int(seconds * (moment + 0.5) / MOMENTS / stream.time_base)
            frames = _frames(container, stream, at)
            cuts = sum(_differ(a, b) for a, b in pairwise(frames))
            creeps = not cuts and len(frames) > 1 and _differ(frames[0], frames[-1])
            changes += cuts
            if creeps or changes > CHANGES_PER_SECOND * _longest_span(stream):
                return False
            if len(frames) > 1:
                span += (frames[-1].time or 0.0) - (frames[0].time or 0.0)
    except av.error.FFmpegError:
        return False
    return span > 0 and changes <= CHANGES_PER_SECOND * span


def _frames(container: InputContainer, stream: VideoStream, at: int) -> list[VideoFrame]:
    container.seek(at, stream=stream)
    frames: list[VideoFrame] = []
    for frame in container.decode(stream):
        frames.append(frame.reformat(WIDTH, HEIGHT, "gray", interpolation="AREA"))
        if len(frames) == FRAMES:
            break
    return frames


def _longest_span(stream: VideoStream) -> float:
    """Return the seconds that all moments together may cover, when frames come one by one."""
    rate = float(stream.average_rate or 25)
    return MOMENTS * FRAMES / max(rate, 1.0)


def _differ(one: VideoFrame, other: VideoFrame) -> bool:
    a, b = (_levels(frame) for frame in (one, other))
    return any(abs(x - y) > CHANGED_BY for x, y in zip(a, b, strict=True))


def _levels(frame: VideoFrame) -> bytes:
    """Return the levels without the padding at the end of each line."""
    plane = frame.planes[0]
    data = bytes(plane)
    return b"".join(data[y * plane.line_size :][:WIDTH] for y in range(HEIGHT))
