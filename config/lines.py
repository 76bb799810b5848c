"""Lines whose other end vanished: found out by the kernel, so that no thread waits for them for ever.

A phone that loses its network says no goodbye. Without these questions a request in the middle of
its body would hold its thread until the server is started anew.
"""

import os
import socket
import stat
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

IDLE_SECONDS: Final = 20
EVERY_SECONDS: Final = 10
QUESTIONS: Final = 3

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def watched(application: Application) -> Application:
    """Return `application`, which sees to its lines when the first request comes.

    Not before: granian listens only after it has brought the application in.
    """
    is_watching = False

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        nonlocal is_watching
        if not is_watching:
            is_watching = True
            watch_lines()
        return application(environ, start_response)

    return answer


def watch_lines() -> int:
    """Let the kernel ask after each silent line that comes in from now on; return how many doors.

    Linux hands these options from a listening socket down to every line accepted from it; granian
    has no setting for them.
    """
    folder = Path("/proc/self/fd")
    files = [int(file.name) for file in folder.iterdir()] if folder.is_dir() else []
    return sum(_watch(file) for file in files)


def _watch(file: int) -> bool:
    try:
        # No other file is touched: to close a second handle of a database would let go of every
        # lock this process holds on it (POSIX), and the next to leave would delete its journal.
        if not stat.S_ISSOCK(os.fstat(file).st_mode):
            return False
        copy = os.dup(file)
    except OSError:  # the list itself was read through it
        return False
    with socket.socket(fileno=copy) as door:
        is_tcp = door.family in {socket.AF_INET, socket.AF_INET6}
        if not is_tcp or not door.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            return False
        door.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        door.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, IDLE_SECONDS)
        door.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, EVERY_SECONDS)
        door.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, QUESTIONS)
        return True
