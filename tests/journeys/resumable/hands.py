"""What several of these journeys use."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, Request, expect

PHONE = {"width": 360, "height": 640}
DESK = {"width": 1366, "height": 768}
SLOW = 500_000  # bytes a second: the film of three megabytes takes six seconds
LONG = 60_000  # milliseconds: the machines of the tests are busy
Enter = Callable[..., Page]


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
