"""Programs that do not outlive the one that started them, however that one ended."""

import ctypes
import signal

PR_SET_PDEATHSIG = 1
_prctl = getattr(
    ctypes.CDLL(None), "prctl", None
)  # Linux only; elsewhere SIGKILL leaves them behind


def end_with_parent() -> None:
    """Have the kernel send this process SIGTERM as soon as its parent is gone; survives `exec`."""
    if _prctl is not None:
        _prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
