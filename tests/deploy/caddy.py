"""The web server of a hub with the Caddyfile of a hub, on loopback."""

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
CADDYFILE = ROOT / "deploy" / "hub" / "Caddyfile"
PROGRAM = shutil.which("caddy", path=Path(sys.executable).parent)
STARTS_WITHIN_SECONDS = 60
# No certificates, no door for commands, nothing left behind: what differs on loopback.
GLOBAL = "{\n\tadmin off\n\tauto_https off\n\tpersist_config off\n}\n"


class Answer(NamedTuple):
    """What came back, headers by their name in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def ask(address: str, path: str, method: str = "GET", **headers: str) -> Answer:
    """Ask `host:port` for exactly `path`; nothing is cleaned, followed or unpacked on the way."""
    line = http.client.HTTPConnection(address, timeout=60)
    with contextlib.closing(line):
        line.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            line.putheader(name.replace("_", "-"), value)
        line.endheaders()
        response = line.getresponse()
        named = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, named, response.read())


@contextlib.contextmanager
def running(folder: Path, *, config: str = "", **environment: str) -> Iterator[str]:
    """Run Caddy with the Caddyfile of a hub, or with `config`; yield its `host:port`."""
    address = f"127.0.0.1:{free_port()}"
    file = folder / "Caddyfile"
    file.write_text(f"{GLOBAL}{config or f'import {CADDYFILE}'}\n")
    known = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    named = {f"KODIPEST_{name.upper()}": value for name, value in environment.items()}
    log = folder / "caddy.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [str(PROGRAM), "run", "--adapter", "caddyfile", "--config", str(file)],
            env={**os.environ, **known, **named, "KODIPEST_HOST": f"http://{address}"},
            stdout=output,
            stderr=output,
        )
    try:
        wait_for(address, server, log)
        yield address
    finally:
        server.send_signal(signal.SIGKILL)
        server.wait(30)


def wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Return when somebody listens at `address`."""
    host, _colon, port = address.partition(":")
    ends = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < ends and server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection((host, int(port)), 1):
            return
        time.sleep(0.05)
    raise AssertionError(log.read_text())
