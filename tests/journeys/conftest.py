"""Journeys are walked on a whole site: granian and a worker on a state folder of their own."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.on_postgresql import database_of_its_own

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Site:
    """A running site: where it answers, where it lives, and its command line."""

    url: str
    home: Path
    environment: dict[str, str]

    def manage(self, *arguments: str) -> str:
        """Run `manage.py` on this site and return what it prints."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return done.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _attempt in range(300):
        with contextlib.suppress(urllib.error.URLError, ConnectionError):
            if urllib.request.urlopen(f"{url}/healthz", timeout=5).status == 200:
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    pytest.fail(f"the site does not answer:\n{log.read_text()[-4000:]}")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with its demo people and works (films left out: journeys bring their own)."""
    home = tmp_path_factory.mktemp("site")
    port = free_port()
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("COV_", "PYTEST_"))
    } | {
        "KODIPEST_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "config.settings.node",
        "KODIPEST_DEMO_SIGN_IN": "1",
        "KODIPEST_DEMO": "0",
    }
    environment.pop("SECRET_KEY", None)
    if database := database_of_its_own(f"site_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"):
        environment["DATABASE_URL"] = database
    site = Site(f"http://127.0.0.1:{port}", home, environment)
    site.manage("prepare", "--quiet")
    site.manage("seed_demo", "--without", "films")
    log = home / "log" / "web.log"
    granian = [
        Path(sys.executable).with_name("granian"),
        "--interface",
        "wsgi",
        "--port",
        str(port),
    ]
    with log.open("wb") as output:
        programs = [
            subprocess.Popen(
                [*command, *arguments],
                cwd=ROOT,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            for command, arguments in (
                (granian, ["--workers", "1", "--blocking-threads", "8", "config.wsgi:application"]),
                ([sys.executable, "manage.py"], ["work"]),
            )
        ]
        try:
            wait_until_it_answers(site.url, programs[0], log)
            yield site
        finally:
            for program in programs:
                program.send_signal(signal.SIGTERM)
            for program in programs:
                try:
                    program.wait(15)
                except subprocess.TimeoutExpired:
                    os.killpg(program.pid, signal.SIGKILL)
            shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def base_url(site: Site) -> str:
    """Let `page.goto("/…")` mean this site."""
    return site.url
