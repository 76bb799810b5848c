"""Curves over time as points of an inline SVG, with the same figures for a table beneath."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

WIDTH, HEIGHT = 600, 120
ROWS = 12
LOUDNESS_FLOOR, LOUDNESS_TOP = -50.0, 0.0
WEB_LOUDNESS = -16.0  # LUFS, to which we bring every sound


class Row(NamedTuple):
    """One line of the table: from this second on, this value."""

    second: float
    value: float


@dataclass(frozen=True)
class Plot:
    """A curve in a box of `width` x `height`; `aim` is the height of the line to compare with."""

    name: str
    points: str
    floor: str
    seconds: float
    lowest: float
    highest: float
    rows: Sequence[Row]
    aim: float | None = None
    width: int = WIDTH
    height: int = HEIGHT


def loudness_plot(curve: dict[str, Any] | None) -> Plot | None:
    """Draw loudness between silence and the loudest that there is, the same for every film."""
    return _plot("loudness", curve, LOUDNESS_FLOOR, LOUDNESS_TOP, aim=WEB_LOUDNESS)


def bit_rate_plot(curve: dict[str, Any] | None) -> Plot | None:
    """Draw kbit/s from zero to the highest."""
    top = max((curve or {}).get("values") or [0]) * 1.1
    return _plot("bit_rate", curve, 0.0, max(top, 1.0))


def _plot(
    name: str, curve: dict[str, Any] | None, low: float, high: float, aim: float | None = None
) -> Plot | None:
    values = [float(value) for value in (curve or {}).get("values", [])]
    step = float((curve or {}).get("step", 1.0))
    if len(values) < 2:
        return None
    across = WIDTH / (len(values) - 1)
    points = " ".join(
        f"{at * across:.1f},{_y(value, low, high):.1f}" for at, value in enumerate(values)
    )
    return Plot(
        name=name,
        points=points,
        floor=f"{WIDTH},{HEIGHT} 0,{HEIGHT}",
        seconds=step * len(values),
        lowest=max(min(values), low),
        highest=max(values),
        rows=_rows(values, step),
        aim=None if aim is None else round(_y(aim, low, high), 1),
    )


def _y(value: float, low: float, high: float) -> float:
    share = (min(max(value, low), high) - low) / (high - low)
    return HEIGHT * (1 - share)


def _rows(values: Sequence[float], step: float) -> list[Row]:
    """Take a dozen values, the highest of each stretch."""
    count = min(ROWS, len(values))
    edges = [round(number * len(values) / count) for number in range(count + 1)]
    return [Row(start * step, max(values[start:end])) for start, end in pairwise(edges)]
