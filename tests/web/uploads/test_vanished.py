"""A sender that vanished without a goodbye: the kernel asks after it, and ends its line."""

import fcntl
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from config import lines

KEEPALIVE = "02"  # the kind of timer that runs, in /proc/net/tcp


def test_lines_that_come_in_are_asked_after():
    with socket.create_server(("127.0.0.1", 0)) as door:
        assert lines.watch_lines() >= 1
        with socket.create_connection(door.getsockname()), door.accept()[0] as line:
            assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            idle = line.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE)
    assert idle == lines.IDLE_SECONDS


def test_no_lock_on_a_file_is_lost(tmp_path):
    """SQLite holds such locks on its file; without them the next to leave deletes the journal in use."""
    taken = "import fcntl, sys; fcntl.lockf(open(sys.argv[1], 'r+'), fcntl.LOCK_EX | fcntl.LOCK_NB)"
    path = tmp_path / "database"
    with path.open("w") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        lines.watch_lines()
        other = subprocess.run(
            [sys.executable, "-c", taken, path], capture_output=True, check=False
        )

    assert b"BlockingIOError" in other.stderr


def test_doors_are_seen_to_once_when_the_first_request_comes(monkeypatch):
    seen = []
    monkeypatch.setattr(lines, "watch_lines", lambda: seen.append(1))
    site = lines.watched(lambda environ, start: [environ["PATH_INFO"].encode()])

    assert seen == []
    assert [site({"PATH_INFO": it}, None) for it in "ab"] == [[b"a"], [b"b"]]
    assert seen == [1]


@pytest.mark.django_db
def test_the_web_server_of_a_node_asks_after_its_lines(server):
    with socket.create_connection(("127.0.0.1", server.port)) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert line.recv(100)
        near, far = server.port, line.getsockname()[1]
        rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]

    timers = {
        row[5][:2] for row in rows if row[1][-4:] == f"{near:04X}" and row[2][-4:] == f"{far:04X}"
    }
    assert timers == {KEEPALIVE}
