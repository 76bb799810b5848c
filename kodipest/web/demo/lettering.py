"""Words on pictures: the house typeface, kerning and line breaking.

Pillow can shape text only where the system has FriBiDi, and a fresh machine has not. So Latin is
set here letter by letter with the typeface's own kerning (the same on every machine), and the one
verse that is shown comes as outlines (`calligraphy`).
"""

import json
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal

from PIL import ImageDraw, ImageFont

from kodipest.web.demo.brush import OVERSAMPLING, Sheet
from kodipest.web.demo.palette import INK, Colour, rgba

Face = Literal["medium", "bold", "extra"]
Align = Literal["left", "center", "right"]

FONTS: Final = Path(__file__).parent / "fonts"
FILES: Final[dict[Face, str]] = {
    "medium": "PlusJakartaSans-Medium.ttf",
    "bold": "PlusJakartaSans-Bold.ttf",
    "extra": "PlusJakartaSans-ExtraBold.ttf",
}
LEADING: Final[dict[Face, float]] = {"medium": 1.42, "bold": 1.28, "extra": 1.14}
UNITS_PER_EM: Final = 1000


@lru_cache(maxsize=128)
def font(face: Face, pixels: int) -> ImageFont.FreeTypeFont:
    """A typeface at a pixel size."""
    return ImageFont.truetype(FONTS / FILES[face], pixels, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=1)
def _kerning() -> dict[str, dict[str, int]]:
    """Pairs of letters that stand closer or farther, by face, in units of the em."""
    pairs: dict[str, dict[str, int]] = json.loads((FONTS / "kerning.json").read_text("utf-8"))
    return pairs


@lru_cache(maxsize=1024)
def _advance(face: Face, letter: str) -> float:
    """How far the pen moves for one letter, in ems."""
    return font(face, UNITS_PER_EM).getlength(letter) / UNITS_PER_EM


def places(text: str, face: Face) -> list[float]:
    """Where each letter of a line begins, and where the line ends, in ems."""
    at, starts = 0.0, [0.0]
    kerning = _kerning()[face]
    for letter, following in pairwise(f"{text} "):
        at += _advance(face, letter) + kerning.get(letter + following, 0) / UNITS_PER_EM
        starts.append(at)
    return starts


def text_width(text: str, face: Face, size: float) -> float:
    """The width of one line in logical pixels."""
    return places(text, face)[-1] * size


def wrap(text: str, face: Face, size: float, width: float) -> list[str]:
    """Break `text` into lines of at most `width`; its own line breaks stay."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            longer = f"{line} {word}".strip()
            if line and text_width(longer, face, size) > width:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return lines


def write(  # noqa: PLR0913 (a line of print has that many sides)
    sheet: Sheet,
    text: str | Sequence[str],
    x: float,
    y: float,
    *,
    face: Face = "medium",
    size: float = 32,
    colour: Colour = INK,
    align: Align = "left",
    width: float | None = None,
    leading: float | None = None,
) -> float:
    """Write `text` with its first line's top at `y`; return the y below the last line.

    `x` is the left edge, the middle or the right edge of the lines, as `align` says.
    """
    whole = text if isinstance(text, str) else "\n".join(text)
    lines = wrap(whole, face, size, width) if width else whole.split("\n")
    step = size * (leading or LEADING[face])
    share = {"left": 0.0, "center": 0.5, "right": 1.0}[align]
    for number, line in enumerate(lines):
        start = x - text_width(line, face, size) * share
        _set_line(sheet, line, start, y + step * (number + 0.5), face, size, colour)
    return y + step * len(lines)


def _set_line(
    sheet: Sheet, line: str, x: float, middle: float, face: Face, size: float, colour: Colour
) -> None:
    """Set the letters of one line, each at its own fraction of a pixel."""
    unit = sheet.zoom * OVERSAMPLING
    letters = font(face, max(1, round(size * unit)))
    draw = ImageDraw.Draw(sheet.image)
    for letter, start in zip(line, places(line, face), strict=False):
        if letter != " ":
            place = ((x + start * size) * unit, middle * unit)
            draw.text(place, letter, font=letters, fill=rgba(colour), anchor="lm")
