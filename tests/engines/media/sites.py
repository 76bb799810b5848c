"""Sites of their own in folders of their own, run by the same commands as on a laptop, to be killed."""

import os
import secrets
import signal
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import psutil
import psycopg
import pysqlite3

ROOT = Path(__file__).parents[3]
PATIENCE_SECONDS = 120.0
MAKE_NEXT = "from kodipest.engines.media.operations import transcode_next; transcode_next()"


class Row(NamedTuple):
    state: str
    runs: int
    interruptions: int
    progress: float


class AtWork(NamedTuple):
    part: str
    runs: int
    progress: float


class Site:
    """A node of its own in a folder of its own, run by the same commands as on a laptop."""

    def __init__(self, home: Path, database_url: str) -> None:
        self.home = home
        self.database_url = database_url
        self.worker: subprocess.Popen | None = None
        self.environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings.node",
            "KODIPEST_HOME": str(home),
            "DATABASE_URL": database_url,
            "KODIPEST_MEDIA_LEASE_SECONDS": "4",
            "KODIPEST_MEDIA_GRACE_SECONDS": "0",
            "KODIPEST_MEDIA_RESERVE_BYTES": "0",
            "KODIPEST_ENCODER_THREADS": "1",  # slow enough that every kill meets it at work
            "KODIPEST_ENCODER_PRESET": "ultrafast",
            "LOG_LEVEL": "WARNING",
        }

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def run(self, program: str) -> str:
        return self.manage("shell", "--no-imports", "-c", program)

    def start(self, *words: str) -> subprocess.Popen:
        with (self.home / "worker.log").open("a") as log:
            self.worker = subprocess.Popen(
                [sys.executable, "manage.py", "work", "--interval", "0.1", *words],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        return self.worker

    def kill(self) -> None:
        self.worker.send_signal(signal.SIGKILL)
        self.worker.wait()

    def ask(self, question: str) -> list[tuple]:
        """Run one statement on the database of the site, past the program; return its rows."""
        if self.database_url.startswith("sqlite"):
            file = self.database_url.removeprefix("sqlite:///")
            with closing(pysqlite3.connect(file, timeout=20)) as connection, connection:
                return connection.execute(question).fetchall()
        with psycopg.connect(self.database_url) as connection:
            answer = connection.execute(question)
            return answer.fetchall() if answer.description else []

    def skip_rests(self) -> None:
        """Let what rests after an error be tried again now, not in some minutes."""
        self.ask("update media_transcode set not_before = requested_at where state = 'waiting'")

    def row(self) -> Row:
        """Return how the base of the one film stands."""
        fields = "state, runs, interruptions, progress"
        (found,) = self.ask(f"select {fields} from media_transcode where part = 'base'")
        return Row(*found)

    def at_work(self) -> list[AtWork]:
        """Return what a worker has running, or what the last one had when it was killed."""
        fields = "part, runs, progress"
        found = self.ask(f"select {fields} from media_transcode where state = 'running'")
        return [AtWork(*row) for row in found]

    def wait_at_work(self, *, but: list[AtWork], progress: float) -> None:
        """Wait until a worker has more than `progress` of something that is not what the dead had."""
        old = {(it.part, it.runs) for it in but}
        end = time.monotonic() + PATIENCE_SECONDS
        while not any(
            it.progress > progress for it in self.at_work() if (it.part, it.runs) not in old
        ):
            assert self.worker.poll() is None, (self.home / "worker.log").read_text()
            assert time.monotonic() < end, self.at_work()
            time.sleep(0.02)

    def states(self) -> set[str]:
        return {state for (state,) in self.ask("select state from media_transcode")}

    def wait_until_all_is_done(self) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while self.states() != {"done"}:
            assert self.worker.poll() is None, (self.home / "worker.log").read_text()
            assert time.monotonic() < end, self.ask("select part, state from media_transcode")
            time.sleep(0.05)

    def die_at(self, place: str, program: str = MAKE_NEXT) -> None:
        """Run `program` in a process that kills itself at a failpoint; only test settings do."""
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", program],
            cwd=ROOT,
            env=self.environment
            | {
                "DJANGO_SETTINGS_MODULE": "config.settings.test",
                "KODIPEST_FAILPOINT": place,
                "SECRET_KEY": "x",
            },
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == -signal.SIGKILL, done.stderr

    def wait_until(self, holds) -> Row:
        end = time.monotonic() + PATIENCE_SECONDS
        while not holds(row := self.row()):
            assert self.worker.poll() is None, (self.home / "worker.log").read_text()
            assert time.monotonic() < end, f"{row}: {(self.home / 'worker.log').read_text()}"
            time.sleep(0.05)
        return row

    def wait_for(self, seconds: float, *, or_progress: float) -> None:
        """Wait, but not until a fast computer is done with what it is at."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and all(it.progress <= or_progress for it in self.at_work()):
            time.sleep(0.02)

    def processes(self) -> list[str]:
        """Name every process that works in this home, encoders on their leash included."""
        found = []
        for process in psutil.process_iter(["cmdline", "cwd", "name"]):
            facts = process.info
            words = " ".join([*(facts["cmdline"] or []), facts["cwd"] or ""])
            if str(self.home) in words and process.pid != os.getpid():
                found.append(f"{facts['name']}: {words[:200]}")
        return found


@contextmanager
def database_for(home: Path):
    """Yield the address of an empty database of the kind this run of the suite is for."""
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        yield f"sqlite:///{home / 'db' / 'kodipest.sqlite3'}"
        return
    name = f"kill_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
