from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.conftest import Site, entering
from tests.journeys.lines import Line, WebServer
from tests.journeys.resumable.hands import Enter


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
    """Sign in over the line, as Fauzan unless somebody else is named."""
    with entering(browser, line.url) as enter:
        yield lambda path, *, person="Fauzan", **options: enter(person, path, **options)
