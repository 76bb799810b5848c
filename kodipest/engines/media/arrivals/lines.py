"""How many requests may bring files at the same time: each holds a thread that pages need too."""

import threading
from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from django.conf import settings

from kodipest.engines.media import messages

_lock = threading.Lock()
_held = Counter[Hashable]()


@contextmanager
def held_for(person: Hashable) -> Iterator[None]:
    """Hold one of the lines of this process. Raises Refusal `lines_busy` when there is none."""
    with _lock:
        if _held.total() >= settings.UPLOAD_LINES or _held[person] >= settings.UPLOAD_LINES_OF_ONE:
            raise messages.refusal("lines_busy")
        _held[person] += 1
    try:
        yield
    finally:
        with _lock:
            _held[person] -= 1
            if not _held[person]:
                del _held[person]
