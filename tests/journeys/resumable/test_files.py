"""A file goes on where it was: after a reload, at another PC, changed under the hand."""

import shutil
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.hands import start_work
from tests.journeys.lines import Line
from tests.journeys.resumable.hands import (
    LONG,
    SLOW,
    Enter,
    Parts,
    begun,
    button,
    is_taken,
    row,
    send,
    wait_for_percent,
)

pytestmark = [pytest.mark.long, pytest.mark.shown]


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
