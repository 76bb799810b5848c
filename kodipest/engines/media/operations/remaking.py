"""Making files anew by today's recipe, while what was made before goes on being used.

A newer recipe does nothing by itself: somebody asks for it. The new set is a row of its own that
`replaces` the old one. When it is done, whoever points to the old row points to the new one, and the
old one is let go of a day later, when nobody can be in the middle of it any more.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import ProtectedError, QuerySet
from django.utils import timezone

from kodipest.engines.media.models import Original, Transcode
from kodipest.engines.media.operations.requests import (
    add_row,
    name_of_base,
    plan_of,
    ring_after_commit,
)
from kodipest.engines.media.queries import newest_transcode, wishes_of_base
from kodipest.engines.media.recipes import FAST_FPS, MAX_FPS

logger = logging.getLogger(__name__)

State = Transcode.State


def request_remakes(
    *, kinds: Iterable[str] = Original.Kind.values, limit: int | None = None
) -> int:
    """Ask for everything of these kinds that was made by an older recipe; return how much there is.

    Last of all that waits; documents first of all, for they are quick and older ones were copied
    with what they tell about their makers. Asking twice is asking once.
    """
    found = 0
    for original, max_fps in _made_by_older_recipes(kinds):
        if limit is not None and found >= limit:
            break
        found += request_remake(original=original, max_fps=max_fps) is not None
    return found


def _made_by_older_recipes(kinds: Iterable[str]) -> Iterator[tuple[Original, int]]:
    rows = Original.objects.filter(kind__in=list(kinds), transcodes__state=State.DONE)
    for original in rows.distinct().iterator(chunk_size=200):
        yield original, MAX_FPS
        if original.has_fast_motion:
            yield original, FAST_FPS


@transaction.atomic
def request_remake(*, original: Original, max_fps: int = MAX_FPS) -> Transcode | None:
    """Ask for `original` by today's recipe; None when what there is was made by it, or is on its way."""
    old = newest_transcode(original, max_fps)
    base, *_additions = plan_of(original, max_fps)
    name = name_of_base(original, base, max_fps)
    if old is None or not old.is_done or old.fingerprint == name:
        return None
    row, created = add_row(
        original,
        base,
        name,
        replaces=old,
        is_remake=original.kind != Original.Kind.DOCUMENT,
        wishes=wishes_of_base(max_fps),
    )
    if not created:
        return None
    ring_after_commit()
    return row


def remade() -> QuerySet[Transcode]:
    """Return what is done and takes the place of an older set that is still kept."""
    return Transcode.objects.filter(state=State.DONE, replaces__isnull=False)


def let_go_of_replaced() -> int:
    """Forget old sets whose successor has been in use for a day; a later sweep removes their files.

    One that somebody still points to stays.
    """
    grace = timedelta(seconds=settings.MEDIA_REPLACED_SECONDS)
    gone = 0
    for new in remade().filter(finished_at__lte=timezone.now() - grace).select_related("replaces"):
        old = new.replaces
        try:
            if old is not None:
                old.delete()
                gone += 1
        except ProtectedError:
            logger.info("%s is still in use", old)
    return gone
