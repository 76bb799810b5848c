"""The verse of the first film as outlines, shaped beforehand.

Joining Arabic letters and placing their harakat needs HarfBuzz and FriBiDi, which a fresh machine
lacks; a verse with loose letters or lost marks would be worse than none. So the outlines of the
whole line, set in Amiri, are a file of the project, and a test compares them with a live shaping.
"""

import json
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw

from kodipest.web.demo.brush import OVERSAMPLING, Point, Sheet
from kodipest.web.demo.lettering import FONTS
from kodipest.web.demo.palette import Colour, rgba

# Thin strokes and small marks need finer edges than flat shapes do.
FINENESS = 3


@dataclass(frozen=True)
class Inscription:
    """A shaped line: its text, its reference, and glyphs as contours in ems.

    Contours that turn clockwise are ink, the others are holes in the ink of the same glyph. The
    baseline is y = 0, y grows downwards.
    """

    text: str
    reference: str
    width: float
    glyphs: tuple[tuple[tuple[Point, ...], ...], ...]


@lru_cache(maxsize=1)
def verse() -> Inscription:
    """QS Asy-Syarh 94:5, in the spelling of the Mushaf Standar Indonesia."""
    source = json.loads((FONTS / "verse-94-5.json").read_text("utf-8"))
    em = source["units_per_em"]
    glyphs = tuple(
        tuple(tuple((x / em, y / em) for x, y in contour) for contour in glyph)
        for glyph in source["glyphs"]
    )
    return Inscription(source["text"], source["reference"], source["width"] / em, glyphs)


def inscribe(
    sheet: Sheet, line: Inscription, x: float, baseline: float, size: float, colour: Colour
) -> None:
    """Draw the line around the middle `x`; `size` is the em in logical pixels."""
    unit = sheet.zoom * OVERSAMPLING * FINENESS
    reach = 1.2 * size  # what stands above and below the baseline, marks included
    left, top = x - line.width * size / 2 - size / 2, baseline - reach
    box = round((line.width + 1) * size * unit), round(2 * reach * unit)
    ink = Image.new("L", box, 0)
    for glyph in line.glyphs:
        # Each glyph on its own, so that the hole of one never cuts into its neighbour.
        stroke = Image.new("L", box, 0)
        draw = ImageDraw.Draw(stroke)
        for contour in sorted(glyph, key=_turn, reverse=True):
            points = [((px + 0.5) * size * unit, (reach + py * size) * unit) for px, py in contour]
            draw.polygon(points, fill=255 if _turn(contour) > 0 else 0)
        if inked := stroke.getbbox():
            ink.paste(255, inked, stroke.crop(inked))
    ink = ink.reduce(FINENESS)
    place = round(left * sheet.zoom * OVERSAMPLING), round(top * sheet.zoom * OVERSAMPLING)
    sheet.image.paste(rgba(colour), (*place, place[0] + ink.width, place[1] + ink.height), ink)


def _turn(contour: tuple[Point, ...]) -> float:
    """Twice the signed area: positive for ink, negative for a hole."""
    around = zip(contour, (*contour[1:], contour[0]), strict=True)
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in around)
