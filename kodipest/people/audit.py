"""The chain of audit lines: how a line is digested, appended and checked."""

import hashlib
from collections.abc import Iterator
from datetime import UTC
from typing import Any

import rfc8785
from django.db import models, transaction
from django.utils import timezone

from kodipest.people.models import AuditEntry, AuditHead, Person

ONLY_ROW = 1


def digest_of(entry: AuditEntry) -> str:
    """Return the SHA-256 of the canonical JSON (RFC 8785) of a line without its own digest."""
    line = {
        "id": str(entry.pk),
        "sequence": entry.sequence,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "by": str(entry.by_id) if entry.by_id else None,
        "on_behalf_of": str(entry.on_behalf_of_id) if entry.on_behalf_of_id else None,
        "act": entry.act,
        "thing": entry.thing,
        "thing_id": str(entry.thing_id),
        "facts": entry.facts,
        "previous": entry.previous,
    }
    return hashlib.sha256(rfc8785.dumps(line)).hexdigest()


def record(
    act: str,
    thing: models.Model,
    *,
    by: Person | None,
    on_behalf_of: Person | None = None,
    **facts: Any,
) -> AuditEntry:
    """Append one line inside the caller's transaction.

    The lock on the head puts all audited operations of a site in one order; they are short, and a
    chain without a gap needs exactly that (docs/adr/0007).
    """
    with transaction.atomic():
        head, _created = AuditHead.objects.select_for_update().get_or_create(pk=ONLY_ROW)
        entry = AuditEntry(
            sequence=head.sequence + 1,
            at=timezone.now(),
            by=by,
            on_behalf_of=on_behalf_of,
            act=act,
            thing=thing._meta.label_lower,
            thing_id=thing.pk,
            facts={key: str(value) for key, value in facts.items()},
            previous=head.digest,
        )
        entry.digest = digest_of(entry)
        entry.save(force_insert=True)
        AuditHead.objects.filter(pk=ONLY_ROW).update(sequence=entry.sequence, digest=entry.digest)
    return entry


def audit_faults() -> Iterator[str]:
    """Yield, for an operator, each place where the chain does not hold; nothing when it is whole."""
    sequence, digest = 0, ""
    for entry in AuditEntry.objects.order_by("sequence").iterator(chunk_size=2000):
        sequence += 1
        if entry.sequence != sequence:
            yield f"audit line {sequence}: missing, found {entry.sequence}"
            sequence = entry.sequence
        if entry.previous != digest:
            yield f"audit line {entry.sequence}: previous is {entry.previous or 'empty'}, expected {digest or 'empty'}"
        if entry.digest != (expected := digest_of(entry)):
            yield f"audit line {entry.sequence}: digest is {entry.digest}, expected {expected}"
        digest = entry.digest
    head = AuditHead.objects.filter(pk=ONLY_ROW).first() or AuditHead(sequence=0, digest="")
    if (head.sequence, head.digest) != (sequence, digest):
        found, expected = head.digest or "empty", digest or "empty"
        yield f"audit head: is {head.sequence} {found}, expected {sequence} {expected}"
