"""Kolibri beside ours: installed from the index into a temporary folder, measured by the same hand."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from instruments import machine, site

WANTED = "kolibri==0.19.5"
PATIENCE_SECONDS = 240
SIGN_IN = "/en/auth/"
DEVICE = ["--facility", "Bench", "--preset", "formal", "--language_id", "en", "--noinput"]
OWNER = ["--superusername", "admin", "--superuserpassword", "adminadmin"]


@contextlib.contextmanager
def served(programs: Path | None = None) -> Iterator[tuple[str, int, dict[str, float]]]:
    """Install and start Kolibri; gives address, process and what it took. SystemExit if it cannot.

    `programs` is the folder of an installation that is there already.
    """
    scratch = Path(tempfile.mkdtemp(prefix="kolibri-bench-"))
    try:
        programs = programs or install(scratch / "venv")
        environment = os.environ | {"KOLIBRI_HOME": str(scratch / "home")}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        prepared = [str(programs / "kolibri"), "manage", "provisiondevice", *DEVICE, *OWNER]
        subprocess.run(prepared, env=environment, check=True, capture_output=True, timeout=120)
        port = site.free_port()
        words = [str(programs / "kolibri"), "start", "--foreground", "--port", str(port)]
        began = time.monotonic()
        server = subprocess.Popen(
            words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            address = f"http://127.0.0.1:{port}"
            site.wait_for(address + SIGN_IN)
            took = {"second_start_seconds": round(time.monotonic() - began, 2)}
            took["cpu_seconds_to_first_page"] = round(machine.cpu_seconds(server.pid), 2)
            yield address, server.pid, took | {"install_mb": size_of(programs.parent)}
        finally:
            server.terminate()
            server.wait(30)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def install(folder: Path) -> Path:
    """Make a virtual environment with Kolibri in it; return the folder of its programs."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    words = [str(folder / "bin" / "pip"), "install", "-q", WANTED]
    try:
        subprocess.run(words, check=True, timeout=PATIENCE_SECONDS)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise SystemExit(f"{WANTED} cannot be installed here: {error}") from None
    return folder / "bin"


def size_of(folder: Path) -> float:
    """Return the megabytes that an installation takes."""
    return round(machine.folder_bytes(folder) / 1e6)
