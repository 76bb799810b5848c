"""A site in a folder of its own, and its web server started as `make run` starts it."""

import configparser
import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = ROOT / "deploy" / "node" / "supervisord.conf"
PATIENCE_SECONDS = 60


def settle(home: Path | None = None) -> Path:
    """Make this process belong to a site in `home` (default: a new temporary folder)."""
    home = home or Path(tempfile.mkdtemp(prefix="kodipest-bench-"))
    sys.path.insert(0, str(ROOT))
    os.environ |= {"KODIPEST_HOME": str(home), "DJANGO_SETTINGS_MODULE": "config.settings.node"}
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return home


def open_site(home: Path | None = None) -> Path:
    """Prepare the site in `home` (default: a new one) and bring Django up in this process."""
    home = settle(home)
    subprocess.run([sys.executable, "manage.py", "prepare", "--quiet"], cwd=ROOT, check=True)
    import django

    django.setup()
    return home


def clear_site(home: Path) -> None:
    """Remove the folder."""
    shutil.rmtree(home, ignore_errors=True)


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def web_program(port: int) -> tuple[list[str], dict[str, str]]:
    """Read from the supervisor's own file how a node starts its web server: command, environment."""
    file = configparser.RawConfigParser()
    file.read(PROGRAMS)
    values = {"PYTHON": sys.executable, "HOST": "127.0.0.1", "PORT": str(port)}
    words = file["program:web"]["command"].split()
    settings = file["program:web"].get("environment", "").split(",")
    named = dict(setting.split("=", 1) for setting in settings if setting)
    command = [
        word.replace("%(ENV_KODIPEST_PYTHON)s", values["PYTHON"])
        .replace("%(ENV_HOST)s", values["HOST"])
        .replace("%(ENV_PORT)s", values["PORT"])
        for word in words
    ]
    return command, {name: value.strip('"') for name, value in named.items()}


@contextlib.contextmanager
def served() -> Iterator[tuple[str, int]]:
    """Serve the site of this process; gives its address and the id of the server's process."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command, added = web_program(port)
    server = subprocess.Popen(command, cwd=ROOT, env=os.environ | added)
    try:
        wait_for(f"{address}/healthz")
        yield address, server.pid
    finally:
        server.terminate()
        server.wait(20)


def wait_for(url: str) -> float:
    """Ask until `url` answers anything; return after how many seconds it did."""
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE_SECONDS:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return time.monotonic() - began
        except urllib.error.HTTPError:
            return time.monotonic() - began
        except OSError:
            time.sleep(0.02)
    raise SystemExit(f"{url} did not answer within {PATIENCE_SECONDS} s")
