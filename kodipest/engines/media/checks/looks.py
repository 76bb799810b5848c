"""Look for faces and bare skin in a few frames, where a model is installed. Hints, no verdicts.

A face is a hint that consents are needed; bare skin a hint for the eye of a curator. The model
(320n of NudeNet, which comes inside its wheel, AGPL-3.0) and onnxruntime are 150 MB with numpy:
too much for a node, so they belong to the extra `hub`. Without them nobody has looked, and the
report says so. It runs in a process of its own with little memory, never where pages are served.
"""

import json
import os
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from kodipest.engines.media.apart import PROGRAM, ROOT, program
from kodipest.engines.media.checks.findings import Finding
from kodipest.engines.media.encoder import NICE, Limits, leashed

LIMITS = Limits(cpu_seconds=120, memory_bytes=4 * 1024**3, file_bytes=1024**2)
PATIENCE_SECONDS = 300
SKIN = 0.6  # confidence from which it is worth a look


def is_installed() -> bool:
    """Say whether there is a model here, and what runs it."""
    return all(find_spec(name) is not None for name in ("nudenet", "onnxruntime", "numpy"))


def look(frames: Sequence[Path], times: Sequence[float | None]) -> list[Finding] | None:
    """Return hints about JPEG frames taken at `times`; None when nobody could look.

    A picture has no time: None.

    A look that fails for any reason is no reason to withhold a film: it counts as not looked.
    """
    if not frames or not is_installed():
        return None
    seen = _ask(frames)
    return None if seen is None else _findings(seen, times)


def _ask(frames: Sequence[Path]) -> list[dict[str, Any]] | None:
    words = program("kodipest.engines.media.checks.eyes")
    try:
        done = subprocess.run(
            leashed(
                [*words, *(str(frame.resolve()) for frame in frames)],
                LIMITS,
                nice=NICE,
                readable=[*PROGRAM, *frames],
            ),
            check=True,
            cwd=ROOT,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "2"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
        )
        seen: list[dict[str, Any]] = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return seen


def _findings(seen: Sequence[dict[str, Any]], times: Sequence[float | None]) -> list[Finding]:
    """Say where most faces are, and where bare skin is surest."""
    found = list[Finding]()
    timed = list(zip(times, seen, strict=False))
    at, most = max(timed, key=lambda pair: pair[1]["faces"])
    if most["faces"]:
        found.append(Finding("faces", "note", start=at, value=most["faces"]))
    at, surest = max(timed, key=lambda pair: pair[1]["skin"])
    if surest["skin"] >= SKIN:
        found.append(Finding("nudity", "advice", start=at, value=round(surest["skin"], 2)))
    return found
