"""Sky, hills, fields, trees and weather, in flat shapes."""

import math
import random
from collections.abc import Sequence

from kodipest.web.demo.brush import Point, Sheet, arc_points, smooth
from kodipest.web.demo.palette import Colour, mixed


def bands(sheet: Sheet, colours: Sequence[Colour], top: float, bottom: float) -> None:
    """A flat sky: one softly waved band per colour, from `top` down to `bottom`."""
    step = (bottom - top) / len(colours)
    for number, colour in enumerate(colours):
        y = top + number * step
        if number == 0:
            sheet.rect(0, y, sheet.width, sheet.height - y, colour)
            continue
        waves = [
            (sheet.width * part / 8, y + step * 0.16 * math.sin(part * 1.3 + number * 2.1))
            for part in range(9)
        ]
        sheet.polygon([*smooth(waves), (sheet.width, sheet.height), (0, sheet.height)], colour)


def sun(sheet: Sheet, x: float, y: float, radius: float, colour: Colour, halo: Colour) -> None:
    for share, veil in ((2.3, "30"), (1.6, "40")):
        sheet.disc(x, y, radius * share, halo + veil)
    sheet.disc(x, y, radius, colour)


def moon(sheet: Sheet, x: float, y: float, radius: float, colour: Colour) -> None:
    """A crescent, open to the upper right: one disc with another cut out of it."""
    bite, away, towards = radius * 0.84, radius * 0.5, math.radians(-38)
    on_disc = math.acos((radius**2 - bite**2 + away**2) / (2 * away * radius))
    on_bite = math.acos((away**2 + bite**2 - radius**2) / (2 * away * bite))
    turn, spread = math.degrees(towards), math.degrees(on_disc)
    outer = arc_points(x, y, radius, radius, turn + spread, turn + 360 - spread, steps=60)
    cx, cy = x + away * math.cos(towards), y + away * math.sin(towards)
    spread = math.degrees(on_bite)
    inner = arc_points(cx, cy, bite, bite, turn + 180 + spread, turn + 180 - spread, steps=60)
    sheet.polygon([*outer, *inner], colour)


def stars(
    sheet: Sheet,
    seed: int,
    count: int,
    bottom: float,
    colour: Colour,
    *,
    keep_out: tuple[float, float, float, float] = (0, 0, 0, 0),
) -> None:
    """Small four-pointed lights above `bottom`, none inside `keep_out` (left, top, right, bottom)."""
    dice = random.Random(seed)  # noqa: S311 (a drawing, no secret)
    left, top, right, low = keep_out
    for _ in range(count):
        x, y = dice.uniform(0, sheet.width), dice.uniform(0, bottom)
        size = dice.choice((1.6, 1.6, 2.2, 3.4)) * sheet.height / 720
        if not (left < x < right and top < y < low):
            sheet.polygon([(x, y - size), (x + size, y), (x, y + size), (x - size, y)], colour)


def ridge(
    sheet: Sheet, seed: int, horizon: float, height: float, colour: Colour, *, peaks: int = 7
) -> list[Point]:
    """A range of hills across the sheet; returns its outline."""
    dice = random.Random(seed)  # noqa: S311 (a drawing, no secret)
    points = [
        (sheet.width * part / peaks, horizon - height * dice.uniform(0.15, 1.0))
        for part in range(-1, peaks + 2)
    ]
    outline = smooth(points)
    sheet.polygon([*outline, (sheet.width * 1.2, sheet.height), (-9, sheet.height)], colour)
    return outline


def volcano(
    sheet: Sheet, x: float, base: float, width: float, height: float, colour: Colour, shade: Colour
) -> None:
    """A single calm mountain with its shaded side."""
    lip = width * 0.05
    left = smooth(
        [(x - width / 2, base), (x - width * 0.24, base - height * 0.42), (x - lip, base - height)]
    )
    right = smooth(
        [(x + lip, base - height), (x + width * 0.24, base - height * 0.42), (x + width / 2, base)]
    )
    sheet.polygon([*left, (x, base - height * 0.965), *right], colour)
    fold = smooth(
        [
            (x + lip * 0.2, base - height * 0.97),
            (x + width * 0.03, base - height * 0.62),
            (x - width * 0.02, base - height * 0.34),
            (x + width * 0.1, base),
        ]
    )
    sheet.polygon([*fold, *reversed(right)], shade)


def cloud(sheet: Sheet, x: float, y: float, size: float, colour: Colour) -> None:
    """A long flat cloud with round shoulders."""
    sheet.rect(x - size, y - size * 0.1, size * 2, size * 0.2, colour, radius=size * 0.1)
    sheet.rect(x - size * 0.55, y - size * 0.27, size * 0.95, size * 0.34, colour, size * 0.17)
    sheet.rect(x - size * 0.1, y - size * 0.02, size * 1.35, size * 0.2, colour, size * 0.1)


def terraces(sheet: Sheet, top: float, colours: Sequence[Colour], *, slope: float = 0.05) -> None:
    """Rice terraces: waved steps, each with a light rim of water."""
    depth = sheet.height - top
    for number, colour in enumerate(colours):
        y = top + depth * (number / len(colours)) ** 1.15
        wave = [
            (
                sheet.width * part / 10,
                y + depth * slope * math.sin(part * 0.9 + number * 1.7) + part * slope * 4,
            )
            for part in range(-1, 12)
        ]
        edge = smooth(wave)
        sheet.polygon([*edge, (sheet.width * 1.1, sheet.height), (-50, sheet.height)], colour)
        sheet.line(edge, mixed(colour, "#FFFFFF", 0.28), max(1.4, depth * 0.008))


def seedlings(sheet: Sheet, seed: int, top: float, rows: int, colour: Colour) -> None:
    """Rows of young rice that grow larger towards the viewer."""
    dice = random.Random(seed)  # noqa: S311 (a drawing, no secret)
    depth = sheet.height - top
    for row in range(rows):
        share = (row + 1) / rows
        y, tall = top + depth * share**1.3, depth * (0.03 + 0.09 * share)
        for step in range(int(26 - 8 * share)):
            x = sheet.width * (step + dice.uniform(0.1, 0.6)) / (26 - 8 * share)
            for lean in (-0.42, 0.0, 0.42):
                tip = (x + tall * lean, y - tall * (1 - abs(lean) * 0.3))
                sheet.polygon([(x - tall * 0.05, y), tip, (x + tall * 0.05, y)], colour)


def palm(
    sheet: Sheet,
    x: float,
    base: float,
    height: float,
    trunk: Colour,
    leaf: Colour,
    *,
    lean: float = 0.1,
) -> None:
    """A coconut palm."""
    top = (x + height * lean, base - height)
    bend = (x + height * lean * 0.25, base - height * 0.5)
    width = height * 0.035
    spine = smooth([(x, base), bend, top])
    left = [(px - width * (1.25 - 0.75 * i / len(spine)), py) for i, (px, py) in enumerate(spine)]
    right = [(px + width * (1.25 - 0.75 * i / len(spine)), py) for i, (px, py) in enumerate(spine)]
    sheet.polygon([*left, *reversed(right)], trunk)
    for angle in (-170, -148, -122, -64, -34, -10, 12, 168):
        _frond(sheet, top, height * 0.36, angle, leaf)
    for dx in (-0.02, 0.018):
        sheet.disc(top[0] + height * dx, top[1] + height * 0.02, height * 0.02, trunk)


def _frond(sheet: Sheet, root: Point, length: float, angle: float, colour: Colour) -> None:
    """One hanging leaf; it rises along `angle` (degrees) and droops at the end."""
    radians = math.radians(angle)
    dx, dy = math.cos(radians), math.sin(radians)
    droop = length * 0.34
    upper = [
        root,
        (root[0] + dx * length * 0.55, root[1] + dy * length * 0.62),
        (root[0] + dx * length, root[1] + dy * length * 0.72 + droop),
    ]
    lower = [
        (root[0] + dx * length * 0.92, root[1] + dy * length * 0.6 + droop * 0.62),
        (root[0] + dx * length * 0.5, root[1] + dy * length * 0.5 + length * 0.075),
        root,
    ]
    sheet.polygon([*smooth(upper), *smooth(lower)], colour)


def banana(sheet: Sheet, x: float, base: float, height: float, leaf: Colour, rib: Colour) -> None:
    """A banana plant: broad paddles around a short stem."""
    for lean, tall in ((-0.62, 0.72), (0.6, 0.7), (-0.3, 0.95), (0.34, 0.98), (0.02, 1.08)):
        tip = (x + height * lean, base - height * tall)
        side = height * 0.12
        middle = (x + height * lean * 0.5, base - height * tall * 0.72)
        shape = [
            (x, base - height * 0.1),
            (middle[0] - side, middle[1]),
            tip,
            (middle[0] + side, middle[1] + side * 0.3),
        ]
        sheet.blob(shape, leaf)
        sheet.curve([(x, base - height * 0.1), middle, tip], rib, height * 0.012)
    sheet.rect(
        x - height * 0.035, base - height * 0.3, height * 0.07, height * 0.3, rib, height * 0.02
    )


def tree(sheet: Sheet, x: float, base: float, height: float, trunk: Colour, leaves: Colour) -> None:
    """A round shade tree."""
    sheet.polygon(
        [
            (x - height * 0.045, base),
            (x - height * 0.02, base - height * 0.6),
            (x + height * 0.02, base - height * 0.6),
            (x + height * 0.05, base),
        ],
        trunk,
    )
    light = mixed(leaves, "#FFFFFF", 0.1)
    crowns = ((-0.2, 0.6, 0.2), (0.2, 0.58, 0.21), (0.0, 0.78, 0.23), (-0.03, 0.58, 0.22))
    for dx, dy, radius in crowns:
        sheet.disc(x + dx * height, base - dy * height, radius * height, leaves)
    for dx, dy, radius in ((-0.22, 0.66, 0.09), (0.04, 0.86, 0.1), (0.2, 0.64, 0.07)):
        sheet.disc(x + dx * height, base - dy * height, radius * height, light)


def rain(sheet: Sheet, seed: int, count: int, colour: Colour, *, length: float = 34) -> None:
    """Slanting strokes that tile in both directions, so the layer can fall for ever."""
    dice = random.Random(seed)  # noqa: S311 (a drawing, no secret)
    for _ in range(count):
        x, y = dice.uniform(0, sheet.width), dice.uniform(0, sheet.height)
        long = length * dice.uniform(0.6, 1.2)
        for dx in (0.0, -sheet.width, sheet.width):
            for dy in (0.0, -sheet.height):
                start = (x + dx, y + dy)
                sheet.line([start, (start[0] - long * 0.2, start[1] + long)], colour, 1.6)


def birds(sheet: Sheet, places: Sequence[Point], size: float, colour: Colour) -> None:
    for x, y in places:
        wing = [(x - size, y - size * 0.28), (x - size * 0.45, y - size * 0.36), (x, y)]
        other = [(x, y), (x + size * 0.45, y - size * 0.36), (x + size, y - size * 0.28)]
        sheet.curve(wing, colour, size * 0.11)
        sheet.curve(other, colour, size * 0.11)


def khatam_pattern(sheet: Sheet, pitch: float, colour: Colour, *, width: float = 1.4) -> None:
    """The house pattern: stars on a grid, joined by short lines."""
    rows, columns = math.ceil(sheet.height / pitch) + 1, math.ceil(sheet.width / pitch) + 1
    reach = pitch * 0.325
    for row in range(rows):
        for column in range(columns):
            x, y = column * pitch, row * pitch
            for turn in (0.0, 45.0):
                corners = arc_points(x, y, reach, reach, turn, turn + 360, steps=4)
                sheet.line(corners, colour, width)
            gap = pitch - reach
            sheet.line([(x + reach, y), (x + gap, y)], colour, width)
            sheet.line([(x, y + reach), (x, y + gap)], colour, width)
