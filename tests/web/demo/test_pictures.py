"""Posters, covers and comic pages: distinct, of the right shape, the same each time."""

import io
from itertools import combinations

import pytest
from PIL import Image, ImageChops, ImageStat

from kodipest.web.demo import comic, covers, posters
from kodipest.web.demo.brush import Sheet
from kodipest.web.demo.lettering import LEADING, text_width, wrap, write
from kodipest.web.demo.pictures import BOOK, COVER, POSTER, PictureSpec, render_picture

POSTERS = [posters.FRONT_ROW, posters.TABAYUN, posters.LIGHTS_OUT]
COVERS = [each for each in vars(covers).values() if isinstance(each, PictureSpec)]
EVERY = [*POSTERS, *COVERS, *comic.PAGES]


@pytest.mark.parametrize("spec", EVERY, ids=lambda spec: spec.key)
def test_a_picture_is_a_jpeg_of_its_size_and_light_enough(spec):
    data = render_picture(spec, 0.5)
    picture = Image.open(io.BytesIO(data))
    assert picture.format == "JPEG"
    assert picture.size == tuple(side // 2 for side in spec.size)
    assert 8_000 < len(data) < 200_000
    assert len(picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=8).getcolors()) == 8


def test_posters_and_comic_pages_stand_upright_and_covers_lie():
    assert {spec.size for spec in (*POSTERS, *comic.PAGES)} == {POSTER}
    assert POSTER[1] > POSTER[0]
    assert {spec.size for spec in COVERS} == {COVER, BOOK}
    assert COVER[0] * 9 == COVER[1] * 16


def test_no_two_pictures_look_alike_at_card_size():
    small = {
        spec.key: Image.open(io.BytesIO(render_picture(spec, 0.25))).resize((48, 27))
        for spec in EVERY
    }
    for first, second in combinations(small.values(), 2):
        assert sum(ImageStat.Stat(ImageChops.difference(first, second)).mean) > 12


def test_the_same_picture_gives_the_same_bytes():
    assert render_picture(posters.TABAYUN, 0.25) == render_picture(posters.TABAYUN, 0.25)


def test_a_png_is_asked_for_and_got():
    spec = PictureSpec("try", (40, 20), lambda sheet: sheet.disc(20, 10, 8, "#0E5C4A"), form="PNG")
    assert spec.suffix == ".png"
    assert Image.open(io.BytesIO(render_picture(spec))).format == "PNG"


def test_the_comic_has_four_pages():
    assert len(comic.PAGES) == 4


@pytest.mark.parametrize("face", ["medium", "bold", "extra"])
def test_letters_stand_as_the_typeface_wants(face):
    """Kerning pulls A and V together, and a line is as wide as its letters with it."""
    loose = sum(text_width(letter, face, 100) for letter in "AVATo")
    assert text_width("AVATo", face, 100) < loose - 12
    assert text_width("nn", face, 100) == pytest.approx(2 * text_width("n", face, 100))
    assert text_width("", face, 100) == 0


def test_words_are_set_left_right_and_in_the_middle():
    for align, edges in (("left", (100, 101)), ("right", (299, 301)), ("center", None)):
        sheet = Sheet(400, 60, "#FFFFFF")
        below = write(
            sheet, "HHH", {"left": 100, "center": 200, "right": 300}[align], 0, align=align
        )
        left, _, right, _ = ImageChops.invert(sheet.finish().convert("L")).getbbox()
        assert below == pytest.approx(32 * LEADING["medium"])
        if align == "center":
            assert abs((left + right) / 2 - 200) <= 1
        else:
            side = left if align == "left" else right
            assert abs(side - edges[0]) <= 4


def test_lines_break_at_words_and_keep_their_own_breaks():
    assert wrap("satu dua\ntiga", "medium", 20, 1000) == ["satu dua", "tiga"]
    lines = wrap("satu dua tiga empat lima", "medium", 20, 90)
    assert len(lines) > 1
    assert " ".join(lines) == "satu dua tiga empat lima"
    assert all(text_width(line, "medium", 20) <= 90 for line in lines)
