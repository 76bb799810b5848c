"""Chapters of a film or sound, as its maker writes them into the synopsis: a time and a title a line.

The custom of video sites and podcast programs; nobody has to learn another form.
"""

import re
from itertools import pairwise
from typing import NamedTuple

_LINE = re.compile(
    r"^[\s\-–•*]*"  # a list, perhaps
    r"[\[(]?(?:(\d{1,2})[:.])?(\d{1,2})[:.](\d{2})[\])]?"
    r"[\s\-–—:|]+(\S.*)$"
)
FEWEST = 2  # a single time is more likely said of something else


class Chapter(NamedTuple):
    """A chapter begins at `start` seconds and lasts to the next one."""

    start: int
    title: str


def chapters_in(synopsis: str, *, seconds: float) -> list[Chapter]:
    """Return the chapters of what lasts `seconds`; none unless two or more follow each other in it."""
    told = [_chapter(*line.groups()) for line in map(_LINE.match, synopsis.splitlines()) if line]
    starts = [chapter.start for chapter in told]
    follow = all(one < other for one, other in pairwise(starts))
    is_inside = all(start < seconds for start in starts)
    return told if len(told) >= FEWEST and follow and is_inside else []


def _chapter(hours: str | None, minutes: str, seconds: str, title: str) -> Chapter:
    return Chapter(int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds), title.strip())
