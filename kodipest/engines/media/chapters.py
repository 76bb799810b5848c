"""Chapters of a film or sound, as its maker writes them into the synopsis: a time and a title a line.

The custom of video sites and podcast programs; nobody has to learn another form.
"""

import re
from itertools import pairwise
from typing import NamedTuple

_LINE = re.compile(
    r"^[\s\-–•*]*"  # a list, perhaps
    r"[\[(]?(?:(\d{1,2})[:.](?=[0-5]\d[:.]))?(\d{1,2})[:.]([0-5]\d)[\])]?"
    r"[\s\-–—:|]+(\S.*)$"
)
FEWEST = 2


class Chapter(NamedTuple):
    """A chapter begins at `start` seconds and lasts to the next one."""

    start: int
    title: str


def chapters_in(synopsis: str, *, seconds: float) -> list[Chapter]:
    """Return the chapters of what lasts `seconds`.

    As video sites ask: two or more that follow each other, the first at 0:00. Other times are those
    of a day.
    """
    told = [_chapter(*line.groups()) for line in map(_LINE.match, synopsis.splitlines()) if line]
    starts = [chapter.start for chapter in told]
    follow = all(one < other for one, other in pairwise(starts))
    is_inside = all(start < seconds for start in starts)
    is_list = len(told) >= FEWEST and starts[0] == 0
    return told if is_list and follow and is_inside else []


def _chapter(hours: str | None, minutes: str, seconds: str, title: str) -> Chapter:
    return Chapter(int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds), title.strip())
