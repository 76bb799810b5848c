"""Probe in a process of its own: a file that crashes a decoder takes no web server along."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from kodipest.engines.media.encoder import Limits, leashed
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.facts import Probe

ROOT = Path(__file__).resolve().parents[3]
LIMITS = Limits(cpu_seconds=120, memory_bytes=4 * 1024**3, file_bytes=1024**2)
PATIENCE_SECONDS = 300


def probe_apart(path: Path) -> Probe:
    """Return what `probe.probe` returns, at the price of a quarter of a second.

    Raises the same Unusable, `damaged` when the file killed the process that looked at it, and
    OSError when the file cannot be read. The caller stays small: no decoder is loaded into it.
    """
    words = [sys.executable, "-m", "kodipest.engines.media", "probe", "--json", "--"]
    try:
        done = subprocess.run(
            leashed([*words, str(path.resolve())], LIMITS, nice=0),
            check=False,
            cwd=ROOT,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "2"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise Unusable("damaged", f"probing took more than {PATIENCE_SECONDS} s") from error
    return _read(done)


def _read(done: subprocess.CompletedProcess[bytes]) -> Probe:
    try:
        told: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        tail = done.stderr.decode("utf-8", "replace").strip()[-400:]
        raise Unusable("damaged", f"probing ended with {done.returncode}; {tail}") from None
    if "error" not in told:
        return Probe.from_dict(told)
    if told["error"] == "os_error":
        raise OSError(told["detail"])
    raise Unusable(told["error"], told["detail"])
