"""A site under bad luck: films come in over HTTP while worker, web server and database are killed.

Used by test_chaos.py (a few kills) and by bench/chaos.py (a hundred).
"""

import base64
import hashlib
import http.client
import json
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pysqlite3

from tests.engines.media.sites import ROOT, Site
from tests.factories.media import film
from tests.on_postgresql import Server

PATIENCE_SECONDS = 600.0
SECTION_PATIENCE_SECONDS = 5.0
PARTS = 8  # of a film that is sent by tus
OPEN = """
import json
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from tests.factories.people import cast
from kodipest.works.models import Work
from kodipest.works.operations import start_work
people = cast()
session = import_module(settings.SESSION_ENGINE).SessionStore()
session[SESSION_KEY] = str(people.aisyah.pk)
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
session[HASH_SESSION_KEY] = people.aisyah.get_session_auth_hash()
session.save()
works = [
    start_work(kind="video", title=f"Film {{number}}", organisation=people.house, by=people.aisyah)
    for number in range({count})
]
print(json.dumps([session.session_key, [str(work.pk) for work in works]]))
"""
LOOK = """
import json
from kodipest.engines.media.models import Transcode
from kodipest.works.models import Asset
rows = Transcode.objects.values_list("part", "state", "error_code")
files = {str(asset.revision.work_id): [asset.original.sha256, asset.transcode.state]
         for asset in Asset.objects.select_related("revision", "original", "transcode")}
print(json.dumps([list(rows), files]))
"""


@dataclass
class Outcome:
    """What was sent and acknowledged, and how everything stands in the end."""

    sent: dict[str, str] = field(default_factory=dict)  # work -> SHA-256
    refused: list[str] = field(default_factory=list)
    kills: dict[str, int] = field(default_factory=dict)
    in_sections: int = 0  # workers that were killed while a section of a long film was being made
    in_parts: list[str] = field(default_factory=list)  # works whose film came by tus
    taken_back: list[tuple[str, int, int]] = field(default_factory=list)  # work, told, told later
    rows: list[tuple[str, str, str]] = field(default_factory=list)
    files: dict[str, tuple[str, str]] = field(default_factory=dict)

    def lost(self) -> list[str]:
        """Name works whose acknowledged film is not there, or neither done nor cleanly failed."""
        return [
            work
            for work, sha in self.sent.items()
            if self.files.get(work, ("", ""))[0] != sha
            or self.files[work][1] not in {"done", "failed"}
        ]

    def unclean(self) -> list[tuple[str, str, str]]:
        """List rows that have no end, or failed for another reason than their file."""
        ends = {("done", ""), ("failed", "damaged"), ("failed", "encoder_failed")}
        return [row for row in self.rows if (row[1], row[2]) not in ends]


class Town(Site):
    """A node with its web server and its worker, both of which are brought back when they die."""

    def __init__(self, home: Path, database_url: str, cluster: Server | None = None) -> None:
        super().__init__(home, database_url)
        self.cluster = cluster  # a PostgreSQL of its own, to be killed
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.web: subprocess.Popen | None = None
        self.ended = threading.Event()
        self.outcome = Outcome()
        self.dead_in_sections: set[tuple[str, int]] = set()  # not swept yet: of the last worker
        self.begun: dict[str, str] = {}  # by work: the address of its upload in parts
        self.told: dict[
            str, int
        ] = {}  # by such an address: up to where its bytes were acknowledged
        self.environment |= {
            "KODIPEST_ENCODER_ADDITIONS": "high",
            "KODIPEST_ENCODER_LONG_SECONDS": "8",
            "KODIPEST_ENCODER_SECTION_SECONDS": "4",
        }

    def open(self, count: int) -> None:
        """Prepare the site, a santri who is signed in, and `count` works without a film."""
        self.manage("prepare", "--quiet")
        self.session, self.works = json.loads(self.run(OPEN.format(count=count)))

    def start_web(self) -> None:
        with (self.home / "web.log").open("a") as log:
            self.web = subprocess.Popen(
                [sys.executable, "-m", "config.web", "--port", str(self.port)],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def keep_alive(self) -> None:
        """Bring back what died, as the supervisor of a node does."""
        if self.worker is None or self.worker.poll() is not None:
            self.start()
        if self.web is None or self.web.poll() is not None:
            self.start_web()

    # --- those who send

    def send_all(self, films: list[Path]) -> None:
        """Send each film into its work, again and again until the site says that it has it.

        Every other one by tus.
        """
        for number, (work, path) in enumerate(zip(self.works, films, strict=True)):
            content = path.read_bytes()
            while not self.ended.is_set():
                status = (self.send_in_parts if number % 2 else self.send)(work, content)
                if status == 302:
                    self.outcome.sent[work] = hashlib.sha256(content).hexdigest()
                elif status == 422:
                    self.outcome.refused.append(work)
                else:
                    self.ended.wait(0.2)
                    continue
                break

    def send(self, work: str, content: bytes) -> int:
        """Send the form as a browser without JavaScript does; 0 when the line was cut."""
        edge = secrets.token_hex(16)
        disposition = 'Content-Disposition: form-data; name="upload"; filename="film.mp4"'
        body = f"--{edge}\r\n{disposition}\r\nContent-Type: video/mp4\r\n\r\n".encode()
        body += content + f"\r\n--{edge}--\r\n".encode()
        return self.hand_in(work, body, f"multipart/form-data; boundary={edge}")

    def hand_in(self, work: str, body: bytes, kind: str) -> int:
        """Send the form of a work; return its status, 0 when the film is not taken yet."""
        answer = self.ask_web("POST", f"/studio/{work}/unggah/", body, {"Content-Type": kind})
        if answer is None:
            return 0
        is_taken = answer.headers.get("Location", "").endswith(f"/studio/{work}/")
        return 0 if answer.status == 302 and not is_taken else answer.status

    def send_in_parts(self, work: str, content: bytes) -> int:
        """Send what is missing by tus, then the form that names it; 0 when the line was cut."""
        if work not in self.begun and not self.begin(work, len(content)):
            return 0
        path = self.begun[work]
        offset = self.offset_of(work, path)
        while offset is not None and offset < len(content):
            offset = self.send_part(path, offset, content)
        if offset is None:
            return 0
        form = f"role=main&arrival={path.rstrip('/').rpartition('/')[2]}"
        return self.hand_in(work, form.encode(), "application/x-www-form-urlencoded")

    def begin(self, work: str, length: int) -> bool:
        metadata = f"filename {encoded('film.mp4')},target {encoded(f'work:{work}:main')}"
        headers = {"Upload-Length": str(length), "Upload-Metadata": metadata}
        answer = self.ask_web("POST", "/unggahan/", b"", headers)
        if answer is None or answer.status != 201:
            return False
        self.begun[work] = answer.headers["Location"]
        self.outcome.in_parts.append(work)
        return True

    def offset_of(self, work: str, path: str) -> int | None:
        """Ask from where to go on, and note when less is there than was acknowledged."""
        answer = self.ask_web("HEAD", path, b"", {})
        if answer is not None and answer.status in {404, 410}:  # refused, and nobody heard why
            del self.begun[work]
        if answer is None or answer.status != 200:
            return None
        offset, told = int(answer.headers["Upload-Offset"]), self.told.get(path, 0)
        if offset < told:
            self.outcome.taken_back.append((work, told, offset))
        return offset

    def send_part(self, path: str, offset: int, content: bytes) -> int | None:
        """Send the next part; return up to where it counts, nothing when the line was cut."""
        part = content[offset : offset + len(content) // PARTS + 1]
        kind = "application/offset+octet-stream"
        headers = {"Content-Type": kind, "Upload-Offset": str(offset)}
        answer = self.ask_web("PATCH", path, part, headers)
        if answer is None or answer.status != 204:
            return None
        self.told[path] = int(answer.headers["Upload-Offset"])
        return self.told[path]

    def ask_web(
        self, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> http.client.HTTPResponse | None:
        """Send one request of the santri; return the answer, nothing when the line was cut."""
        token = secrets.token_hex(16)
        headers = headers | {
            "Tus-Resumable": "1.0.0",
            "Cookie": f"kodipest={self.session}; csrftoken={token}",
            "X-CSRFToken": token,
        }
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            with closing(line):
                line.request(method, path, body, headers)
                answer = line.getresponse()
                answer.read()
                return answer
        except (OSError, http.client.HTTPException):
            return None

    # --- bad luck

    def suffer(self, kills: int, chance: random.Random) -> None:
        """Kill something `kills` times, at random moments, and bring it back."""
        for _kill in range(kills):
            time.sleep(chance.uniform(0.1, 1.5))
            victim = chance.choice(["worker", "section", "web", "database"])
            self.outcome.kills[victim] = self.outcome.kills.get(victim, 0) + 1
            kill = {
                "worker": self.kill_worker,
                "section": self.kill_in_section,
                "web": self.kill_web,
                "database": self.kill_database,
            }
            kill[victim]()
            self.keep_alive()

    def kill_in_section(self) -> None:
        """Wait a little for a section of a long film to be at work, then kill the worker."""
        end = time.monotonic() + SECTION_PATIENCE_SECONDS
        while time.monotonic() < end and not self.sections_at_work() - self.dead_in_sections:
            time.sleep(0.05)
        self.kill_worker()

    def sections_at_work(self) -> set[tuple[str, int]]:
        """Name the sections that a worker makes, or that one had when it died."""
        question = "select cast(id as varchar(36)), runs from media_section where state = 'running'"
        return set(self.ask(question))

    def kill_worker(self) -> None:
        before = self.dead_in_sections
        self.kill()
        self.dead_in_sections = self.sections_at_work()
        self.outcome.in_sections += bool(self.dead_in_sections - before)

    def kill_web(self) -> None:
        """Kill it with its own workers, which would stay behind and go on answering at the port."""
        os.killpg(self.web.pid, signal.SIGKILL)
        self.web.wait()

    def kill_database(self) -> None:
        """Kill the whole cluster and start it anew, if it is the site's own.

        Else end every connection of the site, or lock its file for longer than some will wait.
        """
        if self.cluster:
            self.cluster.kill()
            self.cluster.open()
            return
        if self.database_url.startswith("sqlite"):
            file = self.database_url.removeprefix("sqlite:///")
            with closing(pysqlite3.connect(file, timeout=20, isolation_level=None)) as connection:
                connection.execute("BEGIN EXCLUSIVE")
                time.sleep(1)
                connection.execute("ROLLBACK")
            return
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    # --- the end

    def wait_until_quiet(self) -> None:
        """Let whatever still waits be made; nobody is killed any more."""
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            self.keep_alive()
            self.skip_rests()
            states = self.states()
            if len(self.outcome.sent) + len(self.outcome.refused) == len(self.works) and not (
                states & {"waiting", "running"}
            ):
                return
            assert time.monotonic() < end, (states, self.log())
            time.sleep(0.5)

    def log(self) -> str:
        return "\n".join((self.home / name).read_text()[-4000:] for name in LOGS)

    def close(self) -> None:
        """Stop both programs in good order."""
        self.ended.set()
        for process in (self.worker, self.web):
            if process is not None and process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(timeout=60)


LOGS = ("worker.log", "web.log")


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def films_in(folder: Path, count: int) -> list[Path]:
    """Render `count` films that all differ, half of them made in sections; the last is damaged."""
    size = "1280x720"
    made = [
        film(
            folder / f"{number}.mp4",
            seconds=13 if number % 4 < 2 else 2,  # of each kind half come by tus
            size=size,
            note=f"{os.getpid()} {number}",
        )
        for number in range(count)
    ]
    content = bytearray(made[-1].read_bytes())
    middle = len(content) // 3
    content[middle : middle + middle // 2] = os.urandom(middle // 2)
    made[-1].write_bytes(content)
    return made


def live_through(town: Town, films: list[Path], *, kills: int, seed: int) -> Outcome:
    """Send `films` while something is killed `kills` times; return how it all ended."""
    town.open(len(films))
    town.keep_alive()
    sender = threading.Thread(target=town.send_all, args=[films])
    sender.start()
    try:
        town.suffer(kills, random.Random(seed))
        town.wait_until_quiet()
    finally:
        town.close()
        sender.join()
    rows, files = json.loads(town.run(LOOK))
    town.outcome.rows = [tuple(row) for row in rows]
    town.outcome.files = {work: tuple(file) for work, file in files.items()}
    return town.outcome
