"""Letting go of what nobody needs: uploads that rested too long, originals that nothing refers to.

Only rows are decided upon here. Bytes whose row is gone are found by the walks of `sweeping`, which
know how to meet somebody who brings the same bytes at that very moment.
"""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from kodipest.engines.media import storage
from kodipest.engines.media.models import Arrival, Original, Transcode

logger = logging.getLogger(__name__)
AT_ONCE = 200
ABANDONED = timedelta(hours=1)  # after this a writer that fell silent is not waited for
Relation = models.ManyToOneRel | models.ManyToManyRel | models.OneToOneRel


def remove_expired_arrivals() -> int:
    """Let go of uploads that rested too long, and of the room reserved for them; return how many.

    Their bytes go with them. A part that comes in at this moment has made its upload young before.
    """
    removed = 0
    for arrival in Arrival.objects.filter(original=None, expires_at__lte=timezone.now())[:AT_ONCE]:
        still = Arrival.objects.filter(pk=arrival.pk, original=None, expires_at__lte=timezone.now())
        if still.delete()[0]:
            arrival.path.unlink(missing_ok=True)
            removed += 1
    return removed


def free_abandoned_arrivals() -> int:
    """End the turn of writers that died, and whose sender did not come back to put them out."""
    silent = Arrival.objects.filter(writer_until__lt=timezone.now() - ABANDONED)
    return silent.update(writer="", writer_until=None)


def has_no_arrival(name: str) -> bool:
    """Say whether a file in `incoming/` belongs to no upload that is still on its way."""
    try:
        arrival_id = UUID(name.removesuffix(storage.ARRIVAL))
    except ValueError:
        return True
    return not Arrival.objects.filter(pk=arrival_id, original=None).exists()


def forget_unused_originals() -> int:
    """Forget originals, with what was made of them, that nobody has referred to for a while.

    What a refused, replaced or removed file leaves behind. Anything outside this engine that refers
    to an original or to one of its transcodes keeps it; so does an upload whose owner may still put
    it where it belongs, and a worker that is busy with it. Return how many.
    """
    keys = list(_unused().order_by("brought_at").values_list("pk", flat=True)[:AT_ONCE])
    return sum(_forget(key) for key in keys)


def _unused() -> QuerySet[Original]:
    cutoff = timezone.now() - timedelta(seconds=settings.MEDIA_UNUSED_SECONDS)
    waiting = Arrival.objects.filter(original=OuterRef("pk"), settled_at=None)
    busy = Transcode.objects.filter(original=OuterRef("pk"), state=Transcode.State.RUNNING)
    return Original.objects.filter(
        ~Exists(waiting.filter(expires_at__gt=timezone.now())),
        ~Exists(busy),
        *(~Exists(rows) for rows in _references()),
        brought_at__lt=cutoff,
    )


def _references() -> Iterator[QuerySet[Any]]:
    """Yield, per place outside this engine, the rows that refer to the original of a query."""
    for relation in _relations(Original, own=False):
        yield _rows(relation).filter(**{relation.field.name: OuterRef("pk")})
    for relation in _relations(Transcode, own=False):
        yield _rows(relation).filter(**{f"{relation.field.name}__original": OuterRef("pk")})


def _relations(model: type[models.Model], *, own: bool) -> Iterator[Relation]:
    """Yield what refers to `model` from tables of this engine, or from all others.

    Hidden ones (`related_name="+"`) too, which `related_objects` leaves out.
    """
    for field in model._meta.get_fields(include_hidden=True):
        if isinstance(field, Relation):
            is_own = field.related_model._meta.app_label == model._meta.app_label
            if is_own == own and not field.related_model._meta.auto_created:
                yield field


def _rows(relation: Relation) -> QuerySet[Any]:
    return relation.related_model._meta.base_manager.all()


@transaction.atomic
def _forget_row(key: UUID) -> str:
    """Delete one original and all that this engine says of it; return its hash, or nothing.

    It is looked at again with its row held: who brings the same bytes now waits, then finds no row
    and takes them for new ones.
    """
    held = Original.objects.select_for_update().filter(pk=key).first()
    if held is None or not _unused().filter(pk=key).exists():
        return ""
    _delete_with_own(Original.objects.filter(pk=key))
    return held.sha256


def _forget(key: UUID) -> int:
    try:
        sha256 = _forget_row(key)
    except (IntegrityError, models.ProtectedError):  # somebody referred to it in the meantime
        return 0
    if sha256:
        logger.info("nothing refers to %s any more: forgotten", sha256)
    return int(bool(sha256))


def _delete_with_own(rows: QuerySet[Any]) -> None:
    """Delete rows after the rows of this engine that refer to them."""
    for relation in _relations(rows.model, own=True):
        if relation.related_model is not rows.model and relation.one_to_many:
            _delete_with_own(_rows(relation).filter(**{f"{relation.field.name}__in": rows}))
    rows.delete()
