"""The file into which the parts of an upload go, and how fast to read them from a line."""

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from kodipest.engines.media import storage

SMALLEST_BLOCK: Final = 4 * 1024
FIRST_BLOCK: Final = 64 * 1024
LARGEST_BLOCK: Final = 256 * 1024
QUICK_SECONDS: Final = 0.05
SLOW_SECONDS: Final = 0.5

Read = Callable[[int], bytes]


class Gathering:
    """An open file of an upload. Who holds it `alone` is the only one to change it, in any process.

    The kernel ends that hold with the process that had it, however it died.
    """

    def __init__(self, path: Path) -> None:
        storage.incoming()
        self.path = path
        is_new = not path.exists()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if is_new:
            storage.sync_folder(path.parent)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._file)

    @contextlib.contextmanager
    def alone(self, *, patient: bool = True) -> Iterator[None]:
        """Hold the file. Raises BlockingIOError when somebody else has it and `patient` is False."""
        fcntl.flock(self._file, fcntl.LOCK_EX | (0 if patient else fcntl.LOCK_NB))
        try:
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    @property
    def size(self) -> int:
        """How many bytes lie there, acknowledged or not."""
        return os.fstat(self._file).st_size

    def cut(self, length: int) -> None:
        """Drop what lies behind `length`."""
        os.ftruncate(self._file, length)

    def write(self, block: bytes, at: int) -> None:
        """Put all of `block` at its place."""
        rest = memoryview(block)
        while rest:
            written = os.pwrite(self._file, rest, at)
            rest, at = rest[written:], at + written

    def sync(self) -> None:
        """Make what was written survive a power cut."""
        os.fdatasync(self._file)


class Pace:
    """Reads as much at once as the line brings in about a tenth of a second.

    A web server hands over a block when it is full. On a slow line a large one would come so late
    that its sender looks dead, and be lost with the server.
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        self.size = FIRST_BLOCK

    def block(self, most: int) -> bytes:
        """Return the next bytes, `most` at most; none when there are no more."""
        began = time.monotonic()
        block = self._read(min(self.size, most))
        took = time.monotonic() - began
        if took < QUICK_SECONDS:
            self.size = min(self.size * 2, LARGEST_BLOCK)
        elif took > SLOW_SECONDS:
            self.size = max(self.size // 2, SMALLEST_BLOCK)
        return block
