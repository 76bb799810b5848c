"""A file that is sent is never lost: not by a reload, another PC, a broken line or a restarted server."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, Route, expect

from tests.journeys.conftest import Site
from tests.journeys.lines import Line, WebServer
from tests.journeys.test_studio import short_film, start_work

__all__ = ["short_film"]  # a fixture
pytestmark = pytest.mark.long

PHONE = {"width": 360, "height": 640}
DESK = {"width": 1366, "height": 768}
SLOW = 500_000  # bytes a second: the film of three megabytes takes six seconds
LONG = 60_000  # milliseconds: the machines of the tests are busy
Enter = Callable[..., Page]


@pytest.fixture(scope="module")
def server(site: Site) -> Iterator[WebServer]:
    """A web process of the site that may be restarted."""
    server = WebServer(site)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def line(server: WebServer) -> Iterator[Line]:
    """The line to it."""
    line = Line(server.port)
    yield line
    line.close()


@pytest.fixture
def enter(browser: Browser, line: Line) -> Iterator[Enter]:
    """Sign in as Fauzan at a PC of his own and open a page; no page may fail in its script."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_page(path: str, *, person: str = "Fauzan", **options: object) -> Page:
        context = browser.new_context(
            base_url=line.url, locale="id-ID", **{"viewport": DESK, **options}
        )
        contexts.append(context)
        context.on("weberror", lambda error: errors.append(str(error.error)))
        page = context.new_page()
        page.goto("/demo/masuk/")
        page.get_by_role("button", name=person).first.click()
        page.wait_for_url("**/hari-ini/")
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


class Parts:
    """The offsets of the parts that a page sends, noticed in the moment it begins to."""

    def __init__(self, page: Page) -> None:
        self.sent: list[int] = []
        page.on("request", self.notice)

    def notice(self, request: Request) -> None:
        if request.method == "PATCH":
            self.sent.append(
                int(request.headers["upload-offset"])
            )  # asks nobody: it cannot be late


def row(page: Page, name: str = "serambi.mp4") -> Locator:
    return page.locator(".sending").filter(has_text=name)


def button(page: Page, word: str) -> Locator:
    return page.locator(f'.sending [data-press="{word}"]:not([hidden])')


def send(page: Page, film: Path, *, until: int = 20) -> None:
    """Choose the film and wait until the server has acknowledged `until` per cent of it."""
    page.set_input_files("#file-main", film)
    wait_for_percent(page, until)


def wait_for_percent(page: Page, percent: int) -> None:
    page.wait_for_function(
        "percent => (document.querySelector('.sending progress')?.value ?? 0) >= percent",
        arg=percent,
        timeout=LONG,
    )


def call_off(page: Page) -> None:
    """Press both buttons that it takes."""
    page.locator(".sending [data-stop] summary").click()
    button(page, "drop").click()


def is_taken(page: Page, name: str = "serambi.mp4") -> None:
    expect(page.locator("#file-rows")).to_contain_text(name, timeout=LONG)
    expect(page.locator(".sending")).to_have_count(0)


def begun(page: Page) -> list[dict[str, Any]]:
    """What the server says is unfinished of the work on the page."""
    work = urlsplit(page.url).path.split("/")[2]
    listed: list[dict[str, Any]] = page.request.get("/unggahan/").json()["arrivals"]
    return [each for each in listed if work in each["target"]]


def test_after_a_reload_the_same_file_goes_on_where_it_was(
    enter: Enter, line: Line, short_film: Path
) -> None:
    page = enter("/studio/baru/")
    start_work(page, "video", "Dimuat ulang")
    line.rate = SLOW
    send(page, short_film, until=30)
    line.cut()
    page.reload()
    expect(row(page)).to_have_attribute("data-state", "pending")
    here = int(row(page).get_attribute("data-here") or 0)
    assert here >= 0.3 * short_film.stat().st_size
    expect(row(page).locator("[data-told]")).to_contain_text("MB")

    line.rate = 0
    parts = Parts(page)
    page.set_input_files("#file-main", short_film)  # the box knows it again
    is_taken(page)

    assert all(offset >= here for offset in parts.sent)
    assert line.sent < 1.2 * short_film.stat().st_size
    assert begun(page) == []
    expect(page.locator('form[action*="/serahkan/"] button')).to_be_visible(timeout=2 * LONG)


def test_another_pc_goes_on_and_a_wrong_file_is_known_before_a_byte(
    enter: Enter, line: Line, short_film: Path, tmp_path: Path
) -> None:
    first = enter("/studio/baru/")
    start_work(first, "video", "Dua komputer")
    line.rate = SLOW
    send(first, short_film)
    desk = urlsplit(first.url).path
    line.is_away = True  # the power goes: what is in the pipe goes with it
    line.cut()
    first.context.close()
    line.is_away, line.rate = False, 0

    second = enter("/studio/")
    unfinished = second.locator(".unfinished")
    expect(unfinished).to_contain_text("serambi.mp4")
    unfinished.locator(f'a[href*="{desk}"]').first.click()
    second.wait_for_url(f"**{desk}*")
    changed = tmp_path / "serambi.mp4"  # the same name, the same size, another film
    changed.write_bytes(bytes(reversed(short_film.read_bytes())))
    other = tmp_path / "lain.mp4"
    other.write_bytes(b"short")
    parts = Parts(second)
    for wrong in (other, changed):
        with second.expect_file_chooser() as chooser:
            button(second, "choose").click()
        chooser.value.set_files(wrong)
        expect(row(second).locator("[data-wrong]")).to_contain_text(wrong.name)
    assert parts.sent == []

    copy = tmp_path / "salinan dari flashdisk.mp4"
    shutil.copyfile(short_film, copy)  # another name, another date, the same content
    with second.expect_file_chooser() as chooser:
        button(second, "choose").click()
    chooser.value.set_files(copy)
    is_taken(second)
    assert all(offset > 0 for offset in parts.sent)
    second.goto("/studio/")
    expect(second.locator(f'.unfinished a[href*="{desk}"]')).to_have_count(0)


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


def test_a_broken_line_and_a_killed_server_are_told_and_overcome(
    enter: Enter, line: Line, server: WebServer, short_film: Path
) -> None:
    page = enter("/studio/baru/")
    start_work(page, "video", "Putus sambung")
    parts = Parts(page)
    line.rate = SLOW
    send(page, short_film)
    line.is_away = True
    line.cut()
    expect(row(page)).to_have_attribute("data-state", "lost", timeout=LONG)
    expect(page.locator("[data-said]").first).to_contain_text("serambi.mp4")
    line.is_away = False
    expect(row(page)).to_have_attribute("data-state", "sending", timeout=LONG)
    wait_for_percent(page, 50)

    server.kill()
    expect(row(page)).to_have_attribute("data-state", "lost", timeout=LONG)
    server.start()
    page.evaluate("dispatchEvent(new Event('online'))")  # as the browser says when a line is back
    expect(row(page)).to_have_attribute("data-state", "sending", timeout=LONG)
    line.rate = 0
    is_taken(page)

    size = short_film.stat().st_size
    assert line.sent < 1.5 * size
    assert parts.sent == sorted(parts.sent)


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


def test_a_dropped_file_goes_on_by_itself_after_a_reload(
    enter: Enter, line: Line, short_film: Path
) -> None:
    page = enter("/studio/baru/")
    start_work(page, "video", "Diseret")
    line.rate = SLOW
    drop(page, short_film)
    wait_for_percent(page, 20)
    page.reload()
    line.rate = 0
    is_taken(page)
    assert line.sent < 1.3 * short_film.stat().st_size


def drop(page: Page, film: Path) -> None:
    """Let a file of the computer fall on the box, as a hand with a mouse does."""
    box = page.locator(".drop").first.bounding_box()
    assert box
    mouse = page.context.new_cdp_session(page)
    files = {"items": [], "files": [str(film)], "dragOperationsMask": 1}
    place = {"x": box["x"] + 20, "y": box["y"] + 20, "data": files}
    for kind in ("dragEnter", "dragOver", "drop"):
        mouse.send("Input.dispatchDragEvent", {"type": kind, **place})


def test_a_file_that_changes_under_the_hand_is_noticed(
    enter: Enter, line: Line, short_film: Path, tmp_path: Path
) -> None:
    page = enter("/studio/baru/")
    start_work(page, "video", "Flashdisk dicabut")
    film = tmp_path / "serambi.mp4"
    shutil.copyfile(short_film, film)
    line.rate = SLOW
    send(page, film)
    film.unlink()  # the flash drive is out
    line.cut()
    expect(row(page)).to_have_attribute("data-state", "unreadable", timeout=LONG)

    line.rate = 0
    shutil.copyfile(short_film, film)
    with page.expect_file_chooser() as chooser:
        button(page, "choose").click()
    chooser.value.set_files(film)
    is_taken(page)


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


def test_a_file_that_came_whole_misses_only_the_last_step(enter: Enter, short_film: Path) -> None:
    page = enter("/studio/baru/")
    start_work(page, "video", "Langkah terakhir")
    page.route("**/unggah/", lambda route: route.abort())  # the line breaks after the last byte
    page.set_input_files("#file-main", short_film)
    expect(row(page)).to_have_attribute("data-state", "lost", timeout=LONG)
    page.unroute("**/unggah/")
    page.reload()
    expect(row(page)).to_have_attribute("data-state", "whole")
    parts = Parts(page)
    button(page, "go").click()
    is_taken(page)
    assert parts.sent == []


def test_whoever_was_signed_out_signs_in_again_and_goes_on(
    enter: Enter, line: Line, short_film: Path
) -> None:
    page = enter("/studio/baru/")
    start_work(page, "video", "Sesi habis")
    line.rate = SLOW
    send(page, short_film)
    page.context.clear_cookies()
    expect(row(page)).to_have_attribute("data-state", "signedOut", timeout=LONG)
    expect(row(page).locator("[data-sign-in]")).to_be_visible()

    sign_in_beside(page)
    line.rate = 0
    button(page, "go").click()
    is_taken(page)


def sign_in_beside(page: Page) -> None:
    """Sign in once more, in another tab of the same browser."""
    door = page.context.new_page()
    door.goto("/demo/masuk/")
    door.get_by_role("button", name="Fauzan").first.click()
    door.wait_for_url("**/hari-ini/")
    door.close()


def test_whoever_is_signed_out_at_the_last_step_goes_on_too(enter: Enter, short_film: Path) -> None:
    page = enter("/studio/baru/")
    start_work(page, "video", "Sesi habis di ujung")

    def in_the_last_moment(route: Route) -> None:
        # From the jar: `continue_(headers=...)` leaves cookies alone, the browser adds them later.
        page.context.clear_cookies()
        route.continue_()

    page.route("**/unggah/", in_the_last_moment, times=1)
    page.set_input_files("#file-main", short_film)
    expect(row(page)).to_have_attribute("data-state", "signedOut", timeout=LONG)
    expect(page.locator("#file-rows")).not_to_contain_text("serambi.mp4")

    sign_in_beside(page)
    parts = Parts(page)
    button(page, "go").click()
    is_taken(page)
    assert parts.sent == []  # nothing is sent twice


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
        found = Axe().run(page)["violations"]
        assert [(state, each["id"], each["nodes"][0]["target"]) for each in found] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), state
    page.goto("/studio/")
    expect(page.locator(".unfinished")).to_be_visible()
    assert Axe().run(page)["violations"] == []
    page.go_back()
    call_off(page)
