"""The rows of what is being sent: by keyboard, one after the other, called off, refused."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Site
from tests.journeys.hands import barriers, start_work
from tests.journeys.lines import Line, WebServer
from tests.journeys.resumable.hands import (
    DESK,
    LONG,
    PHONE,
    SLOW,
    Enter,
    Parts,
    begun,
    button,
    call_off,
    is_taken,
    row,
    send,
    wait_for_percent,
)

pytestmark = [pytest.mark.long, pytest.mark.shown]


def test_what_is_called_off_leaves_nothing(
    enter: Enter, line: Line, site: Site, short_film: Path
) -> None:
    page = enter("/studio/baru/")
    start_work(page, "video", "Dibatalkan")
    line.rate = SLOW
    send(page, short_film)
    arrival = begun(page)[0]["id"]
    call_off(page)

    expect(page.locator(".sending")).to_have_count(0)
    expect(page.locator("[data-said]").first).to_contain_text("serambi.mp4")
    assert begun(page) == []
    assert [path for path in (site.home / "media").rglob("*") if arrival in path.name] == []
    expect(page.locator("#file-main")).to_be_focused()
    page.reload()
    expect(page.locator(".sending")).to_have_count(0)


def test_the_keyboard_alone_sends_pauses_goes_on_and_calls_off(
    enter: Enter, line: Line, short_film: Path
) -> None:
    page = enter("/studio/baru/")
    start_work(page, "video", "Papan tombol")
    line.rate = SLOW
    parts = Parts(page)
    page.locator("#file-main").focus()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(short_film)
    wait_for_percent(page, 10)

    tab_to(page, '[data-press="pause"]')
    page.keyboard.press("Enter")
    expect(row(page)).to_have_attribute("data-state", "paused")
    expect(page.locator('[data-press="go"]')).to_be_focused()
    told = list(parts.sent)
    page.wait_for_timeout(1500)
    assert parts.sent == told  # silence
    page.keyboard.press("Enter")
    expect(row(page)).to_have_attribute("data-state", "sending")
    expect(page.locator('[data-press="pause"]')).to_be_focused()

    tab_to(page, "[data-stop] summary")
    page.keyboard.press("Enter")
    tab_to(page, '[data-press="drop"]')
    page.keyboard.press("Enter")
    expect(page.locator(".sending")).to_have_count(0)
    assert begun(page) == []


def tab_to(page: Page, selector: str) -> None:
    for _press in range(80):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"the keyboard does not reach {selector}")


def test_pages_of_a_comic_wait_for_each_other_in_rows_of_their_own(
    enter: Enter, line: Line, tmp_path: Path
) -> None:
    page = enter("/studio/baru/")
    start_work(page, "comic", "Bersusun")
    line.rate = SLOW
    files = [picture(tmp_path / f"halaman {number}.png", number) for number in (10, 2, 1)]
    too_big = tmp_path / "halaman 3.png"
    too_big.write_bytes(bytes(3_000_000))
    page.locator("form[data-upload]").first.evaluate("form => form.dataset.most = 2_000_000")
    page.set_input_files("#file-main", [*files, too_big])

    expect(row(page, "halaman 10.png")).to_have_attribute("data-state", "waiting")
    expect(row(page, "halaman 3.png").locator("[data-wrong]")).to_be_visible()
    names = page.locator("#file-rows .file-name strong")
    expect(names).to_have_text(["halaman 1.png", "halaman 2.png", "halaman 10.png"], timeout=LONG)
    button(page, "dismiss").click()
    expect(page.locator(".sending")).to_have_count(0)


def picture(path: Path, number: int) -> Path:
    """A small picture, made large by a comment, so that sending takes a second."""
    from PIL import Image, PngImagePlugin

    comment = PngImagePlugin.PngInfo()
    comment.add_text("note", "x" * 400_000)
    Image.new("RGB", (600, 800), (90 + 10 * number, 140, 120)).save(path, pnginfo=comment)
    return path


def test_what_was_called_off_at_another_pc_begins_anew(
    enter: Enter, line: Line, short_film: Path
) -> None:
    page = enter("/studio/baru/")
    start_work(page, "video", "Dibuang di tempat lain")
    line.rate = SLOW
    send(page, short_film)
    button(page, "pause").click()
    other = enter(urlsplit(page.url).path)
    call_off(other)
    expect(other.locator(".sending")).to_have_count(0)

    button(page, "go").click()
    expect(row(page)).to_have_attribute("data-state", "gone", timeout=LONG)
    line.rate = 0
    button(page, "go").click()
    is_taken(page)


def test_a_quota_says_no_before_the_first_byte(
    browser: Browser, site: Site, short_film: Path
) -> None:
    server = WebServer(site, KODIPEST_UPLOAD_QUOTA_PER_PERSON="1000000")
    server.start()
    try:
        context = browser.new_context(
            base_url=f"http://127.0.0.1:{server.port}", locale="id-ID", viewport=PHONE
        )
        page = context.new_page()
        page.goto("/demo/masuk/")
        page.get_by_role("button", name="Fauzan").first.click()
        page.wait_for_url("**/hari-ini/")
        page.goto("/studio/baru/")
        start_work(page, "video", "Jatah penuh")
        parts = Parts(page)
        page.set_input_files("#file-main", short_film)
        note = row(page).locator("[data-wrong]")
        expect(note).to_be_visible()
        expect(note).to_contain_text(re.compile(r"\w+ \w+"))
        assert parts.sent == []
        button(page, "dismiss").click()
        expect(page.locator(".sending")).to_have_count(0)
        context.close()
    finally:
        server.kill()


@pytest.mark.shown
@pytest.mark.parametrize(("size", "colours"), [(PHONE, "dark"), (DESK, "light")])
def test_rows_are_readable_for_everybody(
    enter: Enter, line: Line, short_film: Path, size: dict[str, int], colours: str
) -> None:
    page = enter("/studio/baru/", viewport=size, color_scheme=colours)
    start_work(page, "video", "Terbaca semua")
    line.rate = SLOW
    send(page, short_film)
    for state in ("sending", "paused", "open", "lost", "pending"):
        if state == "paused":
            button(page, "pause").click()
        if state == "open":
            page.locator(".sending [data-stop] summary").click()
        if state == "lost":
            line.is_away = True
            line.cut()
            button(page, "go").click()
            expect(row(page)).to_have_attribute("data-state", "lost", timeout=LONG)
        if state == "pending":
            line.is_away = False
            page.reload()
            expect(button(page, "choose")).to_be_visible()
        assert barriers(page) == [], state
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), state
    page.goto("/studio/")
    expect(page.locator(".unfinished")).to_be_visible()
    assert barriers(page) == []
    page.go_back()
    call_off(page)
