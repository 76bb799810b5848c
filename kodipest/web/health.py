"""How the site is: what `/healthz` answers, and how long the worker has been silent."""

import os
import shutil
from time import monotonic
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, transaction
from django.db.models import F

from kodipest.engines.media.queries import last_beat

DISK_FLOOR_BYTES = 512 * 2**20
SILENCE_SECONDS = 90
FRESH_SECONDS = 2  # probes of any number cost one write in two seconds

_last: tuple[float, dict[str, Any]] | None = None


def health() -> dict[str, Any]:
    """Return the state of the site; `ok` is False when it could not keep what people give it.

    A silent worker makes films wait and is told, but loses nothing: `ok` stays True.
    """
    global _last  # noqa: PLW0603 - one small memory per process
    if _last and monotonic() - _last[0] < FRESH_SECONDS:
        return _last[1]
    database, free = _database(), _free_bytes()
    answer = {
        "ok": database == "ok" and free > DISK_FLOOR_BYTES,
        "version": settings.VERSION,
        "database": database,
        "worker": _worker(),
        "disk_free_bytes": free,
    }
    _last = (monotonic(), answer)
    return answer


def _database() -> str:
    """Write a row as it is and read it again: a full disk or a lost mount answers here."""
    try:
        with transaction.atomic():
            row = ContentType.objects.order_by("pk").first()
            if row is None:
                return "empty"
            ContentType.objects.filter(pk=row.pk).update(model=F("model"))
    except DatabaseError as error:
        return type(error).__name__
    return "ok"


def _worker() -> dict[str, Any]:
    beat = last_beat()
    if beat is None:
        return {"state": "absent"}
    silent = int(beat.age_seconds)
    state = "silent" if silent > SILENCE_SECONDS else "busy" if beat.is_busy else "idle"
    return {"state": state, "seen_seconds_ago": max(silent, 0)}


def _free_bytes() -> int:
    return shutil.disk_usage(os.fspath(settings.HOME)).free
