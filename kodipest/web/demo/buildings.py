"""Houses of a pesantren village: the tiered mosque, its serambi, the stall, the dormitory."""

from collections.abc import Sequence
from dataclasses import dataclass

from kodipest.web.demo.brush import Point, Sheet, arc_points, smooth
from kodipest.web.demo.palette import (
    GOLD,
    GOLD_BRIGHT,
    GOLD_PALE,
    LEAF,
    LEAF_DEEP,
    PAPER,
    WOOD,
    WOOD_DARK,
    Colour,
    mixed,
)


@dataclass(frozen=True)
class Tints:
    """The colours of one building: walls, roofs, their shaded side and the openings."""

    wall: Colour = PAPER
    roof: Colour = LEAF
    shade: Colour = LEAF_DEEP
    opening: Colour = GOLD_PALE
    trim: Colour = GOLD


def silhouette(colour: Colour, light: Colour) -> Tints:
    """One colour for everything but the lit windows."""
    darker = mixed(colour, "#000000", 0.14)
    return Tints(wall=colour, roof=colour, shade=darker, opening=light, trim=darker)


def mosque(sheet: Sheet, x: float, base: float, size: float, tints: Tints) -> None:
    """A Javanese mosque with three stacked roofs, `size` wide, standing on `base`."""
    wall = size * 0.2
    sheet.rect(x - size * 0.55, base - size * 0.035, size * 1.1, size * 0.05, tints.shade)
    sheet.rect(x - size * 0.44, base - wall, size * 0.88, wall, tints.wall)
    for step in range(5):
        middle = x + (step - 2) * size * 0.165
        archway(sheet, middle, base, size * 0.09, wall * 0.78, tints.opening)
    for column in range(6):
        post = x + (column - 2.5) * size * 0.168
        sheet.rect(post - size * 0.009, base - wall, size * 0.018, wall, tints.trim)
    tiers = ((0.55, 0.27, 0.17), (0.34, 0.18, 0.15), (0.2, 0.03, 0.21))
    y = base - wall
    for half, crown, height in tiers:
        _roof(sheet, x, y, size * half, size * crown, size * height, tints)
        y -= size * height
        if crown > 0.1:
            sheet.rect(
                x - size * crown * 0.9,
                y - size * 0.045,
                size * crown * 1.8,
                size * 0.05,
                tints.wall,
            )
            for slot in range(5):
                left = x + size * crown * (slot - 2) * 0.34
                sheet.rect(
                    left - size * 0.013, y - size * 0.035, size * 0.026, size * 0.028, tints.opening
                )
            y -= size * 0.045
    _finial(sheet, x, y, size * 0.05, tints.trim)


def _roof(
    sheet: Sheet, x: float, eaves: float, half: float, crown: float, height: float, tints: Tints
) -> None:
    """One tier: a slightly hollow hip with its right face in shade."""
    knee = height * 0.42
    left: list[Point] = [
        (x - half * 1.04, eaves + height * 0.05),
        (x - (half * 0.45 + crown * 0.55), eaves - knee),
        (x - crown, eaves - height),
    ]
    right = [(2 * x - px, py) for px, py in reversed(left)]
    sheet.polygon([*left, *right], tints.roof)
    sheet.polygon(
        [(x + crown * 0.45, eaves - height), *right, (x + half * 0.4, eaves + height * 0.05)],
        tints.shade,
    )
    sheet.rect(x - half * 1.04, eaves + height * 0.03, half * 2.08, height * 0.07, tints.trim)


def _finial(sheet: Sheet, x: float, base: float, size: float, colour: Colour) -> None:
    """The mustaka on the roof's tip."""
    sheet.ellipse(x, base - size * 0.3, size * 0.5, size * 0.34, colour)
    sheet.ellipse(x, base - size * 0.9, size * 0.3, size * 0.32, colour)
    sheet.polygon(
        [(x - size * 0.1, base - size), (x, base - size * 2.1), (x + size * 0.1, base - size)],
        colour,
    )


def minaret(sheet: Sheet, x: float, base: float, height: float, tints: Tints) -> None:
    width = height * 0.11
    sheet.polygon(
        [
            (x - width * 0.62, base),
            (x - width * 0.45, base - height * 0.72),
            (x + width * 0.45, base - height * 0.72),
            (x + width * 0.62, base),
        ],
        tints.wall,
    )
    sheet.rect(x - width * 0.72, base - height * 0.75, width * 1.44, height * 0.035, tints.trim)
    sheet.rect(x - width * 0.38, base - height * 0.87, width * 0.76, height * 0.13, tints.wall)
    archway(sheet, x, base - height * 0.755, width * 0.4, height * 0.09, tints.opening)
    for level in (0.16, 0.36, 0.56):
        archway(sheet, x, base - height * level, width * 0.26, height * 0.07, tints.opening)
    top = base - height * 0.87
    sheet.polygon(
        [(x - width * 0.6, top), (x, top - height * 0.13), (x + width * 0.6, top)], tints.roof
    )
    _finial(sheet, x, top - height * 0.12, height * 0.022, tints.trim)


def archway(
    sheet: Sheet, x: float, base: float, width: float, height: float, colour: Colour
) -> None:
    """An opening with a gently pointed head."""
    half, spring = width / 2, base - height * 0.6
    left = smooth(
        [
            (x - half, spring),
            (x - half * 0.93, spring - height * 0.14),
            (x - half * 0.62, spring - height * 0.28),
            (x, base - height),
        ]
    )
    right = [(2 * x - px, py) for px, py in reversed(left)]
    sheet.polygon([(x - half, base), *left, *right, (x + half, base)], colour)


def serambi(sheet: Sheet, floor: float, tints: Tints, columns: Sequence[float]) -> None:
    """The mosque's open porch seen from inside: beam, floor, and columns at shares of the width."""
    width, height = sheet.width, sheet.height
    beam = height * 0.1
    sheet.rect(0, 0, width, beam, tints.roof)
    sheet.rect(0, beam, width, height * 0.018, tints.trim)
    sheet.rect(0, floor, width, height - floor, tints.wall)
    sheet.rect(0, floor, width, height * 0.014, tints.trim)
    for share in columns:
        x = width * share
        thick = height * 0.034
        sheet.rect(x - thick / 2, beam, thick, floor - beam, tints.shade)
        sheet.rect(
            x - thick * 0.85, floor - height * 0.045, thick * 1.7, height * 0.045, tints.trim
        )
        brace = height * 0.1
        for side in (-1, 1):
            foot = x + side * thick / 2
            curve = arc_points(
                foot + side * brace, beam + brace, brace, brace, 270, 270 - side * 90, steps=12
            )
            sheet.polygon([*curve, (foot, beam)], tints.shade)


def stall(sheet: Sheet, x: float, base: float, size: float, *, lit: bool = True) -> None:
    """Bu Wagiyem's food stall: a striped awning, a counter, and a hanging lamp."""
    post = size * 0.025
    for side in (-0.44, 0.44):
        sheet.rect(x + size * side - post / 2, base - size * 0.78, post, size * 0.78, WOOD_DARK)
    if lit:
        sheet.rect(x - size * 0.42, base - size * 0.74, size * 0.84, size * 0.46, "#F3C66A")
        sheet.rect(x - size * 0.42, base - size * 0.74, size * 0.84, size * 0.2, "#F9DD9A")
    sheet.rect(x - size * 0.5, base - size * 0.32, size, size * 0.07, WOOD)
    sheet.rect(x - size * 0.46, base - size * 0.26, size * 0.92, size * 0.26, WOOD_DARK)
    for plank in range(1, 6):
        sheet.rect(
            x - size * 0.46 + plank * size * 0.153,
            base - size * 0.25,
            size * 0.008,
            size * 0.25,
            WOOD,
        )
    stripes = 8
    wide = size * 1.16 / stripes
    for stripe in range(stripes):
        left = x - size * 0.58 + stripe * wide
        shift = (stripe - stripes / 2) * size * 0.012
        colour = "#B9503F" if stripe % 2 == 0 else PAPER
        top, low = base - size * 0.98, base - size * 0.72
        sheet.polygon(
            [(left - shift, top), (left + wide - shift, top), (left + wide, low), (left, low)],
            colour,
        )
        sheet.disc(left + wide / 2, low, wide / 2, colour)


def dormitory(
    sheet: Sheet, x: float, base: float, width: float, tints: Tints, *, lit: tuple[int, ...] = ()
) -> None:
    """A two-storey dormitory; `lit` names the windows (counted row by row) with a lamp on."""
    height = width * 0.36
    sheet.rect(x - width / 2, base - height, width, height, tints.wall)
    half = width * 0.55
    top = base - height
    sheet.polygon(
        [
            (x - half, top),
            (x - half * 0.86, top - width * 0.11),
            (x + half * 0.86, top - width * 0.11),
            (x + half, top),
        ],
        tints.roof,
    )
    for row in range(2):
        for column in range(7):
            number = row * 7 + column
            left = x - width * 0.43 + column * width * 0.126
            y = top + height * (0.14 + 0.47 * row)
            colour = GOLD_BRIGHT if number in lit else tints.opening
            sheet.rect(left, y, width * 0.075, height * 0.26, colour, width * 0.01)
            sheet.rect(left + width * 0.035, y, width * 0.005, height * 0.26, tints.wall)
    sheet.rect(x - width / 2, base - height * 0.53, width, height * 0.03, tints.trim)
