"""The picture that a film for messages ends with: what it is, and from which house."""

import base64
import io
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.staticfiles import finders

if TYPE_CHECKING:  # loaded when a card is drawn: the worker stays small
    from PIL import ImageFont

WIDTH, HEIGHT = 960, 540
EDGE = 72
PAPER, INK, GOLD = (14, 92, 74), (251, 248, 241), (224, 178, 90)
FONT = "web/fonts/plus-jakarta-sans-latin.woff2"
TITLE, HOUSE = 58, 32  # pixels
MOST_LINES = 3


def last_card(title: str, house: str) -> str:
    """Return the card as a PNG in base64.

    A word in letters that the typeface does not have is left out rather than drawn as boxes: an
    Arabic title stands in the film itself.
    """
    from PIL import Image, ImageDraw

    sheet = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(sheet)
    pen.rectangle((EDGE, HEIGHT - 150, EDGE + 96, HEIGHT - 146), fill=GOLD)
    lines = _broken(title, TITLE, WIDTH - 2 * EDGE)[:MOST_LINES] if is_latin(title) else []
    for number, line in enumerate(lines):
        pen.text((EDGE, EDGE + number * TITLE * 1.25), line, INK, _font("Bold", TITLE))
    named = house if is_latin(house) else ""
    pen.text((EDGE, HEIGHT - 128), named, INK, _font("Medium", HOUSE))
    pen.text((EDGE, HEIGHT - 84), settings.SITE_NAME, GOLD, _font("Medium", HOUSE))
    drawn = io.BytesIO()
    sheet.save(drawn, "PNG", optimize=True)
    return base64.b64encode(drawn.getvalue()).decode()


def is_latin(text: str) -> bool:
    """Say whether the typeface has the letters of `text`."""
    letters = (sign for sign in text if unicodedata.category(sign).startswith("L"))
    return all("LATIN" in unicodedata.name(sign, "") for sign in letters)


def _broken(text: str, pixels: int, width: int) -> list[str]:
    """Break a line between words; one word that is too long stays whole and is cut by the edge."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _font("Bold", pixels).getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


@lru_cache(maxsize=4)
def _font(weight: str, pixels: int) -> "ImageFont.FreeTypeFont":
    from PIL import ImageFont

    path = finders.find(FONT)
    if path is None:
        raise FileNotFoundError(FONT)
    font = ImageFont.truetype(str(path), pixels, layout_engine=ImageFont.Layout.BASIC)
    font.set_variation_by_name(weight)
    return font
