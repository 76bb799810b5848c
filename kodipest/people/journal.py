"""Withdrawals outlive the database: a withdrawn consent never comes back (promise 9).

Each withdrawal is written into `$KODIPEST_HOME/journal/withdrawals.jsonl` before anybody is told that
it stands. After a restore, at every start and by every sweep the journal is applied again, and what
the database knows besides is written down. A line whose thing this database does not have is kept
for when it comes. See docs/adr/0009.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from kodipest.kernel import failpoints, freshness
from kodipest.kernel.journal import Entry, Journal

AT_ONCE = 500  # ids asked for in one query
BEING_WRITTEN = timedelta(minutes=1)


@dataclass(frozen=True)
class Kind:
    """One kind of withdrawal: how an app finds it in the database and makes it again."""

    act: str
    withdrawn: Callable[[], Iterable[Entry]]  # all that the database knows
    living: Callable[[Collection[str]], Iterable[UUID]]  # which of these things live nevertheless
    again: Callable[[Entry], object]


class Reconciled(NamedTuple):
    """How many withdrawals were applied to the database, and written into the journal."""

    applied: int
    written: int


_kinds: dict[str, Kind] = {}
_seen: list[object] = []


def learn(kind: Kind) -> None:
    """Let an app take part; called once, when it is ready."""
    _kinds[kind.act] = kind


def journal_of(home: Path) -> Journal:
    """Return the journal of the site whose state folder is `home`."""
    return Journal(home / "journal" / "withdrawals.jsonl")


def entry(act: str, thing: UUID, *, at: datetime, by: UUID | None) -> Entry:
    """Spell one withdrawal."""
    when = at.astimezone(UTC).isoformat(timespec="microseconds")
    return Entry(act, str(thing), when, str(by or ""))


def note(withdrawn: Entry) -> None:
    """Write `withdrawn` down once the caller's transaction has committed, and before anybody is told.

    Not earlier: what was refused in the end must not be withdrawn by the next sweep. A kill between
    commit and line loses nothing that was acknowledged, and the next start writes the line.
    """
    failpoints.reach("withdrawal_uncommitted")
    transaction.on_commit(partial(_write, withdrawn))


def _write(withdrawn: Entry) -> None:
    failpoints.reach("withdrawal_committed")
    journal_of(settings.HOME).append([withdrawn])
    failpoints.reach("withdrawal_journaled")


def reconcile() -> Reconciled:
    """Bring each journaled withdrawal into force, and write down those the journal lacks. Idempotent."""
    journal, applied = journal_of(settings.HOME), 0
    for kind, withdrawn in _not_in_force(journal):
        kind.again(withdrawn)
        applied += 1
    missing = list(_not_noted(journal))
    return Reconciled(applied, journal.append(missing) if missing else 0)


def look_again() -> None:
    """Reconcile unless nothing public and no line has changed since this process last did."""
    path = journal_of(settings.HOME).path
    now = [freshness.generation(), path, path.exists() and path.stat().st_size]
    if now != _seen:
        reconcile()
        _seen[:] = now


def faults() -> Iterator[str]:
    """Yield, for an operator, where the journal does not hold: in itself, or against the database."""
    journal = journal_of(settings.HOME)
    yield from journal.faults()
    for kind, withdrawn in _not_in_force(journal):
        yield f"{kind.act} {withdrawn.thing} is in the journal since {withdrawn.at} and not in force"
    young = timezone.now() - BEING_WRITTEN
    for withdrawn in _not_noted(journal):
        if datetime.fromisoformat(withdrawn.at) < young:
            yield f"{withdrawn.act} {withdrawn.thing} is not in the journal"


def _not_in_force(journal: Journal) -> Iterator[tuple[Kind, Entry]]:
    entries = journal.entries()
    for kind in _kinds.values():
        noted = {entry.thing: entry for entry in entries if entry.act == kind.act}
        for living in _living(kind, list(noted)):
            yield kind, noted[str(living)]


def _living(kind: Kind, things: list[str]) -> Iterator[UUID]:
    for start in range(0, len(things), AT_ONCE):
        yield from list(kind.living(things[start : start + AT_ONCE]))


def _not_noted(journal: Journal) -> Iterator[Entry]:
    known = [withdrawn for kind in _kinds.values() for withdrawn in kind.withdrawn()]
    noted = {entry.thing for entry in journal.entries()}  # read last: it is never behind the rows
    return (withdrawn for withdrawn in known if withdrawn.thing not in noted)
