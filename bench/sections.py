"""Make a long film in one go, in sections by one worker, and in sections by two, each on a core of its own.

    .venv/bin/python bench/sections.py [--minutes 60] [--height 360]

Each way in a new site, with `manage.py work` as on a node; only the base of the film. A worker and its
encoders are held on one core, as if each were a small computer. Prints one line of JSON.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

import pysqlite3

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.instruments.film import bunny, cpu_of  # noqa: E402

WAYS = {
    "in one go, one worker": (1, 10**6),
    "in sections, one worker": (1, 600),
    "in sections, two workers": (2, 600),
}
ASK = """
from pathlib import Path
from kodipest.engines.media.operations import adopt_file, request_transcode
request_transcode(original=adopt_file(path=Path({film!r})))
"""
LOOK = "select state, started_at, first_playable_at, error_detail from media_transcode"


def main() -> None:
    """Measure every way and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--height", type=int, default=360)
    parser.add_argument("--only-sections", action="store_true", help="not in one go")
    wanted = parser.parse_args()
    ways = {way: how for way, how in WAYS.items() if "section" in way or not wanted.only_sections}
    with tempfile.TemporaryDirectory(prefix="kodipest-bench-") as name:
        film = long_film(Path(name), wanted.minutes, wanted.height)
        told = {way: make(film, Path(name), *how) for way, how in ways.items()}
    *whole, split, two = (figures["wall_seconds"] for figures in told.values())
    ratios = {"two workers / one": round(two / split, 3)}
    if whole:
        ratios["cut / in one go"] = round(split / whole[0], 3)
    print(json.dumps({"minutes": wanted.minutes, "height": wanted.height} | told | ratios))


def long_film(folder: Path, minutes: float, height: int) -> Path:
    """Loop a minute of the bunny without encoding it again."""
    minute, film = bunny(folder, 60, height), folder / "long.mp4"
    cpu_of("-stream_loop", round(minutes) - 1, "-i", minute, "-c", "copy", film)
    return film


def make(film: Path, folder: Path, workers: int, long_seconds: int) -> dict[str, object]:
    """Make the film in a new site and tell what it took."""
    home = folder / "home"
    environment = new_site(home, film, long_seconds)
    started = time.monotonic()
    running = [begin(core, environment) for core in range(workers)]
    state, began, first, error = wait_for_the_film(home)
    wall = time.monotonic() - started
    cpu = sum(end(worker) for worker in running)
    shutil.rmtree(home)
    if state != "done":
        raise SystemExit(f"the film ended {state}: {error}")
    figures = {"wall_seconds": round(wall, 1), "cpu_seconds": round(cpu, 1)}
    print(figures, file=sys.stderr, flush=True)
    soon = datetime.fromisoformat(first) - datetime.fromisoformat(began)
    return figures | {"first_playable_seconds": round(soon.total_seconds(), 1)}


def new_site(home: Path, film: Path, long_seconds: int) -> dict[str, str]:
    """Prepare a site and ask it for the film; return its environment."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings.node",
        "KODIPEST_HOME": str(home),
        "KODIPEST_ENCODER_ADDITIONS": "",
        "KODIPEST_ENCODER_THREADS": "1",
        "KODIPEST_ENCODER_LONG_SECONDS": str(long_seconds),
        "LOG_LEVEL": "WARNING",
    }
    for words in (
        ["prepare", "--quiet"],
        ["shell", "--no-imports", "-c", ASK.format(film=str(film))],
    ):
        command = [sys.executable, "manage.py", *words]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    return environment


def begin(core: int, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a worker that is held on one core."""
    command = ["taskset", "-c", str(core), sys.executable, "manage.py", "work"]
    return subprocess.Popen(command, cwd=ROOT, env=environment)


def wait_for_the_film(home: Path) -> tuple[str, str, str, str]:
    """Return its row when it has come to an end."""
    state = "waiting"
    with pysqlite3.connect(home / "db" / "kodipest.sqlite3", timeout=20) as rows:
        while state in {"waiting", "running"}:
            time.sleep(0.5)
            ((state, began, first, error),) = rows.execute(LOOK).fetchall()
    return state, began, first, error


def end(worker: subprocess.Popen[bytes]) -> float:
    """End a worker; return the CPU seconds of it and of all its encoders."""
    worker.send_signal(signal.SIGTERM)
    _pid, status, cost = os.wait4(worker.pid, 0)
    worker.returncode = os.waitstatus_to_exitcode(status)
    return cost.ru_utime + cost.ru_stime


if __name__ == "__main__":
    main()
