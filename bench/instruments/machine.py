"""What a process costs, and on what machine: the kernel's own counts."""

import contextlib
import datetime
import os
import platform
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil


@dataclass(frozen=True)
class Memory:
    """Bytes of one or several processes.

    `rss` counts shared pages in each of them, `pss` divides them among those who share, `uss` is
    what would be free if the process ended. `pss` is the honest sum of several processes.
    """

    rss: int
    pss: int
    uss: int

    def __add__(self, other: "Memory") -> "Memory":
        return Memory(self.rss + other.rss, self.pss + other.pss, self.uss + other.uss)


def family(pid: int) -> list[psutil.Process]:
    """List a process and all that descend from it."""
    head = psutil.Process(pid)
    return [head, *head.children(recursive=True)]


def cpu_seconds(pid: int) -> float:
    """Sum the CPU time of a process and of its living descendants."""
    total = 0.0
    for one in family(pid):
        with contextlib.suppress(psutil.Error):  # it ended while being looked at
            total += sum(one.cpu_times()[:2])
    return total


def memory(process: psutil.Process) -> Memory:
    """Read the memory of one process from /proc/<pid>/smaps_rollup."""
    found = process.memory_full_info()
    return Memory(found.rss, found.pss, found.uss)


def described() -> dict[str, Any]:
    """Say what machine this is and how busy it is with other work."""
    return {
        "at": datetime.datetime.now(datetime.UTC).isoformat(timespec="minutes"),
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
    }


def cpu_name() -> str:
    """Return the name that the kernel knows the processor by."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if "model name" in line), "?")


def folder_bytes(folder: Path) -> int:
    """Sum what the files of a folder take on disk, as `du` counts it: hard links once."""
    seen, total = set(), 0
    for path in folder.rglob("*"):
        status = path.lstat()
        if status.st_ino not in seen:
            seen.add(status.st_ino)
            total += status.st_blocks * 512
    return total


def held(processes: list[psutil.Process]) -> int:
    """Return the bytes that `processes` hold together, each shared library counted once.

    What is private to a process counts in full; of a file mapped by several, the process that has
    most of it in memory counts. Unlike `pss` it does not depend on who else runs on the machine.
    """
    private, shared = 0, dict[str, int]()
    for process in processes:
        of_files = dict[str, int]()
        for part in process.memory_maps(grouped=False):
            own = part.private_dirty if part.path.startswith("/") else part.rss
            private += own
            if part.path.startswith("/"):
                of_files[part.path] = of_files.get(part.path, 0) + part.rss - own
        for path, size in of_files.items():
            shared[path] = max(shared.get(path, 0), size)
    return private + sum(shared.values())
