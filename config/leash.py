"""Programs that do not outlive the one that started them, however that one ended."""

import ctypes
import os
import signal

PR_SET_PDEATHSIG = 1
_prctl = getattr(
    ctypes.CDLL(None), "prctl", None
)  # Linux only; elsewhere SIGKILL leaves them behind


def end_with(parent: int) -> None:
    """Have the kernel send this process SIGTERM as soon as its parent is gone; survives `exec`."""
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
        if os.getppid() != parent:  # it was gone before the kernel knew
            os._exit(1)
