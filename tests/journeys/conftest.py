"""Journeys are walked on a whole site: granian and a worker on a state folder of their own."""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import imageio_ffmpeg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.on_postgresql import database_of_its_own

ROOT = Path(__file__).resolve().parents[2]
PHONE = {"width": 360, "height": 640}
DESK = {"width": 1366, "height": 768}
Enter = Callable[..., Page]
PROTOTYPE = "site_prototype"
TOLD = "demo-film.json"  # in the home of the site: what bringing the film out said


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


def environment_of(home: Path, database: str) -> dict[str, str]:
    """Return the environment of a demo site at `home`; on SQLite `database` is empty."""
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(("COV_", "PYTEST_"))
    } | {
        "KODIPEST_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "config.settings.node",
        "KODIPEST_DEMO_SIGN_IN": "1",
        "KODIPEST_DEMO": "0",
    }
    environment.pop("SECRET_KEY", None)
    return environment | ({"DATABASE_URL": database} if database else {})


@pytest.fixture(scope="session")
def prototype(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a demo site lies that nobody has been to: made once a run, by whoever comes first."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # that of the run
    home, whole = folder / PROTOTYPE, folder / f"{PROTOTYPE}.whole"
    with (folder / f"{PROTOTYPE}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            shutil.rmtree(home, ignore_errors=True)  # of one that failed
            site = Site("", home, environment_of(home, database_of_its_own(PROTOTYPE)))
            site.manage("prepare", "--quiet")
            site.manage("seed_demo", "--without", "films")
            if any("watch_path" in item.fixturenames for item in request.session.items):
                bring_the_film_out(site, folder)
            whole.touch()
    return home


def bring_the_film_out(site: Site, folder: Path) -> None:
    """Carry a film of forty seconds through all stages; `watch_path` knows where."""
    film = folder / "perahu.mp4"
    picture = ["-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25:duration=40"]
    sound = ["-f", "lavfi", "-i", "sine=frequency=330:duration=40"]
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y"]
    subprocess.run([*ffmpeg, *picture, *sound, *codecs, film], check=True)
    (site.home / TOLD).write_text(site.manage("demo_film", str(film)).splitlines()[-1])


@pytest.fixture(scope="session")
def watch_path(site: Site) -> str:
    """Where a film of forty seconds, carried through all stages, can be watched."""
    return urlsplit(json.loads((site.home / TOLD).read_text())["watch_url"]).path


@pytest.fixture(scope="session")
def site(prototype: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with its demo people and works (films left out: journeys bring their own)."""
    with running(prototype, tmp_path_factory.mktemp("site") / "home", "site") as site:
        yield site


@contextlib.contextmanager
def running(prototype: Path, home: Path, name: str, **settings: str) -> Iterator[Site]:
    """Run a copy of `prototype` at `home`; `settings` are added to its environment."""
    shutil.copytree(prototype, home, symlinks=True)
    name = f"{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    environment = environment_of(home, database_of_its_own(name, like=PROTOTYPE)) | settings
    port = free_port()
    site = Site(f"http://127.0.0.1:{port}", home, environment)
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


@contextlib.contextmanager
def entering(browser: Browser, url: str) -> Iterator[Enter]:
    """Give what signs in as a demo person in an empty profile and opens a page; no script may fail."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def open_page(person: str, path: str, **options: object) -> Page:
        context = browser.new_context(base_url=url, locale="id-ID", **{"viewport": DESK, **options})
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


@pytest.fixture
def enter(browser: Browser, site: Site) -> Iterator[Enter]:
    """Sign in at the site itself."""
    with entering(browser, site.url) as enter:
        yield enter


@pytest.fixture(scope="session")
def base_url(site: Site) -> str:
    """Let `page.goto("/…")` mean this site."""
    return site.url


@pytest.fixture(scope="session")
def short_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds with sound, followed by silence in the file, so that sending takes a while."""
    film = tmp_path_factory.mktemp("film") / "serambi.mp4"
    source = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=3"]
    sound = ["-f", "lavfi", "-i", "sine=duration=3", "-c:a", "aac"]
    codec = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *source, *sound, *codec, film]
    subprocess.run(command, check=True)
    padding = 3_000_000
    with film.open("ab") as file:  # a box that players skip
        file.write(padding.to_bytes(4, "big") + b"free" + bytes(padding - 8))
    return film
