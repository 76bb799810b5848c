"""Objects: lamps, sandals, taps, drums, books, phones."""

import math

from kodipest.web.demo.brush import Point, Sheet, arc_points, smooth
from kodipest.web.demo.palette import (
    CARD,
    GOLD,
    GOLD_BRIGHT,
    GOLD_PALE,
    INK,
    LEAF,
    LINE,
    PAPER,
    SKY,
    SKY_MID,
    SKY_SOFT,
    SOFT,
    STONE_DARK,
    WOOD_DARK,
    Colour,
    mixed,
)


def glow(sheet: Sheet, x: float, y: float, radius: float, colour: Colour) -> None:
    """Light in the air: flat discs, each fainter than the one inside it."""
    for share, veil in ((1.0, "1C"), (0.72, "24"), (0.46, "30")):
        sheet.disc(x, y, radius * share, colour + veil)


def lantern(sheet: Sheet, x: float, top: float, size: float, *, frame: Colour = INK) -> None:
    """A hanging glass lantern with a small flame."""
    sheet.line([(x, top), (x, top + size * 0.3)], frame, size * 0.03)
    y = top + size * 0.3
    sheet.polygon(
        [(x - size * 0.18, y + size * 0.14), (x, y), (x + size * 0.18, y + size * 0.14)], frame
    )
    body = [
        (x - size * 0.17, y + size * 0.14),
        (x + size * 0.17, y + size * 0.14),
        (x + size * 0.23, y + size * 0.5),
        (x - size * 0.23, y + size * 0.5),
    ]
    sheet.polygon(body, "#F7D88F")
    sheet.blob(
        [
            (x, y + size * 0.2),
            (x + size * 0.07, y + size * 0.36),
            (x, y + size * 0.44),
            (x - size * 0.07, y + size * 0.36),
        ],
        "#FFF6DC",
    )
    sheet.line([body[0], body[3]], frame, size * 0.03)
    sheet.line([body[1], body[2]], frame, size * 0.03)
    sheet.rect(x - size * 0.25, y + size * 0.5, size * 0.5, size * 0.07, frame, size * 0.02)


def sandal(
    sheet: Sheet, x: float, y: float, length: float, sole: Colour, strap: Colour, *, turn: float = 0
) -> None:
    """One flip-flop seen from above, toe up; `turn` in degrees."""
    half = length / 2
    outline = [
        (0, -half),
        (half * 0.36, -half * 0.78),
        (half * 0.4, -half * 0.2),
        (half * 0.28, half * 0.35),
        (half * 0.3, half * 0.8),
        (0, half),
        (-half * 0.3, half * 0.8),
        (-half * 0.28, half * 0.35),
        (-half * 0.4, -half * 0.2),
        (-half * 0.36, -half * 0.78),
    ]
    sheet.blob(
        _turned(outline, x + length * 0.03, y + length * 0.04, turn), mixed(sole, "#000000", 0.35)
    )
    sheet.blob(_turned(outline, x, y, turn), sole)
    toe = (0.0, -half * 0.52)
    for side in (-1, 1):
        band = smooth([toe, (side * half * 0.26, -half * 0.32), (side * half * 0.33, half * 0.06)])
        sheet.line(_turned(band, x, y, turn), strap, length * 0.075)


def sandals(
    sheet: Sheet, x: float, y: float, length: float, sole: Colour, strap: Colour, *, turn: float = 0
) -> None:
    """A neat pair."""
    gap = length * 0.24
    dx, dy = gap * math.cos(math.radians(turn)), gap * math.sin(math.radians(turn))
    sandal(sheet, x - dx, y - dy, length, sole, strap, turn=turn)
    sandal(sheet, x + dx, y + dy, length, sole, strap, turn=turn)


def _turned(points: list[Point], x: float, y: float, degrees: float) -> list[Point]:
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return [(x + px * cos - py * sin, y + px * sin + py * cos) for px, py in points]


def tap(sheet: Sheet, x: float, y: float, size: float, *, metal: Colour = STONE_DARK) -> None:
    """A wall tap pointing down; x, y is the mouth."""
    light = mixed(metal, "#FFFFFF", 0.35)
    sheet.rect(x - size * 0.16, y - size * 0.3, size * 0.32, size * 0.3, metal, size * 0.05)
    sheet.rect(x - size * 0.2, y - size * 0.05, size * 0.4, size * 0.09, light, size * 0.04)
    sheet.rect(x - size * 0.26, y - size * 0.62, size * 0.52, size * 0.38, metal, size * 0.14)
    sheet.rect(x - size * 0.07, y - size * 0.86, size * 0.14, size * 0.26, light)
    sheet.rect(x - size * 0.36, y - size * 0.98, size * 0.72, size * 0.16, metal, size * 0.08)
    sheet.rect(x - size * 0.2, y - size * 0.54, size * 0.1, size * 0.2, light, size * 0.05)


def drop(sheet: Sheet, x: float, y: float, size: float, colour: Colour) -> None:
    """A drop of water; x, y is its round middle."""
    belly = arc_points(x, y, size * 0.5, size * 0.5, -28, 208, steps=30)
    sheet.polygon([*belly, (x, y - size * 1.1)], colour)
    sheet.disc(x - size * 0.18, y + size * 0.08, size * 0.1, "#FFFFFFB0")


def bucket(sheet: Sheet, x: float, base: float, size: float, level: float, colour: Colour) -> None:
    """A bucket with its front cut open to show the water at `level` (0 to 1)."""
    top, low = size * 0.5, size * 0.38
    height = size * 0.95
    outer = [(x - top, base - height), (x + top, base - height), (x + low, base), (x - low, base)]
    sheet.polygon(outer, colour)
    wall = size * 0.05
    inner = [
        (x - top + wall, base - height),
        (x + top - wall, base - height),
        (x + low - wall, base - wall),
        (x - low + wall, base - wall),
    ]
    sheet.polygon(inner, mixed(colour, "#FFFFFF", 0.72))
    if level > 0:
        half = low - wall + (top - low) * level
        y = base - wall - (height - wall) * level
        surface = [
            (x - half + half * part / 5, y + (size * 0.012 if part % 2 else -size * 0.012))
            for part in range(11)
        ]
        sheet.polygon(
            [*smooth(surface), (x + low - wall, base - wall), (x - low + wall, base - wall)],
            SKY_MID,
        )
    sheet.rect(
        x - top - wall, base - height - wall, top * 2 + wall * 2, wall * 1.6, colour, wall * 0.7
    )


def open_book(
    sheet: Sheet, x: float, y: float, size: float, *, page: Colour = CARD, ink: Colour = SOFT
) -> None:
    """A kitab lying open; x, y is the bottom of its spine."""
    for side in (-1, 1):
        top = smooth(
            [
                (x, y - size * 0.36),
                (x + side * size * 0.26, y - size * 0.45),
                (x + side * size * 0.56, y - size * 0.38),
            ]
        )
        low = smooth(
            [
                (x + side * size * 0.56, y - size * 0.02),
                (x + side * size * 0.26, y - size * 0.09),
                (x, y),
            ]
        )
        edge = [(px, py + size * 0.035) for px, py in [*top, *low]]
        sheet.polygon(edge, LEAF)
        sheet.polygon([*top, *low], page)
        for row in range(5):
            depth = size * (0.3 - 0.055 * row)
            left, right = x + side * size * 0.07, x + side * size * (0.48 if row % 2 else 0.42)
            line = [
                (left, y - depth),
                ((left + right) / 2, y - depth - size * 0.065),
                (right, y - depth - size * 0.045),
            ]
            sheet.curve(line, ink, size * 0.011)
    sheet.line([(x, y - size * 0.36), (x, y)], LINE, size * 0.012)


def microphone(
    sheet: Sheet, x: float, base: float, size: float, *, body: Colour = LEAF, stand: Colour = INK
) -> None:
    """A small microphone on a table stand."""
    sheet.rect(x - size * 0.2, base - size * 0.06, size * 0.4, size * 0.06, stand, size * 0.03)
    sheet.rect(x - size * 0.025, base - size * 0.5, size * 0.05, size * 0.46, stand)
    sheet.rect(x - size * 0.13, base - size, size * 0.26, size * 0.52, body, size * 0.13)
    for row in range(4):
        y = base - size * (0.92 - row * 0.07)
        sheet.rect(x - size * 0.13, y, size * 0.26, size * 0.018, mixed(body, "#000000", 0.25))
    sheet.rect(x - size * 0.15, base - size * 0.64, size * 0.3, size * 0.045, stand, size * 0.02)


def phone(sheet: Sheet, x: float, y: float, width: float, *, screen: Colour = PAPER) -> None:
    """A phone standing upright, its middle at x, y."""
    height = width * 1.95
    sheet.rect(x - width / 2, y - height / 2, width, height, INK, width * 0.13)
    edge = width * 0.05
    sheet.rect(
        x - width / 2 + edge,
        y - height / 2 + edge,
        width - edge * 2,
        height - edge * 2,
        screen,
        width * 0.09,
    )
    sheet.rect(
        x - width * 0.12, y - height / 2 + edge * 1.7, width * 0.24, edge * 0.8, INK, edge * 0.4
    )


def magnifier(sheet: Sheet, x: float, y: float, radius: float) -> None:
    """A magnifying glass held from the lower right."""
    reach = radius * 0.72
    sheet.line(
        [(x + reach, y + reach), (x + radius * 1.75, y + radius * 1.75)], WOOD_DARK, radius * 0.24
    )
    sheet.disc(x, y, radius, SKY_SOFT + "B0")
    sheet.ring(x, y, radius, GOLD, radius * 0.16)
    shine = arc_points(x, y, radius * 0.7, radius * 0.7, 195, 250, steps=14)
    sheet.line(shine, "#FFFFFF", radius * 0.08)


def mortar(sheet: Sheet, x: float, base: float, size: float) -> None:
    """A stone cobek with its ulekan."""
    bowl = arc_points(x, base - size * 0.34, size * 0.5, size * 0.34, 0, 180, steps=30)
    sheet.line(
        [(x + size * 0.08, base - size * 0.4), (x + size * 0.34, base - size * 0.78)],
        STONE_DARK,
        size * 0.14,
    )
    sheet.polygon(bowl, "#6E6A60")
    sheet.rect(x - size * 0.54, base - size * 0.4, size * 1.08, size * 0.1, "#857F72", size * 0.05)


def table_lamp(sheet: Sheet, x: float, base: float, size: float) -> None:
    """A small oil lamp: the *lampu kecil* of the first article."""
    sheet.ellipse(x, base - size * 0.05, size * 0.26, size * 0.06, GOLD)
    sheet.blob(
        [
            (x - size * 0.22, base - size * 0.12),
            (x, base - size * 0.3),
            (x + size * 0.22, base - size * 0.12),
            (x, base - size * 0.04),
        ],
        GOLD_BRIGHT,
    )
    sheet.rect(x - size * 0.09, base - size * 0.36, size * 0.18, size * 0.1, GOLD, size * 0.03)
    chimney = [
        (x - size * 0.09, base - size * 0.36),
        (x - size * 0.17, base - size * 0.58),
        (x - size * 0.08, base - size * 0.95),
        (x + size * 0.08, base - size * 0.95),
        (x + size * 0.17, base - size * 0.58),
        (x + size * 0.09, base - size * 0.36),
    ]
    sheet.polygon(chimney, "#FFF6DC88")
    sheet.blob(
        [
            (x, base - size * 0.76),
            (x + size * 0.07, base - size * 0.54),
            (x, base - size * 0.42),
            (x - size * 0.07, base - size * 0.54),
        ],
        "#F7C34F",
    )
    sheet.blob(
        [
            (x, base - size * 0.62),
            (x + size * 0.03, base - size * 0.5),
            (x, base - size * 0.44),
            (x - size * 0.03, base - size * 0.5),
        ],
        "#FFF6DC",
    )


def envelope(sheet: Sheet, x: float, y: float, width: float) -> None:
    """A letter with a star for a seal, its middle at x, y."""
    height = width * 0.64
    left, top = x - width / 2, y - height / 2
    sheet.rect(left, top, width, height, CARD, width * 0.03)
    sheet.polygon(
        [(left, top + height), (x, y - height * 0.02), (left + width, top + height)], GOLD_PALE
    )
    sheet.polygon([(left, top), (x, y + height * 0.18), (left + width, top)], "#F6E6C4")
    sheet.line([(left, top), (x, y + height * 0.18), (left + width, top)], GOLD, width * 0.008)
    sheet.disc(x, y + height * 0.1, width * 0.09, "#B9503F")
    sheet.khatam(x, y + height * 0.1, width * 0.05, PAPER, width * 0.008)


def needle_and_thread(sheet: Sheet, x: float, y: float, size: float, thread: Colour = SKY) -> None:
    """A bookbinder's needle with its thread, the point at x, y."""
    loop = [
        (x + size * 0.8, y - size * 0.5),
        (x + size * 1.05, y - size * 0.2),
        (x + size * 0.8, y + size * 0.1),
        (x + size * 1.1, y + size * 0.32),
        (x + size * 1.5, y + size * 0.2),
    ]
    sheet.curve(loop, thread, size * 0.03)
    sheet.polygon(
        [(x, y), (x + size * 0.82, y - size * 0.55), (x + size * 0.85, y - size * 0.48)], SOFT
    )
