"""Showing others a folder that an encoder fills: segments as they close, then the playlists that name them."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.playlists import MASTER

logger = logging.getLogger(__name__)

EVERY_SECONDS = 1.0
PLAYLIST = ".m3u8"
# What an encoder gives its name only when it is whole. The rest comes with the finished folder.
WHOLE = (".m4s", ".mp4")
Put = Callable[[str, Path], None]
PutBytes = Callable[[str, bytes], None]


class Growing:
    """Sends what is new, once a second, from a thread of its own.

    A refusal, or a line that stays broken through every new try, is remembered for `check`: an
    encoder whose work nobody can keep is ended early.
    """

    def __init__(self, made: Path, put: Put, put_bytes: PutBytes) -> None:
        self.made, self._put, self._put_bytes = made, put, put_bytes
        self.is_playable = False
        self._sent: dict[str, tuple[int, int]] = {}
        self._told: dict[str, bytes] = {}
        self._refused: Unusable | None = None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._send_until_ended, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()

    def check(self) -> None:
        """Raise Unusable `store_away` when the store refuses what is made."""
        if self._refused:
            raise self._refused

    def _send_until_ended(self) -> None:
        while not self._ended.wait(EVERY_SECONDS) and not self._refused:
            try:
                self.send()
            except Unusable as unusable:
                logger.warning("a growing folder cannot be shown: %s", unusable.detail)
                self._refused = unusable
            except FileNotFoundError:  # the encoder renamed or removed it; the next round will do
                continue

    def send(self) -> None:
        """Send what has come since the last time. Playlists are read first and sent last."""
        lists = (path for path in self.made.rglob(f"*{PLAYLIST}") if not path.name.startswith("."))
        found = {self._name(path): path.read_bytes() for path in lists}
        for path in sorted(self.made.rglob("*")):
            if path.suffix in WHOLE and "/." not in f"/{self._name(path)}":
                self._send_file(path)
        for name in sorted(found, key=lambda name: (name == MASTER, name)):
            if self._ended.is_set():
                return
            if self._told.get(name) != found[name]:
                self._put_bytes(name, found[name])
                self._told[name] = found[name]
        self.is_playable = MASTER in self._told

    def _send_file(self, path: Path) -> None:
        if self._ended.is_set():
            return
        status = path.stat()
        name, now = self._name(path), (status.st_mtime_ns, status.st_size)
        if self._sent.get(name) != now:
            self._put(name, path)
            self._sent[name] = now

    def _name(self, path: Path) -> str:
        return path.relative_to(self.made).as_posix()
