"""The great drum of the mosque, the trunk it comes from and the tools that make it."""

import math

from kodipest.web.demo.brush import Sheet, arc_points
from kodipest.web.demo.palette import GOLD, GOLD_BRIGHT, SOFT, STONE, WOOD, WOOD_DARK, WOOD_PALE


def bedug(sheet: Sheet, x: float, y: float, radius: float, *, body: float = 1.5) -> None:
    """A great drum lying on its side, seen a little from the left; x, y is the skin's middle."""
    length = radius * body
    front = arc_points(x, y, radius * 0.62, radius, 90, 270, steps=40)
    back = arc_points(x + length, y, radius * 0.62, radius, 270, 450, steps=40)
    sheet.polygon([*front, *back], WOOD)
    low = arc_points(x, y, radius * 0.62, radius, 90, 30, steps=20)
    lower = [
        (x, y + radius),
        *[(px + length, py) for px, py in low],
        (x + radius * 0.3, y + radius * 0.55),
    ]
    sheet.polygon(lower, WOOD_DARK)
    for share in (0.34, 0.5, 0.97):
        band = arc_points(x + length * share, y, radius * 0.62, radius, -90, 90, steps=40)
        sheet.line(band, GOLD if share < 0.9 else WOOD_DARK, radius * 0.05)
    sheet.ellipse(x, y, radius * 0.66, radius * 1.05, WOOD_DARK)
    sheet.ellipse(x, y, radius * 0.6, radius * 0.97, "#EBDDBF")
    sheet.ellipse(x - radius * 0.03, y, radius * 0.45, radius * 0.76, "#F3E8CF")
    sheet.ellipse(x - radius * 0.04, y + radius * 0.04, radius * 0.17, radius * 0.29, "#DCC9A0")
    for step in range(20):
        angle = math.radians(step * 18)
        sheet.disc(
            x + math.cos(angle) * radius * 0.585,
            y + math.sin(angle) * radius * 0.955,
            radius * 0.032,
            GOLD_BRIGHT,
        )


def trestle(sheet: Sheet, x: float, base: float, width: float, height: float) -> None:
    """The carved stand under a drum."""
    for side in (-1, 1):
        foot = x + side * width * 0.4
        sheet.polygon(
            [
                (foot - width * 0.04, base - height),
                (foot + width * 0.04, base - height),
                (foot + width * 0.07 + side * width * 0.03, base),
                (foot - width * 0.07 + side * width * 0.03, base),
            ],
            WOOD_DARK,
        )
    sheet.rect(x - width / 2, base - height * 1.02, width, height * 0.16, WOOD_DARK, height * 0.05)
    sheet.rect(x - width * 0.42, base - height * 0.36, width * 0.84, height * 0.1, WOOD)


def log(sheet: Sheet, x: float, y: float, radius: float, length: float) -> None:
    """A felled trunk with its rings towards the viewer; x, y is the middle of the cut."""
    sheet.polygon(
        [
            *arc_points(x, y, radius * 0.55, radius, 90, 270, steps=30),
            *arc_points(x + length, y, radius * 0.55, radius, 270, 450, steps=30),
        ],
        WOOD_DARK,
    )
    for share, row in ((0.3, -0.55), (0.62, -0.2), (0.45, 0.18), (0.75, 0.5), (0.25, 0.62)):
        start = x + length * share
        sheet.line(
            [(start, y + radius * row), (start + length * 0.18, y + radius * row)],
            WOOD,
            radius * 0.05,
        )
    for share, colour in (
        (1.0, WOOD),
        (0.9, WOOD_PALE),
        (0.72, "#D8AF7C"),
        (0.52, WOOD_PALE),
        (0.34, "#D8AF7C"),
        (0.16, WOOD),
    ):
        sheet.ellipse(x, y, radius * 0.55 * share, radius * share, colour)


def adze(sheet: Sheet, x: float, y: float, size: float) -> None:
    """A hollowing adze, its edge at x, y."""
    sheet.line(
        [(x + size * 0.18, y - size * 0.3), (x + size * 0.95, y - size * 0.85)],
        WOOD_PALE,
        size * 0.075,
    )
    blade = [
        (x, y),
        (x + size * 0.3, y - size * 0.42),
        (x + size * 0.16, y - size * 0.5),
        (x - size * 0.12, y - size * 0.12),
    ]
    sheet.polygon(blade, SOFT)
    sheet.line([(x - size * 0.12, y - size * 0.12), (x, y)], STONE, size * 0.04)


def mallet(sheet: Sheet, x: float, y: float, size: float) -> None:
    """The padded stick of a bedug, its head at x, y."""
    sheet.line([(x, y), (x - size, y + size * 0.5)], WOOD_PALE, size * 0.07)
    sheet.ellipse(x, y, size * 0.17, size * 0.15, "#B9503F")
    sheet.ellipse(x - size * 0.05, y - size * 0.04, size * 0.06, size * 0.05, "#D88B78")
