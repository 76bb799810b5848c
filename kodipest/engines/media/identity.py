"""Who holds a lease: a name for a process that tells later whether that very process is gone."""

import hashlib
import os
import socket
from functools import cache
from pathlib import Path

PROC = Path("/proc")


@cache
def machine() -> str:
    """Name this boot of this computer and, inside it, this container's view of process numbers.

    Two processes with the same name see each other's process numbers, so one can tell that the
    other is gone. After a restart of the computer the name is another one.
    """
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text().strip()
        view = str((PROC / "self/ns/pid").readlink())
    except OSError:  # no /proc: nobody can be told gone, leases end by time alone
        boot, view = socket.gethostname(), "?"
    return hashlib.sha256(f"{boot} {view}".encode()).hexdigest()[:12]


def of_this_process() -> str:
    """Return `machine/process number/start`, unique among all processes there ever were."""
    return f"{machine()}/{os.getpid()}/{_started(os.getpid())}"


def is_surely_gone(holder: str) -> bool:
    """Say whether the process named `holder` ran here and runs no more; False when in doubt."""
    home, _slash, rest = holder.partition("/")
    number, _slash, start = rest.partition("/")
    if home != machine() or not number.isdigit() or start in {"", "?"}:
        return False
    return _started(int(number)) != start


def _started(number: int) -> str:
    """Return the start of a process in clock ticks since boot; `?` when there is none."""
    try:
        line = (PROC / str(number) / "stat").read_text()
    except OSError:
        return "?"
    fields = line.rpartition(")")[2].split()  # the name before it may hold spaces and brackets
    return "?" if fields[0] in "ZX" else fields[19]
