"""Run an encoder that cannot outlive its parent. Standard library only; run as a script.

    python -I -S leash.py PARENT NICE CPU_SECONDS MEMORY_BYTES FILE_BYTES PROGRAM ARGUMENT...

The limits are set here, in a fresh process, because code between fork and exec in a threaded
worker can deadlock. The process then becomes PROGRAM: same id, so the parent measures and ends
the encoder itself.
"""

import ctypes
import os
import resource
import signal
import sys

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def _die_with(parent: int) -> None:
    """Ask the kernel for SIGKILL when the parent goes, and go at once if it is gone already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("leash: the parent has gone")


def _limit(kind: int, wanted: int) -> None:
    """Lower a limit; 0 leaves it, and a stricter one set by the house stays."""
    _soft, hard = resource.getrlimit(kind)
    if wanted > 0 and (hard == resource.RLIM_INFINITY or wanted < hard):
        resource.setrlimit(kind, (wanted, wanted))


def main(arguments: list[str]) -> None:
    """Tie, limit, become."""
    parent, nice, cpu_seconds, memory, file_bytes = (int(word) for word in arguments[:5])
    _die_with(parent)
    os.nice(nice)
    _limit(resource.RLIMIT_CPU, cpu_seconds)
    _limit(resource.RLIMIT_AS, memory)
    _limit(resource.RLIMIT_FSIZE, file_bytes)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.execv(arguments[5], arguments[5:])


if __name__ == "__main__":
    main(sys.argv[1:])
