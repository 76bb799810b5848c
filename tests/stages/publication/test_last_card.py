"""The card at the end of a film for messages: every title that the typefaces of the house can draw."""

import base64
import io

import pytest
from PIL import Image, features

from kodipest.stages.publication import card_letters
from kodipest.stages.publication.card_letters import (
    ARABIC,
    LATIN,
    LATIN_MORE,
    Style,
    as_seen,
    is_rightwards,
    line_width,
    lines_of,
    words_of,
)
from kodipest.stages.publication.last_card import EDGE, HEIGHT, INK, PAPER, TITLE, WIDTH, last_card

HOUSE = "Pondok Pesantren Nurul Qalam"
TOP = (0, 0, WIDTH, 380)
shaping = pytest.mark.skipif(not features.check("raqm"), reason="no FriBiDi here to shape with")


def drawn(title, house=HOUSE):
    return Image.open(io.BytesIO(base64.b64decode(last_card(title, house)))).convert("RGB")


def colours(picture):
    return {colour for _count, colour in picture.getcolors(1 << 24)}


def inked(picture, box=TOP):
    """Return the columns from the first to the last that hold ink."""
    part = picture.crop(box).convert("L").point(lambda light: 255 if light > 150 else 0)
    found = part.getbbox()
    return (found[0], found[2]) if found else None


def seen(text):
    words = words_of(text)
    line = as_seen(words, rightwards=is_rightwards(words))
    return [[(run.text, run.face) for run in word] for word in line]


def test_the_card_tells_title_and_house():
    picture = drawn("Sumur di Halaman")
    assert picture.size == (WIDTH, HEIGHT)
    assert INK in colours(picture.crop(TOP))
    assert inked(picture)[0] == pytest.approx(EDGE, abs=8)


@shaping
@pytest.mark.parametrize(
    "title", ["بئر في الفناء", "بِئْرٌ فِي الْفِنَاءِ", "ڤسنترين كامي، ڠاجي سوري", "كتاب ٣"]
)
def test_arabic_and_pegon_stand_on_the_right(title):
    picture = drawn(title)
    first, last = inked(picture)
    assert last == pytest.approx(WIDTH - EDGE, abs=8)
    assert first > EDGE + 100
    assert inked(picture, (0, HEIGHT - 128, WIDTH, HEIGHT))[1] == pytest.approx(WIDTH - EDGE, abs=8)


@shaping
def test_arabic_letters_are_joined():
    together, alone = (line_width(words_of(text), TITLE) for text in ("سبب", "س ب ب"))
    assert together < 0.8 * alone


@shaping
def test_the_first_word_of_an_arabic_title_is_the_rightmost():
    one, both = inked(drawn("بئر")), drawn("بئر ماء")
    assert inked(both)[0] < one[0]
    box = (one[0], 0, WIDTH, 380)
    assert both.crop(box).tobytes() == drawn("بئر").crop(box).tobytes()


@shaping
def test_what_is_between_turns_with_its_neighbours():
    assert seen("قصة (بئر) 3") == [
        [("3", LATIN)],
        [("(", LATIN), ("بئر", ARABIC), (")", LATIN)],
        [("قصة", ARABIC)],
    ]
    assert seen("baca كتاب الأذكار dan") == [
        [("baca", LATIN)],
        [("الأذكار", ARABIC)],
        [("كتاب", ARABIC)],
        [("dan", LATIN)],
    ]


@shaping
def test_a_second_line_runs_as_the_first_one():
    words = words_of("كتاب الأذكار Riwayat")
    lines = lines_of(words, Style("Bold", 58), 350)
    assert len(lines) == 2
    assert not is_rightwards(words)
    assert inked(drawn("كتاب الأذكار الأذكار الأذكار Riwayat"), (0, 150, WIDTH, 240))[1] == (
        pytest.approx(WIDTH - EDGE, abs=8)
    )


def test_letters_of_a_transcription_are_no_boxes():
    ((word),) = seen("Riyāḍ")
    assert word == [("Riy", LATIN), ("āḍ", LATIN_MORE)]
    assert inked(drawn("ḍ")) != inked(drawn("ṭ"))


def test_of_a_chinese_title_the_house_stays():
    picture = drawn("院子里的水井")
    assert colours(picture.crop(TOP)) == {PAPER}
    assert INK in colours(picture.crop((0, HEIGHT - 128, WIDTH, HEIGHT - 90)))


def test_of_a_mixed_title_what_can_be_drawn_stays():
    assert last_card("水井 – Sumur Tua 的故事", HOUSE) == last_card("Sumur Tua", HOUSE)
    assert last_card("Sumur – Tua", HOUSE) != last_card("Sumur Tua", HOUSE)


def test_without_fribidi_no_letter_stands_loose(monkeypatch):
    monkeypatch.setattr(features, "check", lambda _name: False)
    card_letters._faces.cache_clear()
    try:
        assert last_card("Sumur بئر", HOUSE) == last_card("Sumur", HOUSE)
        assert colours(drawn("بئر").crop(TOP)) == {PAPER}
    finally:
        card_letters._faces.cache_clear()


def test_a_word_too_long_is_cut_by_the_edge():
    assert drawn("Panjang" * 20).size == (WIDTH, HEIGHT)
