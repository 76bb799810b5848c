"""The picture that a film for messages ends with: what it is, and from which house."""

import base64
import io
from typing import TYPE_CHECKING

from django.conf import settings

from kodipest.stages.publication.card_letters import (
    Style,
    Word,
    as_seen,
    draw_line,
    is_arabic,
    is_rightwards,
    line_width,
    lines_of,
    words_of,
)

if TYPE_CHECKING:
    from PIL import ImageDraw

WIDTH, HEIGHT = 960, 540
EDGE = 72
RULE = 96
PAPER, INK, GOLD = (14, 92, 74), (251, 248, 241), (224, 178, 90)
TITLE, HOUSE = Style("Bold", 58), Style("Medium", 32)
RISE = 1.04  # from the top of a line to its baseline, in sizes
LEADING, ARABIC_LEADING = 1.25, 1.45  # harakat stand above and below
MOST_LINES = 3


def last_card(title: str, house: str) -> str:
    """Return the card as a PNG in base64.

    Latin, Arabic and pegon are drawn. A word in other letters is left out rather than drawn as
    boxes: no Chinese typeface is part of the program, it would weigh more than all the rest. Of a
    Chinese title the card then keeps what is Latin in it, and the name of the house, which
    stands for itself; so it is with Arabic on a system without FriBiDi.
    """
    from PIL import Image, ImageDraw  # loaded when a card is drawn: the worker stays small

    sheet = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(sheet)
    words = words_of(title)
    rightwards = is_rightwards(words)
    leading = ARABIC_LEADING if any(map(is_arabic, words)) else LEADING
    for number, read in enumerate(lines_of(words, TITLE, WIDTH - 2 * EDGE)[:MOST_LINES]):
        line = as_seen(read, rightwards=rightwards)
        _write(pen, line, EDGE + number * TITLE.pixels * leading, TITLE, INK, rightwards)
    rule = EDGE if rightwards else WIDTH - EDGE - RULE
    pen.rectangle((rule, HEIGHT - 150, rule + RULE, HEIGHT - 146), fill=GOLD)
    for name, top, ink in ((house, HEIGHT - 128, INK), (settings.SITE_NAME, HEIGHT - 84, GOLD)):
        named = words_of(name)
        line = as_seen(named, rightwards=is_rightwards(named))
        _write(pen, line, top, HOUSE, ink, rightwards)
    drawn = io.BytesIO()
    sheet.save(drawn, "PNG", optimize=True)
    return base64.b64encode(drawn.getvalue()).decode()


def _write(
    pen: "ImageDraw.ImageDraw",
    line: list[Word],
    top: float,
    style: Style,
    ink: tuple[int, int, int],
    is_on_the_left: bool,
) -> None:
    """Write a line at the edge where the title begins."""
    x = EDGE if is_on_the_left else WIDTH - EDGE - line_width(line, style)
    draw_line(pen, line, (x, top + style.pixels * RISE), style, ink)
