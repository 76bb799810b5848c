"""After a restore: renditions are not in a copy, so what is lost is made again."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from kodipest.engines.media.models import Transcode
from kodipest.engines.media.operations.requests import BACK_TO_WAITING
from kodipest.engines.media.queries import broken_transcodes


def make_lost_renditions_again() -> int:
    """Put each base whose files are gone back in the queue; return how many.

    Its additions are asked for anew when it is done. Running it twice, or beside a worker, changes
    nothing more.
    """
    return sum(_make_again(broken.row.pk) for broken in list(broken_transcodes()))


@transaction.atomic
def _make_again(key: UUID) -> int:
    done = Transcode.objects.filter(pk=key, state=Transcode.State.DONE)
    returned = done.update(
        **BACK_TO_WAITING,
        manifest=None,
        finished_at=None,
        cpu_seconds=None,
        not_before=timezone.now(),
    )
    if returned:
        Transcode.objects.filter(base=key).delete()
    return returned
