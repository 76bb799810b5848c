"""What a clock that jumps must not do. Laptops lose their time with their battery, and find it again.

Inside a process time is measured by a clock that never jumps. Rows of several machines can only be
compared by the time of day, so after a jump they are put right here.
"""

import math
import threading
import time
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from kodipest.engines.media.models import Section, Transcode
from kodipest.engines.media.operations.turns import LONGEST

State = Transcode.State
JUMP_SECONDS = 30.0
LONGEST_REST = timedelta(hours=1)  # longer than any rest a failed try is given

_lock = threading.Lock()
_seen: list[float] = []  # the difference of both clocks; when it was last found changed


def has_jumped() -> bool:
    """Say whether the time of day was set a moment ago: since then, not every lease was renewed.

    A computer that slept counts as well: while it did, nobody could renew a lease.
    """
    now = _steady()
    difference = time.time() - now
    with _lock:
        if not _seen:
            _seen[:] = [difference, -math.inf]
        if abs(difference - _seen[0]) > JUMP_SECONDS:
            _seen[:] = [difference, now]
        return bool(now - _seen[1] < settings.MEDIA_LEASE_SECONDS)


def _steady() -> float:
    return time.monotonic()


def mend_times() -> int:
    """Bring back moments that lie further ahead than the program ever sets them; count the rows.

    They were written before the clock was set back. Who is alive renews its lease within seconds;
    the lease of a dead worker ends after its usual time, not hours later.
    """
    now = timezone.now()
    lease = timedelta(seconds=settings.MEDIA_LEASE_SECONDS)
    waiting = Transcode.objects.filter(state=State.WAITING)
    too_long = {"state": State.RUNNING, "lease_until__gt": now + 2 * lease}
    return (
        Transcode.objects.filter(**too_long).update(lease_until=now + lease)
        + Section.objects.filter(**too_long).update(lease_until=now + lease)
        + waiting.filter(not_before__gt=now + LONGEST_REST).update(not_before=now)
        + waiting.filter(turn_at__gt=now + LONGEST).update(turn_at=now + LONGEST)
    )
