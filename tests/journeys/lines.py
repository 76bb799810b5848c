"""A line between a browser and a site that can be slow, be cut, and be away; and a site that can be restarted."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from tests.journeys.conftest import ROOT, Site, free_port, wait_until_it_answers

PIECE = 16 * 1024


class Line:
    """Forwards a port of its own to a site; counts what goes there, at most `rate` bytes a second."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.rate = 0  # 0: as fast as it goes
        self.sent = 0
        self.is_away = False
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        self._door = socket.create_server(("127.0.0.1", 0))
        # A small window, handed on to each connection: what waits in a socket has not been sent yet.
        self._door.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * PIECE)
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def cut(self) -> None:
        """Break every connection in the middle."""
        with self._guard:
            broken, self._open = self._open, set()
        for end in broken:
            _close(end)

    def close(self) -> None:
        """End."""
        self.is_away = True
        self._door.close()
        self.cut()

    def _listen(self) -> None:
        while True:
            try:
                browser, _address = self._door.accept()
                if self.is_away:
                    _close(browser)
                    continue
                site = socket.create_connection(("127.0.0.1", self.port), timeout=30)
            except OSError:
                if self._door.fileno() < 0:
                    return
                _close(browser)
                continue
            with self._guard:
                self._open |= {browser, site}
            for source, target, counts in ((browser, site, True), (site, browser, False)):
                threading.Thread(
                    target=self._forward, args=(source, target, counts), daemon=True
                ).start()

    def _forward(self, source: socket.socket, target: socket.socket, counts: bool) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(PIECE):
                if counts:
                    if self.rate:
                        time.sleep(len(data) / self.rate)
                    self.sent += len(data)
                target.sendall(data)
        with self._guard:
            self._open -= {source, target}
        _close(source)
        _close(target)


def _close(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


class WebServer:
    """A second web process of a site, at a port of its own, that may be killed and started again."""

    def __init__(self, site: Site, **settings: str) -> None:
        self.site = site
        self.port = free_port()
        self.environment = site.environment | settings
        self.log = site.home / "log" / f"web-{self.port}.log"
        self.process: subprocess.Popen[bytes]

    def start(self) -> None:
        """Start it and wait for its first answer."""
        program = Path(sys.executable).with_name("granian")
        options = ["--interface", "wsgi", "--port", str(self.port), "--workers", "1"]
        command: list[Any] = [program, *options, "--blocking-threads", "8"]
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [*command, "config.wsgi:application"],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until_it_answers(f"http://127.0.0.1:{self.port}", self.process, self.log)

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)
