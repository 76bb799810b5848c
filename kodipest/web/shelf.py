"""Whole public pages, ready to be sent: compressed once, bounded in memory, rendered once at a time."""

import gzip
import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

import brotli

ENCODINGS = ("br", "gzip")  # best first
PATIENCE_SECONDS = 10  # how long a visitor waits for another one's render of the same page
Key = tuple[str, ...]


class Body(NamedTuple):
    """One encoding of a page, with the tag that names exactly these bytes."""

    content: bytes
    etag: str
    encoding: str


@dataclass(frozen=True)
class Page:
    """A rendered page: true for `generation` of the public data, until `stale_at`."""

    bodies: Mapping[str, Body]
    headers: Mapping[str, str]
    generation: int
    stale_at: float
    weight: int = field(default=0)

    @classmethod
    def print(
        cls, content: bytes, headers: Mapping[str, str], *, generation: int, seconds: int
    ) -> "Page":
        """Compress `content` in each encoding."""
        name = hashlib.sha256(content).hexdigest()[:32]
        forms = {
            "": content,
            "gzip": gzip.compress(content, 6, mtime=0),
            "br": brotli.compress(content, quality=5),
        }
        bodies = {
            encoding: Body(form, f'"{name}{encoding and "-"}{encoding}"', encoding)
            for encoding, form in forms.items()
        }
        weight = sum(map(len, forms.values()))
        return cls(bodies, dict(headers), generation, time.monotonic() + seconds, weight)

    def body_for(self, accepted: str) -> Body:
        """Choose the best encoding that an Accept-Encoding header allows."""
        tokens = [token.split(";") for token in accepted.replace(" ", "").lower().split(",")]
        allowed = {token[0] for token in tokens if not {"q=0", "q=0.0"} & set(token[1:])}
        return self.bodies[next((name for name in ENCODINGS if name in allowed), "")]

    def is_true(self, generation: int) -> bool:
        """Say whether the page still tells what the public may see."""
        return self.generation == generation and time.monotonic() < self.stale_at


class Shelf:
    """Keeps the pages asked for last, up to `room` bytes; safe for many threads."""

    def __init__(self, room: int = 16 * 2**20) -> None:
        self._room = room
        self._pages: OrderedDict[Key, Page] = OrderedDict()
        self._weight = 0
        self._guard = threading.Lock()
        self._turns: dict[Key, tuple[threading.Lock, int]] = {}

    def find(self, key: Key, generation: int) -> Page | None:
        """Return the page under `key` while it is true."""
        with self._guard:
            page = self._pages.get(key)
            if page is None:
                return None
            if not page.is_true(generation):
                self._weight -= self._pages.pop(key).weight
                return None
            self._pages.move_to_end(key)
            return page

    def put(self, key: Key, page: Page) -> None:
        """Keep `page`; those not asked for longest make room."""
        with self._guard:
            if (old := self._pages.pop(key, None)) is not None:
                self._weight -= old.weight
            self._pages[key] = page
            self._weight += page.weight
            while self._weight > self._room and len(self._pages) > 1:
                self._weight -= self._pages.popitem(last=False)[1].weight

    @contextmanager
    def turn(self, key: Key) -> Iterator[None]:
        """Let one thread render `key` while the others wait, but not for ever."""
        with self._guard:
            lock, waiting = self._turns.get(key, (threading.Lock(), 0))
            self._turns[key] = (lock, waiting + 1)
        got = lock.acquire(timeout=PATIENCE_SECONDS)
        try:
            yield
        finally:
            if got:
                lock.release()
            with self._guard:
                lock, waiting = self._turns[key]
                if waiting == 1:
                    del self._turns[key]
                else:
                    self._turns[key] = (lock, waiting - 1)
