import pytest

from kodipest.engines.media.storage import private_url, public_url
from kodipest.works.reading.books import Entry, main_book, open_book
from kodipest.works.reading.pages import asked_part
from tests.factories.people import cast

from .shelf import book_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages():
    return main_book(book_of(cast()).newest_revision)


def test_a_book_of_pages_opens_at_any_part(pages) -> None:
    opened = open_book(pages, 2, public_url)

    assert opened is not None
    assert opened.entries == [Entry(1, "", 1, 10), Entry(2, "", 11, 20), Entry(3, "", 21, 23)]
    assert [sheet.number for sheet in opened.sheets] == list(range(11, 21))
    assert (opened.previous, opened.next) == (Entry(1, "", 1, 10), Entry(3, "", 21, 23))
    assert (opened.pages, opened.drawn, opened.is_cut) == (25, 23, True)
    sheet = opened.sheets[0]
    assert sheet.src.endswith("/reader/0011-1280.webp")
    assert [place.split()[1] for place in sheet.srcset.split(", ")] == ["640w", "1280w"]


def test_both_ends_are_known(pages) -> None:
    first, last = open_book(pages, 1, public_url), open_book(pages, 3, public_url)

    assert first is not None
    assert last is not None
    assert (first.previous, last.next) == (None, None)
    assert open_book(pages, 4, public_url) is None


def test_pictures_of_a_chapter_get_the_address_of_whoever_asks() -> None:
    asset = main_book(book_of(cast(), "chapters").newest_revision)
    assert asset is not None

    opened = open_book(asset, 2, private_url)

    assert opened is not None
    assert f'src="{private_url(asset.transcode, "reader/f0003.webp")}"' in opened.chapter
    assert "kodi-picture" not in opened.chapter
    assert opened.entries == [Entry(1, "Bab satu"), Entry(2, "")]
    assert (opened.direction, opened.is_cut) == ("rtl", False)


@pytest.mark.parametrize(
    ("asked", "part"),
    [("3", 3), ("", 1), ("0", 1), ("-1", 1), ("x", 1), ("٣", 1), ("9" * 30, 1), ("²", 1)],
)
def test_an_odd_part_is_the_first(asked: str, part: int) -> None:
    assert asked_part({"bagian": asked}) == part
