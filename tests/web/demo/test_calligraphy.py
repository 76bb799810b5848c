"""The verse on the screen is the verse of the sample data, letter by letter and mark by mark."""

from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont, ImageStat, features

from kodipest.web.demo.books import TEXTS
from kodipest.web.demo.brush import Sheet
from kodipest.web.demo.calligraphy import inscribe, verse

AMIRI = Path(__file__).parent / "Amiri-verse.ttf"
SIZE, WIDTH, HEIGHT = 120, 900, 360


def inscribed(line=None):
    sheet = Sheet(WIDTH, HEIGHT, "#FFFFFF")
    inscribe(sheet, line or verse(), WIDTH / 2, 200, SIZE, "#000000")
    return ImageChops.invert(sheet.finish().convert("L"))


def test_the_text_is_the_one_of_the_articles():
    assert verse().text in (TEXTS / "art-1.md").read_text(encoding="utf-8").splitlines()
    assert verse().reference == "94:5"


def test_every_word_and_every_mark_has_its_ink():
    """One glyph per letter, mark and space of the text; only spaces are empty."""
    line = verse()
    empty = [glyph for glyph in line.glyphs if not glyph]
    assert len(line.glyphs) == len(line.text)
    assert len(empty) == line.text.count(" ")


@pytest.mark.skipif(not features.check("raqm"), reason="no FriBiDi here to shape with")
def test_the_outlines_are_what_a_live_shaping_gives():
    """Shaped now by HarfBuzz from Amiri, right to left: the same ink in the same places."""
    letters = ImageFont.truetype(AMIRI, SIZE, layout_engine=ImageFont.Layout.RAQM)
    live = Image.new("L", (WIDTH, HEIGHT), 0)
    left = WIDTH / 2 - letters.getlength(verse().text, direction="rtl", language="ar") / 2
    ImageDraw.Draw(live).text(
        (left, 200),
        verse().text,
        font=letters,
        fill=255,
        anchor="ls",
        direction="rtl",
        language="ar",
    )
    ours = inscribed()
    difference = ImageStat.Stat(ImageChops.difference(live, ours)).sum[0]
    assert difference < 0.12 * ImageStat.Stat(live).sum[0]
    # Nowhere do they differ by more than the softness of an edge: no mark is missing or astray.
    apart = ImageChops.difference(live, ours).filter(ImageFilter.MinFilter(3))
    assert apart.getextrema()[1] < 60


def test_holes_stay_open():
    """Waw-like loops and the sukun are rings: their middle is paper."""
    holes = [
        contour
        for glyph in verse().glyphs
        for contour in glyph
        if sum(
            x0 * y1 - x1 * y0
            for (x0, y0), (x1, y1) in zip(contour, (*contour[1:], contour[0]), strict=True)
        )
        < 0
    ]
    assert len(holes) == 7
    ink = inscribed()
    left = WIDTH / 2 - verse().width * SIZE / 2
    for contour in holes:
        x = sum(point[0] for point in contour) / len(contour) * SIZE + left
        y = sum(point[1] for point in contour) / len(contour) * SIZE + 200
        assert ink.getpixel((round(x), round(y))) < 200


def test_colour_and_place_are_obeyed():
    sheet = Sheet(WIDTH, HEIGHT, "#FBF8F1", zoom=0.5)
    inscribe(sheet, verse(), WIDTH / 2, 200, SIZE, "#0E5C4A")
    picture = sheet.finish().convert("RGB")
    box = ImageChops.difference(picture, Image.new("RGB", picture.size, "#FBF8F1")).getbbox()
    assert abs((box[0] + box[2]) / 2 - WIDTH / 4) < 6
    darkest = min((colour for _, colour in picture.getcolors(100_000)), key=sum)
    assert darkest == (14, 92, 74)
