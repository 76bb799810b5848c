"""`python -m config.web --host HOST --port PORT`: the web server of a node, granian in one process.

The command `granian` is a parent that keeps a worker alive; on a node the supervisor does that, and
the parent would be 30 MB for nothing. A hub, which has several workers, uses the command.
"""

import argparse
import os
import signal
import sys
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import MTServer

BLOCKING_THREADS = 32
DRAIN_SECONDS = 8  # less than the supervisor waits


class OneProcess(MTServer):  # type: ignore[misc]
    """Granian whose only worker is a thread of this process."""

    def _check_gil(self) -> None:
        """Let the GIL be: granian asks for its absence because several workers would share one.

        A single worker takes it for each request and lets go of it, as in a process of its own.
        """

    def signal_handler_interrupt(self, *words: Any) -> None:
        """Let requests come to their end, but not for ever: then the alarm ends the process.

        It also does should the signal meet granian's main thread inside the lock it now asks for.
        """
        signal.alarm(DRAIN_SECONDS)
        super().signal_handler_interrupt(*words)


def main() -> None:
    """Serve until a signal comes, and end at once when every request has its answer.

    Not by returning: now and then an idle thread of granian would wake while Python is being taken
    down, and panic.
    """
    arguments = argparse.ArgumentParser(prog="python -m config.web", description=__doc__)
    arguments.add_argument("--host", default="127.0.0.1")
    arguments.add_argument("--port", type=int, default=8000)
    asked = arguments.parse_args()
    OneProcess(
        "config.serve:application",
        address=asked.host,
        port=asked.port,
        interface=Interfaces.WSGI,
        blocking_threads=BLOCKING_THREADS,
        websockets=False,
        log_level=LogLevels.error,
    ).serve()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
