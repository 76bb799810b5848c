"""Check one picture: how large it is, who is seen on it, and what it is known again by."""

from pathlib import Path
from typing import Any

from kodipest.engines.media.checks import looks
from kodipest.engines.media.checks.findings import Finding, Severity, worst_first
from kodipest.engines.media.checks.likeness import Likeness, frames_in
from kodipest.engines.media.facts import Probe

# The page shows it up to 1600 wide, a desk and a printed sheet larger still.
SMALL_SIDE, VERY_SMALL_SIDE = 720, 480


def report(picture: Path, probe: Probe) -> dict[str, Any]:
    """Judge a picture by its upright JPEG, with the keys of `examine.report`."""
    seen = looks.look([picture], [None])
    likeness = Likeness(frames_in([picture]), is_picture=True)
    return {
        "findings": [one.as_dict() for one in worst_first([*_size(probe), *(seen or [])])],
        "loudness": None,
        "curves": {},
        "likeness": likeness.as_dict(),
        "looked": seen is not None,
    }


def _size(probe: Probe) -> list[Finding]:
    if probe.short_side >= SMALL_SIDE:
        return []
    severity: Severity = "advice" if probe.short_side < VERY_SMALL_SIDE else "note"
    return [Finding("small", severity, value=probe.short_side, text="picture")]
