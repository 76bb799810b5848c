"""A stranger reads a book, turns the pages of a comic, and looks for a place in a recording."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site
from tests.journeys.hands import barriers
from tests.journeys.test_watching import DESK, PHONE, Open, open_page

__all__ = ["open_page"]
pytestmark = pytest.mark.shown
PATIENCE = 60_000  # milliseconds in which a worker prepares the demo
Find = Callable[[str, str], str]


@pytest.fixture
def find(open_page: Open) -> Find:
    """Return the path of the first published work of a kind, once its page shows `wanted`."""

    def found(kind: str, wanted: str) -> str:
        page = open_page(f"/karya/?kind={kind}")
        paths = page.locator('main a[href^="/karya/"]').evaluate_all(
            "links => links.map(link => link.pathname)"
        )
        path = next(each for each in paths if each != "/karya/")
        page.goto(path)
        for _look in range(PATIENCE // 2000):
            if page.locator(wanted).count():
                return str(path)
            page.wait_for_timeout(2000)
            page.reload()
        pytest.fail(f"{path} was not prepared")

    return found


def book_path(find: Find) -> str:
    return find("ebook", 'a[href$="/baca/"]') + "baca/"


def at(page: Page) -> str:
    return page.locator("[data-at]").inner_text()


def check(page: Page) -> None:
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_book_is_read_with_the_keyboard_and_opens_where_one_stopped(
    open_page: Open, find: Find, site: Site
) -> None:
    book = book_path(find)
    page = open_page(book, viewport=PHONE)
    expect(page.locator("[data-sizes]")).to_be_visible()  # the script has come
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"\?bagian=2$"))
    expect(page.locator(".chapter")).to_contain_text("izin")
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight / 2)")
    page.wait_for_function(
        "() => Object.keys(localStorage).some(key => key.startsWith('kodipest-read-'))"
    )
    page.wait_for_timeout(800)

    page.goto(book)
    page.locator("[data-resume] a").click()

    expect(page).to_have_url(re.compile(r"\?bagian=2#di-sini$"))
    page.wait_for_function("() => window.scrollY > 200")
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile(r"\?bagian=1$"))
    assert site.url in page.url


def test_letters_grow_on_this_device(open_page: Open, find: Find) -> None:
    page = open_page(book_path(find) + "?bagian=2")
    size = "parseFloat(getComputedStyle(document.querySelector('.chapter')).fontSize)"
    before = page.evaluate(size)

    page.locator('[data-size="1"]').click()

    assert page.evaluate(size) > before
    page.reload()
    assert page.evaluate(size) > before


def test_a_book_is_read_without_a_script(open_page: Open, find: Find) -> None:
    page = open_page(book_path(find), java_script_enabled=False)

    page.locator('[rel="next"]').click()

    expect(page.locator(".chapter h1, .chapter h2").first).to_be_visible()
    expect(page.locator("[data-sizes]")).to_be_hidden()


def test_a_comic_is_turned_page_by_page(open_page: Open, find: Find) -> None:
    path = find("comic", "[data-pages] img")
    page = open_page(path, viewport=PHONE)
    count = page.locator("[data-pages] > li").count()
    page.locator('[data-act="paged"]').click()
    assert at(page) == f"1 / {count}"
    expect(page.locator("[data-pages] > li img").first).to_be_in_viewport(ratio=0.5)

    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-at]")).to_have_text(f"2 / {count}")
    expect(page.locator("[data-pages] > li").nth(1).locator("img")).to_be_in_viewport()
    page.locator('[data-act="next"]').click()
    expect(page.locator("[data-at]")).to_have_text(f"3 / {count}")

    page.locator('[data-act="side"]').click()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-at]")).to_have_text(f"2 / {count}")
    page.reload()
    expect(page.locator("[data-at]")).to_have_text(f"2 / {count}")  # as this device remembers


def test_a_comic_is_one_long_page_without_a_script(open_page: Open, find: Find) -> None:
    page = open_page(find("comic", "[data-pages] img"), java_script_enabled=False)

    expect(page.locator("[data-tools]")).to_be_hidden()
    first, second = (
        page.locator("[data-pages] > li").nth(number).bounding_box() for number in (0, 1)
    )
    assert first is not None
    assert second is not None
    assert second["y"] >= first["y"] + first["height"]


def test_the_wave_of_a_recording_is_its_seek_bar(open_page: Open, find: Find) -> None:
    page = open_page(find("audio", "[data-peaks]"), viewport=PHONE)
    wave = page.locator("[data-peaks]").bounding_box()
    assert wave is not None
    page.locator("[data-start]").click()
    page.wait_for_function("() => document.querySelector('video').currentTime > 0.3")

    page.mouse.click(wave["x"] + wave["width"] * 0.75, wave["y"] + wave["height"] / 2)

    page.wait_for_function(
        "() => { const v = document.querySelector('video'); return Math.abs(v.currentTime / v.duration - 0.75) < 0.1 }"
    )


@pytest.mark.parametrize(("viewport", "colours"), [(PHONE, "dark"), (DESK, "light")])
def test_readers_are_readable_for_everybody(
    open_page: Open, find: Find, viewport: dict[str, int], colours: str
) -> None:
    book = book_path(find)
    comic, sound = find("comic", "[data-pages] img"), find("audio", "[data-peaks]")
    page = open_page("/", viewport=viewport, color_scheme=colours)
    for path in (book, f"/zh-hans{book}?bagian=2", comic, sound):
        page.goto(path)
        check(page)
    page.goto(comic)
    page.locator('[data-act="paged"]').click()
    check(page)
