from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.journeys.conftest import Site
from tests.journeys.lines import Line, WebServer
from tests.journeys.resumable.hands import DESK, Enter


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
