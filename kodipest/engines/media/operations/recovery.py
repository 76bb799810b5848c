"""After a restore: renditions are not in a copy, so what is lost is made again."""

from django.utils import timezone

from kodipest.engines.media.models import Transcode
from kodipest.engines.media.operations.transcodes import BACK_TO_WAITING
from kodipest.engines.media.queries import broken_transcodes


def make_lost_renditions_again() -> int:
    """Put each transcode whose files are gone back in the queue; return how many.

    The next sweep rings for them. Running it twice, or beside a worker, changes nothing more.
    """
    returned = 0
    for broken in list(broken_transcodes()):
        returned += Transcode.objects.filter(pk=broken.row.pk, state=Transcode.State.DONE).update(
            **BACK_TO_WAITING,
            manifest=None,
            finished_at=None,
            cpu_seconds=None,
            not_before=timezone.now(),
        )
    return returned
