"""A line that breaks, a server that is killed, a sign-in that ends: told and overcome."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.hands import start_work
from tests.journeys.lines import Line, WebServer
from tests.journeys.resumable.hands import (
    LONG,
    SLOW,
    Enter,
    Parts,
    button,
    is_taken,
    row,
    send,
    wait_for_percent,
)

pytestmark = pytest.mark.long


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
