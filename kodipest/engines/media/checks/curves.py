"""Loudness and bit rate over time, in few enough points to draw."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kodipest.engines.media.checks.readings import Second

POINTS = 160


@dataclass(frozen=True, slots=True)
class Curve:
    """Evenly spaced values; the first stands for the time from 0 to `step` seconds."""

    step: float
    values: list[float]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def loudness_curve(sound: Sequence[Second]) -> Curve | None:
    """Return the short-term loudness in LUFS, the loudest of each step."""
    if len(sound) < 2:
        return None
    return _curve([(one.at, one.at + 1, one.loudness) for one in sound], max)


def bit_curve(playlist: Path) -> Curve | None:
    """Return the kbit/s of a finished rendition, by the sizes of its segments (RFC 8216 4.3.2.1)."""
    spans, at, seconds = list[tuple[float, float, float]](), 0.0, 0.0
    for line in playlist.read_text(encoding="utf-8").splitlines():
        if line.startswith("#EXTINF:"):
            seconds = float(line[8:].rstrip(","))
        elif line and not line.startswith("#") and seconds > 0:
            bits = (playlist.parent / line).stat().st_size * 8
            spans.append((at, at + seconds, bits / seconds / 1000))
            at, seconds = at + seconds, 0.0
    if len(spans) < 2:
        return None
    return _curve(spans, max)


def _curve(spans: Sequence[tuple[float, float, float]], pick: Any) -> Curve:
    """Lay uneven spans on an even grid; a span counts for every step that it touches."""
    end = spans[-1][1]
    step = max(1.0, end / POINTS)
    buckets: list[list[float]] = [[] for _ in range(max(1, round(end / step)))]
    for start, stop, value in spans:
        first, last = int(start / step + 1e-6), int((stop - 1e-6) / step)
        for index in range(first, min(last, len(buckets) - 1) + 1):
            buckets[index].append(value)
    values, before = list[float](), spans[0][2]
    for bucket in buckets:
        before = pick(bucket) if bucket else before
        values.append(round(before, 1))
    return Curve(round(step, 3), values)
