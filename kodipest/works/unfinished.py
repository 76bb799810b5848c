"""Files whose sending was begun and not finished: shown where a maker looks, on whatever PC."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse

from kodipest.engines.media.models import Arrival
from kodipest.engines.media.queries import pending_arrivals
from kodipest.engines.media.tus import Misspoken, metadata
from kodipest.people.models import Person
from kodipest.works.models import Work

MOST_SHOWN = 20


@dataclass(frozen=True)
class Unfinished:
    """One file of which the first `offset` of `length` bytes are here.

    `fingerprint` is what the browser that began it says of the content; empty when another program
    did. A whole one misses only the last step.
    """

    url: str
    name: str
    length: int
    offset: int
    fingerprint: str
    work_id: UUID
    role: str
    expires_at: datetime

    @property
    def percent(self) -> int:
        """How much is here; 100 only when all is."""
        return 100 * self.offset // self.length

    @property
    def is_whole(self) -> bool:
        """Say whether nothing is left to send."""
        return self.offset == self.length


def unfinished_of(person: Person, work: Work | None = None) -> list[Unfinished]:
    """List what `person` began to send, for one work or for all, newest first; one query."""
    begun = pending_arrivals(person).filter(
        target__startswith=f"work:{work.pk}:" if work else "work:"
    )
    return [told(arrival) for arrival in begun[:MOST_SHOWN]]


def told(arrival: Arrival) -> Unfinished:
    """Tell what a page shows of `arrival`, whose target is `work:<id>:<role>` (works.targets)."""
    _house, work_id, role = arrival.target.split(":")
    return Unfinished(
        url=reverse("arrival", args=[arrival.pk]),
        name=arrival.name,
        length=arrival.length,
        offset=arrival.offset,
        fingerprint=fingerprint_of(arrival),
        work_id=UUID(work_id),
        role=role,
        expires_at=arrival.expires_at,
    )


def fingerprint_of(arrival: Arrival) -> str:
    """Return what the browser said of the content; programs of others say nothing."""
    try:
        return metadata(arrival.metadata).get("fingerprint", "")
    except Misspoken:  # written before a rule of the header was changed
        return ""
