"""Starting a node as a stranger does, and ending it in every way it can end."""

import configparser
import contextlib
import json
import os
import pty
import select
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import psutil
import pytest

from config import web
from tests.factories import homes

Found = TypeVar("Found")
STARTED_SECONDS = 3  # more than startsecs of deploy/node/supervisord.conf
FORM_WITHOUT_END = (
    "POST /akun/login/ HTTP/1.1",
    "Host: 127.0.0.1",
    f"Cookie: csrftoken={'t' * 32}",  # with it the form itself is read
    "Content-Type: application/x-www-form-urlencoded",
    "Content-Length: 1000",
    "Expect: 100-continue",
    "",
    "",
)
pytestmark = [pytest.mark.node, pytest.mark.long]


class Node:
    """A node started in a process of its own, as `make run` starts it."""

    def __init__(self, home: Path, port: int, *words: str) -> None:
        self.home, self.address = home, f"http://127.0.0.1:{port}"
        self.output = home.with_suffix(".out")
        with self.output.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "config.start", *words],
                cwd=homes.ROOT, env=homes.environment(home) | {"PORT": str(port)},
                stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT,
            )  # fmt: skip

    def health(self) -> dict[str, object]:
        """Ask how the site is, until it answers."""
        return eventually(lambda: ask(self.address), seconds=60)

    def programs(self, words: str) -> list[psutil.Process]:
        """Find the living programs whose command line holds `words`."""
        found = []
        for child in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):  # a zombie is one, too
                if words in " ".join(child.cmdline()):
                    found.append(child)
        return found

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def said(self) -> str:
        return self.output.read_text()


def ask(address: str) -> dict[str, object] | None:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:
            found: dict[str, object] = json.load(answer)
            return found
    except OSError:
        return None


def eventually(look: Callable[[], Found | None], *, seconds: float) -> Found:
    """Return what `look` finds, as soon as it finds something."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.1)
    pytest.fail(f"nothing after {seconds} s")


def living(processes: list[psutil.Process], *, seconds: float = 0) -> list[str]:
    """Name those of the processes that are still there after `seconds`."""
    until = time.monotonic() + seconds
    while True:
        found = []
        for one in processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                if one.is_running() and one.status() != psutil.STATUS_ZOMBIE:
                    found.append(" ".join(one.cmdline()))
        if not found or time.monotonic() > until:
            return found
        time.sleep(0.1)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared, empty site."""
    home = tmp_path_factory.mktemp("start") / "home"
    assert homes.manage(home, "prepare", "--quiet").returncode == 0
    return home


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def node(home: Path, port: int) -> Iterator[Node]:
    node = Node(home, port)
    yield node
    node.process.terminate()
    node.process.wait(30)


def test_a_node_ends_well(node: Node) -> None:
    assert node.health()["ok"] is True
    family = node.family()

    node.process.send_signal(signal.SIGINT)

    assert node.process.wait(30) == 0
    assert living(family) == []
    assert "semua tersimpan" in node.said()
    assert "Traceback" not in node.said()


def test_it_says_where_it_is_also_to_a_socket(home: Path, port: int) -> None:
    """As systemd gives one: it cannot be opened by a name, only written to."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        node = subprocess.Popen(
            [sys.executable, "-m", "config.start"],
            cwd=homes.ROOT, env=homes.environment(home) | {"PORT": str(port)},
            stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            ours.settimeout(60)
            heard = b""
            while f"http://127.0.0.1:{port}".encode() not in heard:
                heard += ours.recv(4096)
        finally:
            node.terminate()
            assert node.wait(30) == 0


def test_a_closed_terminal_ends_it_too(node: Node) -> None:
    node.health()
    family = node.family()

    node.process.send_signal(signal.SIGHUP)

    assert node.process.wait(30) == 0
    assert living(family) == []


def test_nothing_outlives_a_killed_supervisor(node: Node) -> None:
    node.health()
    family = node.family()

    node.process.kill()

    assert living(family, seconds=20) == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("words", ["config.web", "manage.py work"])
def test_a_program_that_ended_is_started_again(
    node: Node, words: str, number: signal.Signals
) -> None:
    node.health()
    (program,) = node.programs(words)
    family = [program, *program.children(recursive=True)]
    # Whatever ends sooner counts as one that did not start, and is started again in any case.
    eventually(lambda: time.time() - program.create_time() > STARTED_SECONDS, seconds=20)

    program.send_signal(number)

    assert living(family, seconds=20) == []  # its own children went with it
    again = eventually(lambda: node.programs(words), seconds=20)
    assert again[0].pid != program.pid
    assert node.health()["ok"] is True


def test_a_request_without_an_end_does_not_keep_the_web_server(home: Path, port: int) -> None:
    """It is given its time; then the process ends all the same, and with it the thread that waits."""
    impatient = "from config import web; web.DRAIN_SECONDS = 1; web.main()"
    server = subprocess.Popen(
        [sys.executable, "-c", impatient, "--port", str(port)],
        cwd=homes.ROOT, env=homes.environment(home),
    )  # fmt: skip
    eventually(lambda: ask(f"http://127.0.0.1:{port}"), seconds=60)
    with socket.create_connection(("127.0.0.1", port), timeout=60) as line:
        line.sendall("\r\n".join(FORM_WITHOUT_END).encode())
        assert line.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"  # somebody waits for the rest
        server.terminate()

        assert server.wait(60) == -signal.SIGALRM


def test_the_supervisor_waits_longer_than_requests_are_given() -> None:
    node = configparser.RawConfigParser()
    node.read(homes.ROOT / "deploy" / "node" / "supervisord.conf")

    assert node.getint("program:web", "stopwaitsecs") > web.DRAIN_SECONDS


def test_a_taken_port_is_said_in_words(home: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        number = taken.getsockname()[1]
        node = Node(tmp_path / "other", number)

        assert node.process.wait(20) == 1
    assert f"127.0.0.1:{number} cannot be used" in node.said()
    assert f"PORT={number + 1}" in node.said()
    assert "Traceback" not in node.said()


def test_a_second_start_on_the_same_folder_is_refused(
    node: Node, home: Path, port: int, tmp_path: Path
) -> None:
    node.health()

    second = subprocess.run(
        [sys.executable, "-m", "config.start"],
        cwd=homes.ROOT, env=homes.environment(home) | {"PORT": str(port + 1)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert second.returncode == 1
    assert "already runs on the folder" in second.stderr
    assert str(node.process.pid) in second.stderr
    assert node.health()["ok"] is True


@pytest.mark.parametrize("port", ["http", "0", "70000"])
def test_an_impossible_port_is_said_in_words(tmp_path: Path, port: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "config.start"],
        cwd=homes.ROOT, env=homes.environment(tmp_path / "home") | {"PORT": port},
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert f"PORT={port}" in done.stderr


def test_what_is_prepared_is_not_prepared_again(home: Path) -> None:
    homes.manage(home, "prepare", "--quiet")

    again = homes.manage(home, "prepare")

    assert (again.returncode, again.stdout) == (0, "")


def test_a_lost_database_is_made_again(tmp_path: Path) -> None:
    home = tmp_path / "home"
    homes.manage(home, "prepare", "--quiet")
    (home / "db" / "queue.sqlite3").unlink()

    assert "databases" in homes.manage(home, "prepare").stdout
    assert (home / "db" / "queue.sqlite3").exists()


def test_the_state_folder_is_its_owners_alone(home: Path) -> None:
    assert home.stat().st_mode & 0o077 == 0
    assert {path.name for path in (home / "db").glob("*.sqlite3")} == {
        "kodipest.sqlite3", "queue.sqlite3", "sessions.sqlite3", "cache.sqlite3",
    }  # fmt: skip


def test_make_run_from_nothing_to_ctrl_c(tmp_path: Path, port: int) -> None:
    """The whole command in a terminal: the demo stands, the accounts are shown, Ctrl-C is no error."""
    home = tmp_path / "home"
    environment = homes.environment(home) | {"PORT": str(port), "TERM": "dumb"}
    try:
        child, terminal = pty.fork()
    except OSError as error:  # a container without /dev/pts
        pytest.skip(f"no terminal to be had here: {error}")
    if child == 0:
        os.chdir(homes.ROOT)
        os.execvpe("make", ["make", "run"], environment)
    shown = read_until(terminal, "Ctrl-C", seconds=180)
    family = psutil.Process(child).children(recursive=True)

    os.write(terminal, b"\x03")
    shown += read_until(terminal, "", seconds=30)

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert f"http://127.0.0.1:{port}" in shown
    assert len((home / "demo-accounts.txt").read_text().splitlines()) >= 5
    assert all(line in shown for line in (home / "demo-accounts.txt").read_text().splitlines())
    assert "Traceback" not in shown
    assert "***" not in shown  # make has nothing to complain about
    assert living(family, seconds=20) == []


def read_until(terminal: int, words: str, *, seconds: float) -> str:
    """Read what is shown until `words` appear, or until the end when there are none."""
    shown, until = "", time.monotonic() + seconds
    while time.monotonic() < until:
        if not select.select([terminal], [], [], 0.2)[0]:
            continue
        try:
            shown += os.read(terminal, 65536).decode(errors="replace").replace("\r", "")
        except OSError:  # the other end is closed: that is how a terminal ends
            return shown
        if words and words in shown:
            return shown
    pytest.fail(f"after {seconds} s only this was shown:\n{shown}")
