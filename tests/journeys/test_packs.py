"""The programme manager has a film packed, sees it made, and takes it away."""

import io

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import DESK, PHONE, Enter
from tests.journeys.hands import barriers

MADE_MS = 90_000


def open_packs(page: Page) -> None:
    page.goto("/publikasi/tayang/")
    page.locator('a[href$="/paket/"]').first.click()
    page.wait_for_url("**/paket/")


def pack(page: Page, name: str) -> Locator:
    return page.locator(f"#pack-{name}")


def have_made(page: Page, name: str) -> None:
    """Press the button if it is there; the sweep may have asked before. Nobody loads the page again."""
    button = pack(page, name).locator("form button")
    if button.count():
        button.click()
    expect(button).to_have_count(0)
    expect(pack(page, name).locator(".tag:not(.sky)")).to_have_text("siap", timeout=MADE_MS)


def fetched(page: Page, link: Locator) -> tuple[str, bytes]:
    """Follow a link as a browser does; return under which name it is kept, and the bytes."""
    with page.expect_download() as download:
        link.click()
    path = download.value.path()
    return download.value.suggested_filename, path.read_bytes()


@pytest.mark.usefixtures("watch_path")
def test_a_film_is_packed_and_taken_away(enter: Enter) -> None:
    page = enter("Ratna", "/hari-ini/")
    open_packs(page)
    assert barriers(page) == []

    have_made(page, "sheet")
    name, sheet = fetched(page, pack(page, "sheet").locator("a[download]"))
    assert name.endswith(".jpg")
    with Image.open(io.BytesIO(sheet)) as opened:
        assert (opened.format, opened.width > 1600, opened.height > 1000) == ("JPEG", True, True)

    have_made(page, "whatsapp")
    sound, film = pack(page, "whatsapp").locator("a[download]").all()
    for link, least in ((sound, 100_000), (film, 200_000)):
        name, content = fetched(page, link)
        assert name.endswith((".m4a", ".mp4"))
        assert content[4:8] == b"ftyp"
        assert least < len(content) < 16_000_000
        assert size_said(link) == pytest.approx(len(content), rel=0.06)

    have_made(page, "television")
    expect(pack(page, "television").locator("a[download]")).to_have_count(0)
    assert barriers(page) == []


def size_said(link: Locator) -> float:
    """Return the bytes that stand on a link, as in "Film · MP4 · 1,2 MB"."""
    figure, unit = (link.text_content() or "").rsplit("·", 1)[1].split()
    return float(figure.replace(",", ".")) * {"KB": 1024, "MB": 1024**2}[unit]


@pytest.mark.shown
@pytest.mark.usefixtures("watch_path")
@pytest.mark.parametrize(("size", "colours"), [(PHONE, "dark"), (DESK, "light")])
def test_the_page_of_packs_is_readable_for_everybody(
    enter: Enter, size: dict[str, int], colours: str
) -> None:
    page = enter("Ratna", "/hari-ini/", viewport=size, color_scheme=colours)
    open_packs(page)
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
