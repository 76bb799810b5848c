"""Works by stage as a drawn funnel: shapes only, the words and figures stand in the table beneath."""

from collections.abc import Mapping
from typing import NamedTuple

from kodipest.works.journey import ORDER, Stage

WIDTH, BAND, GAP = 240, 34, 6
NARROWEST = 14


class Band(NamedTuple):
    """One stage of the funnel: its outline in SVG units, and what it says."""

    stage: Stage
    label: str
    count: int
    points: str
    middle: int


class Funnel(NamedTuple):
    """The drawing and its size."""

    bands: list[Band]
    width: int
    height: int
    total: int


def draw_funnel(counts: Mapping[str, int]) -> Funnel:
    """Draw `counts` by stage, each band as wide as its share of the largest."""
    largest = max([*counts.values(), 1])
    widths = [_width(counts.get(stage, 0), largest) for stage in ORDER]
    bands = []
    for place, stage in enumerate(ORDER):
        top, bottom = widths[place], widths[min(place + 1, len(ORDER) - 1)]
        y = place * (BAND + GAP)
        # A band leans towards the next one for its lower third, so that the eye runs down.
        corners = [
            ((WIDTH - top) / 2, y),
            ((WIDTH + top) / 2, y),
            ((WIDTH + top) / 2, y + BAND * 0.6),
            ((WIDTH + (top + bottom) / 2) / 2, y + BAND),
            ((WIDTH - (top + bottom) / 2) / 2, y + BAND),
            ((WIDTH - top) / 2, y + BAND * 0.6),
        ]
        points = " ".join(f"{x:.1f},{height:.1f}" for x, height in corners)
        bands.append(Band(stage, str(stage.label), counts.get(stage, 0), points, y + BAND // 2))
    height = len(ORDER) * (BAND + GAP) - GAP
    return Funnel(bands, WIDTH, height, sum(counts.values()))


def _width(count: int, largest: int) -> float:
    return NARROWEST + (WIDTH - NARROWEST) * count / largest
