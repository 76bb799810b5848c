"""What every test stands on: the database it runs on, the browser of the journeys, and what is left out."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from kodipest.web import catalogues, preparation
from tests import dealing

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
JOURNEYS = Path(__file__).parent / "journeys"
HOW_TO_GET_IT = "apt install chromium fonts-noto-cjk (as root), then make test again"

# Playwright's loop runs in the thread of the tests for the rest of the session; Django would take
# every later query for a blocking call inside a coroutine. Tests have no coroutine to block.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_configure(config: pytest.Config) -> None:
    """Compile the catalogues once, before any worker reads them: a clean checkout has none."""
    config.pluginmanager.register(dealing)
    if not hasattr(config, "workerinput"):
        catalogues.compile_all(preparation.ROOT)


def pytest_report_header() -> list[str]:
    address = os.environ.get("DATABASE_URL", "sqlite")
    return [
        f"database: {address.partition(':')[0]}",
        f"browser: {CHROMIUM or 'none, journeys are left out'}",
    ]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the journeys, and leave them out without a browser."""
    for item in items:
        if JOURNEYS not in item.path.parents:
            continue
        item.add_marker(pytest.mark.journey)
        if not CHROMIUM:
            item.add_marker(pytest.mark.skip(reason="no chromium on the path"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name each journey that was not walked, and say how to walk it."""
    left_out = [
        report.nodeid
        for report in terminalreporter.stats.get("skipped", [])
        if "tests/journeys/" in report.nodeid
    ]
    if left_out:
        terminalreporter.section("journeys left out: no chromium")
        for name in sorted(left_out):
            terminalreporter.write_line(f"  {name}")
        terminalreporter.write_line(f"To walk them: {HOW_TO_GET_IT}")


def pytest_unconfigure() -> None:
    """Remove the state folder that config/settings/test.py made; the processes of a run share it."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    if settings.configured and settings.HOME.name.startswith("kodipest-test-"):
        shutil.rmtree(settings.HOME, ignore_errors=True)


@pytest.fixture(autouse=True)
def first_language() -> Iterator[None]:
    """Begin and end each test in the language of the site; a page of another one leaves its own behind."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    """Start Debian's Chromium instead of a downloaded one."""
    arguments = [
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--autoplay-policy=no-user-gesture-required",
    ]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium refuses to sandbox as root
    return browser_type_launch_args | {"executable_path": CHROMIUM, "args": arguments}
