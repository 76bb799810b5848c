"""Words on pictures: the two typefaces of the house, line breaking, and Arabic from right to left."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

from PIL import ImageDraw, ImageFont

from kodipest.web.demo.brush import OVERSAMPLING, Sheet
from kodipest.web.demo.palette import INK, Colour, rgba

Face = Literal["medium", "bold", "extra", "arabic"]
Align = Literal["left", "center", "right"]

FONTS: Final = Path(__file__).parent / "fonts"
FILES: Final[dict[Face, str]] = {
    "medium": "PlusJakartaSans-Medium.ttf",
    "bold": "PlusJakartaSans-Bold.ttf",
    "extra": "PlusJakartaSans-ExtraBold.ttf",
    "arabic": "Amiri-Regular.ttf",
}
LEADING: Final[dict[Face, float]] = {"medium": 1.42, "bold": 1.28, "extra": 1.14, "arabic": 1.95}


@lru_cache(maxsize=128)
def font(face: Face, pixels: int) -> ImageFont.FreeTypeFont:
    """A typeface at a pixel size; RAQM joins and places the marks of Arabic letters."""
    return ImageFont.truetype(FONTS / FILES[face], pixels, layout_engine=ImageFont.Layout.RAQM)


def text_width(text: str, face: Face, size: float) -> float:
    """The width of one line in logical pixels."""
    direction, language = _script(face)
    letters = font(face, 200)
    return letters.getlength(text, direction=direction, language=language) * size / 200


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
    unit = sheet.zoom * OVERSAMPLING
    letters = font(face, max(1, round(size * unit)))
    direction, language = _script(face)
    draw = ImageDraw.Draw(sheet.image)
    for number, line in enumerate(lines):
        start = x - text_width(line, face, size) * {"left": 0, "center": 0.5, "right": 1}[align]
        middle = y + step * (number + 0.5)
        draw.text(
            (start * unit, middle * unit),
            line,
            font=letters,
            fill=rgba(colour),
            anchor="lm",
            direction=direction,
            language=language,
        )
    return y + step * len(lines)


def _script(face: Face) -> tuple[str | None, str | None]:
    """Direction and language for the shaper."""
    return ("rtl", "ar") if face == "arabic" else (None, None)
