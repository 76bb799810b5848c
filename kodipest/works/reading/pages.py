"""What every page of the reader needs, public or not."""

from collections.abc import Mapping
from typing import Any

from kodipest.kernel.text import is_arabic
from kodipest.works.models import Revision
from kodipest.works.reading.books import Opened, direction_of

MAX_PART = 100_000


def asked_part(query: Mapping[str, str]) -> int:
    """Return the part that an address asks for; anything odd opens the book at its beginning."""
    asked = query.get("bagian", "")
    return int(asked) if asked.isascii() and asked.isdigit() and 0 < int(asked) <= MAX_PART else 1


def reader_context(
    revision: Revision, opened: Opened, *, remembered_as: str, home: str, home_words: str
) -> dict[str, Any]:
    """Gather what `works/reader.html` shows; `home` is where the work itself is shown."""
    return {
        "home": home,
        "home_words": home_words,
        "revision": revision,
        "opened": opened,
        "direction": direction_of(opened, revision.title),
        "title_is_arabic": is_arabic(revision.title),
        "remembered_as": remembered_as,
    }
