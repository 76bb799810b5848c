"""Measure a node from the outside: first start, second start, idle memory, idle CPU, install size.

    .venv/bin/python bench/start.py [--fresh] [--empty] [--starts 5] [--json FILE]

Types `make run` on a state folder of its own and waits until the demo is there and nothing moves
any more. With --fresh it clones the last commit into a temporary folder first, where `make run` has
to install everything (pip's cache may be warm). With --empty there is no demo. Figures stand in
start.md.
"""

import argparse
import contextlib
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import psutil
from instruments import machine, site

PAGES = ("/", "/karya/", "/kanal/", "/pesantren/", "/tentang/", "/akun/login/")
SETTLED_SECONDS = 25  # twice that, and the worker has begun anew after the last film
IDLE_SECONDS = 60
SEEDING_SECONDS = 1200


class Node:
    """One running `make run`, or what it runs without the demo."""

    def __init__(self, folder: Path, home: Path, *, empty: bool) -> None:
        self.port = site.free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        places = {"KODIPEST_HOME": str(home), "PORT": str(self.port), "HOST": "127.0.0.1"}
        clean = {
            name: value
            for name, value in os.environ.items()
            if name not in {"MAKEFLAGS", "MAKELEVEL"}
        }
        self.began = time.monotonic()
        with (home.parent / "start.log").open("a") as log:
            self.make = subprocess.Popen(
                [sys.executable, "-m", "config.start"] if empty else ["make", "run"],
                cwd=folder,
                env=clean | places,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def first_page(self) -> float:
        """Wait for the home page; return the seconds since `make run` was typed."""
        while time.monotonic() - self.began < SEEDING_SECONDS:
            try:
                with urllib.request.urlopen(self.address, timeout=30) as answer:
                    answer.read()
                return time.monotonic() - self.began
            except OSError:
                if self.make.poll() is not None:
                    raise SystemExit("make run ended by itself") from None
                time.sleep(0.02)
        raise SystemExit("no first page")

    def processes(self) -> list[psutil.Process]:
        """List the processes of the node, without make itself."""
        return [one for one in machine.family(self.make.pid) if one.name() not in {"make", "sh"}]

    def visit(self) -> None:
        """Ask once for each page, so that nothing is idle merely because nobody came."""
        for page in PAGES:
            with urllib.request.urlopen(self.address + page, timeout=30) as answer:
                answer.read()

    def stop(self) -> float:
        """End the node as Ctrl-C does; return the seconds it took."""
        began = time.monotonic()
        self.processes()[0].send_signal(signal.SIGINT)
        self.make.wait(30)
        return time.monotonic() - began


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fresh", action="store_true", help="clone, install and seed first")
    parser.add_argument("--empty", action="store_true", help="without the demo")
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="kodipest-bench-"))
    try:
        found = measure(scratch, asked)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    text = json.dumps(found, indent=1)
    print(text)
    if asked.json:
        asked.json.write_text(text)


def measure(scratch: Path, asked: argparse.Namespace) -> dict[str, Any]:
    """Start, wait until nothing is left to do, look, stop, and start again and again."""
    folder, home = site.ROOT, scratch / "home"
    home.mkdir()
    found: dict[str, Any] = {"machine": machine.described(), "fresh": asked.fresh}
    if asked.fresh:
        folder = scratch / "clone"
        subprocess.run(["git", "clone", "-q", str(site.ROOT), str(folder)], check=True)
    found |= first_start(folder, home, empty=asked.empty)
    again = [start_again(folder, home, empty=asked.empty) for _ in range(asked.starts)]
    found["again"] = again
    found["second_start_seconds"] = statistics.median(one["seconds"] for one in again)
    found["install_mb"] = round(machine.folder_bytes(folder / ".venv") / 1e6)
    found["home_mb"] = round(machine.folder_bytes(home) / 1e6)
    found["load_after"] = machine.described()["load"]
    return found


def first_start(folder: Path, home: Path, *, empty: bool) -> dict[str, Any]:
    """Start for the first time, and look at the node when it has come to rest."""
    node = Node(folder, home, empty=empty)
    try:
        found: dict[str, Any] = {"first_start_seconds": round(node.first_page(), 1)}
        found["at_rest_seconds"] = round(wait_for_quiet(node), 1)
        node.visit()
        time.sleep(SETTLED_SECONDS)
        found["idle"] = memory_of(node)
        found["idle_cpu_percent_of_a_core"] = idle_cpu(node)
    finally:
        stopped = round(node.stop(), 2)
    return found | {"stop_seconds": stopped}


def wait_for_quiet(node: Node) -> float:
    """Wait until seeding is over and no encoder runs; return the seconds since the start."""
    quiet_since = None
    while time.monotonic() - node.began < SEEDING_SECONDS:
        if is_busy(node):
            quiet_since = None
        elif quiet_since is None:
            quiet_since = time.monotonic()
        elif time.monotonic() - quiet_since > SETTLED_SECONDS:
            return quiet_since - node.began
        time.sleep(0.5)
    raise SystemExit("the demo did not come to rest")


def is_busy(node: Node) -> bool:
    """Say whether the demo is still being built or an encoder runs."""
    words = []
    for process in node.processes():
        with contextlib.suppress(psutil.Error):  # it ended while being looked at
            words.append(" ".join(process.cmdline()))
    return any(mark in line for line in words for mark in ("seed_demo", "announce", "ffmpeg"))


def memory_of(node: Node) -> dict[str, Any]:
    """Read the memory of each process and of all, in MB."""
    rows = {}
    processes = node.processes()
    total = machine.Memory(0, 0, 0)
    for process in processes:
        one = machine.memory(process)
        total += one
        words = " ".join(process.cmdline())
        rows[f"{name_of(words)} ({process.pid})"] = in_mb(one) | {"threads": process.num_threads()}
    everything = in_mb(total) | {"held": round(machine.held(processes) / 1e6, 1)}
    return rows | {"all": everything}


def name_of(words: str) -> str:
    """Name a process of the node by its command line."""
    names = {"config.start": "supervisor", "config.web": "web", "manage.py work": "worker"}
    return next((name for mark, name in names.items() if mark in words), words[-40:])


def in_mb(one: machine.Memory) -> dict[str, float]:
    """Write bytes in MB."""
    return {
        "rss": round(one.rss / 1e6, 1),
        "pss": round(one.pss / 1e6, 1),
        "uss": round(one.uss / 1e6, 1),
    }


def idle_cpu(node: Node) -> float:
    """Return the share of one core that the node takes while nobody asks anything of it."""
    before = machine.cpu_seconds(node.make.pid)
    time.sleep(IDLE_SECONDS)
    return round((machine.cpu_seconds(node.make.pid) - before) / IDLE_SECONDS * 100, 2)


def start_again(folder: Path, home: Path, *, empty: bool) -> dict[str, float]:
    """Start on a site that is there already; return wall and CPU seconds to the first page."""
    node = Node(folder, home, empty=empty)
    try:
        seconds = round(node.first_page(), 2)
        spent = round(machine.cpu_seconds(node.make.pid), 2)
        wait_for_quiet(node)
    finally:
        node.stop()
    return {"seconds": seconds, "cpu_seconds": spent}


if __name__ == "__main__":
    sys.exit(main())
