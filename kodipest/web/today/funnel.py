"""Works by stage as a drawn funnel: shapes only, the words and figures stand in the table beside it."""

from collections.abc import Mapping
from typing import NamedTuple

from kodipest.works.journey import ORDER, Stage

WIDTH, BAR, GAP = 240, 26, 18
NARROWEST, NONE = 12, 2  # one work can be seen, none at all is a line


class Band(NamedTuple):
    """One stage: its bar in SVG units, and the slope that leads to the next bar."""

    stage: Stage
    label: str
    works: int
    x: str
    y: int
    width: str
    slope: str


class Funnel(NamedTuple):
    """The drawing and its size."""

    bands: list[Band]
    width: int
    height: int
    bar: int
    total: int


def draw_funnel(counts: Mapping[str, int]) -> Funnel:
    """Draw `counts` by stage, each bar as wide as its share of the largest."""
    largest = max([*counts.values(), 1])
    widths = [_width(counts.get(stage, 0), largest) for stage in ORDER]
    bands = [
        Band(
            stage=stage,
            label=str(stage.label),
            works=counts.get(stage, 0),
            x=f"{(WIDTH - width) / 2:.1f}",
            y=place * (BAR + GAP),
            width=f"{width:.1f}",
            slope=_slope(width, following, place * (BAR + GAP) + BAR),
        )
        for place, (stage, width, following) in enumerate(
            zip(ORDER, widths, [*widths[1:], None], strict=True)
        )
    ]
    height = len(ORDER) * (BAR + GAP) - GAP
    return Funnel(bands, WIDTH, height, BAR, sum(counts.values()))


def _width(works: int, largest: int) -> float:
    return NARROWEST + (WIDTH - NARROWEST) * works / largest if works else NONE


def _slope(width: float, following: float | None, y: int) -> str:
    """Outline the space between two bars; nothing follows the last one."""
    if following is None:
        return ""
    left, right = (WIDTH - width) / 2, (WIDTH + width) / 2
    low_left, low_right = (WIDTH - following) / 2, (WIDTH + following) / 2
    return f"{left:.1f},{y} {right:.1f},{y} {low_right:.1f},{y + GAP} {low_left:.1f},{y + GAP}"
