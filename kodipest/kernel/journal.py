"""A journal of what must never be undone: one file, only ever appended to, outside the database.

One line of canonical JSON (RFC 8785) a fact: `act` says what happened to the thing with the id
`thing`, `at` when, `by` who. Lines form a chain: `previous` is the SHA-256 of the line before, so a
line that was changed, taken out or put in between shows. Ids and times only, never a name.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, NamedTuple
from uuid import UUID

import rfc8785


class Entry(NamedTuple):
    """One fact. A thing is named once: what is withdrawn stays withdrawn."""

    act: str
    thing: str  # UUID
    at: str  # ISO 8601
    by: str  # UUID, or empty


class Journal:
    """The journal at `path`, which need not be there yet."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, entries: Iterable[Entry]) -> int:
        """Write those of `entries` down whose thing is not there yet; return how many.

        They survive a power cut once this returns. A last line that a kill has cut short goes: nobody
        was told that it stands.
        """
        with self._alone() as file:
            content = file.read()
            whole = content[: content.rfind(b"\n") + 1]
            if len(whole) < len(content):
                file.truncate(len(whole))
            lines = list(_following(whole, entries))
            file.write(b"".join(lines))
            file.flush()
            os.fsync(
                file.fileno()
            )  # also when nothing is new: another writer may not have come so far
        return len(lines)

    @contextmanager
    def _alone(self) -> Iterator[IO[bytes]]:
        """Open the file for one writer at a time, and make its name as durable as its lines."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(handle, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if not os.fstat(handle).st_size:
                folder = os.open(self.path.parent, os.O_RDONLY)
                os.fsync(folder)
                os.close(folder)
            yield file

    def content(self) -> bytes:
        """Return the file as it is; nothing when there is none."""
        return self.path.read_bytes() if self.path.exists() else b""

    def entries(self) -> list[Entry]:
        """List what the journal says, in order."""
        return read(self.content())

    def faults(self) -> Iterator[str]:
        """Yield, for an operator, each line that cannot be read or breaks the chain."""
        previous = ""
        for number, line in enumerate(self.content().splitlines(), start=1):
            found = _parse(line)
            if found is None:
                yield f"journal line {number} cannot be read"
            elif (told := json.loads(line)).get("previous") != previous or told.get(
                "sequence"
            ) != number:
                yield f"journal line {number} does not follow the line before it"
            previous = hashlib.sha256(line).hexdigest()


def read(content: bytes) -> list[Entry]:
    """List what a journal says, in order. A damaged line takes nothing but itself away."""
    found = (_parse(line) for line in content.splitlines())
    return [entry for entry in found if entry]


def write(entries: Iterable[Entry]) -> bytes:
    """Return a journal of its own that says the same as `entries`."""
    return b"".join(_following(b"", entries))


def _parse(line: bytes) -> Entry | None:
    try:
        told = json.loads(line)
        thing, by = UUID(told["thing"]), told["by"] and UUID(told["by"])
        datetime.fromisoformat(told["at"])
        return Entry(str(told["act"]), str(thing), told["at"], str(by))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _following(whole: bytes, entries: Iterable[Entry]) -> Iterator[bytes]:
    lines = whole.splitlines()
    sequence, last = len(lines), lines[-1] if lines else None
    known = {entry.thing for entry in read(whole)}
    for entry in entries:
        if entry.thing in known:
            continue
        known.add(entry.thing)
        sequence += 1
        previous = hashlib.sha256(last).hexdigest() if last is not None else ""
        last = rfc8785.dumps(entry._asdict() | {"previous": previous, "sequence": sequence})
        yield last + b"\n"
