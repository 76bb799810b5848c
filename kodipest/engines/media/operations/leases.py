"""The hold of one worker on one row, renewed while the encoder is at work."""

import logging
import math
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import (
    DatabaseError,
    OperationalError,
    close_old_connections,
    connections,
    transaction,
)
from django.db.models import QuerySet
from django.utils import timezone

from kodipest.engines.media.models import Section, Transcode

if TYPE_CHECKING:  # the encoder's side is loaded when there is something to encode
    from kodipest.engines.media.progress import Progress

logger = logging.getLogger(__name__)

PROGRESS_EVERY_SECONDS = 1.0
RENEWALS_PER_LEASE = 4
# An encoder, or a line to the bucket, of which nothing is heard for so long hangs: its lease is let
# go, somebody else tries.
SILENCE_SECONDS = 900.0
RESTS_SECONDS = (1.0, 2.0, 4.0, 8.0)


class LeaseLost(Exception):
    """Somebody else has the row now, or had it in between: what was made so far does not count."""


class Interrupted(Exception):
    """This process was asked to stop."""


class Lease:
    """Renews a claimed row, a film or a section of one, in a thread of its own, also while ffmpeg is silent.

    The thread is the reason why a film of ten hours keeps its lease through a minute without
    progress; the encoder learns of a lost lease at its next report, in `keep`, and whoever talks to
    the bucket in `hear`.
    """

    def __init__(self, row: Transcode | Section, *, stopping: threading.Event) -> None:
        self._mine: QuerySet[Any] = type(row)._meta.base_manager.filter(
            pk=row.pk, state=row.State.RUNNING, lease_by=row.lease_by, runs=row.runs
        )
        self._is_film = isinstance(row, Transcode)
        self._stopping = stopping
        self._ended = threading.Event()
        self._lost = threading.Event()
        self._heard_at = self._renewed_at = time.monotonic()
        self._written_at = 0.0
        self._was_playable = False
        self._thread = threading.Thread(target=self._renew_until_ended, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()

    def end(self) -> None:
        """Stop renewing; the row may be given another state afterwards."""
        self._ended.set()
        self._thread.join()

    def hear(self, _bytes: int = 0) -> None:
        """Take a sign of life, from any thread; writes nothing. Raises LeaseLost.

        For what is finished and on its way to where it is kept: a stop lets it arrive.
        """
        self._heard_at = time.monotonic()
        if self._lost.is_set():
            raise LeaseLost

    def hear_or_stop(self, _bytes: int = 0) -> None:
        """Take a sign of life of what may as well be done later. Raises Interrupted, too."""
        if self._stopping.is_set():
            raise Interrupted
        self.hear()

    def keep(self, progress: "Progress") -> None:
        """Write progress down, at most once a second. Raises to stop the encoder."""
        self.hear_or_stop()
        now = time.monotonic()
        newly_playable = progress.first_playable and not self._was_playable
        if now - self._written_at < PROGRESS_EVERY_SECONDS and not newly_playable:
            return
        fields: dict[str, Any] = {"progress": min(max(progress.fraction, 0.0), 1.0)}
        if self._is_film:  # nobody watches a section
            left = progress.seconds_left
            is_known = left is not None and not math.isinf(left)
            fields["seconds_left"] = max(0, round(left or 0)) if is_known else None
        if newly_playable:
            fields["first_playable_at"] = timezone.now()
        if self._renew(**fields):
            self._written_at = now
            self._was_playable |= newly_playable

    def settle(self, *, also: Callable[[], None] | None = None, **fields: Any) -> None:
        """Give the row its next state, if it is still ours. Raises LeaseLost.

        `also` writes what belongs to it into the same transaction. A database that is away for a
        moment is waited for: hours of work may hang on this line.
        """
        self.end()
        if not _patiently(partial(self._settle_once, also, fields)):
            raise LeaseLost

    @transaction.atomic
    def _settle_once(self, also: Callable[[], None] | None, fields: dict[str, Any]) -> int:
        updated = self._mine.update(lease_by="", lease_until=None, **fields)
        if updated and also:
            also()
        return updated

    def _renew(self, **fields: Any) -> bool:
        """Write `fields` and a new end; False when the database is away, as it may be for a while.

        Raises LeaseLost when the row is somebody else's, or may be, because the lease has run out.
        """
        try:
            is_ours = self._mine.update(lease_until=_next_end(), **fields)
        except DatabaseError as error:
            logger.warning("a lease could not be renewed: %s", error)
            close_old_connections()
            if time.monotonic() - self._renewed_at <= settings.MEDIA_LEASE_SECONDS:
                return False
            is_ours = 0
        if not is_ours:
            self._lost.set()
            raise LeaseLost
        self._renewed_at = time.monotonic()
        return True

    def _renew_until_ended(self) -> None:
        period = settings.MEDIA_LEASE_SECONDS / RENEWALS_PER_LEASE
        try:
            while not self._ended.wait(period) and not self._lost.is_set():
                self._renew_or_give_up()
        finally:
            connections.close_all()  # of this thread only

    def _renew_or_give_up(self) -> None:
        if time.monotonic() - self._heard_at > SILENCE_SECONDS:
            logger.error("nothing was heard for %s s, the lease is let go", SILENCE_SECONDS)
            self._lost.set()
            return
        try:
            self._renew()
        except LeaseLost:
            logger.warning("a lease was lost: this process was away for longer than it lasts")


def _patiently(update: Callable[[], int]) -> int:
    for rest in RESTS_SECONDS:
        try:
            return update()
        except OperationalError as error:
            logger.warning("a result could not be written yet: %s", error)
            close_old_connections()
            time.sleep(rest)
    return update()


def claim(row: Transcode | Section, worker: str, **also: Any) -> bool:
    """Give a waiting row to `worker`, and write `also`; False when another one was first.

    The folder of the attempt is named here, so it belongs to a row from its first file on.
    """
    run = row.runs + 1
    fields: dict[str, Any] = {
        "state": row.State.RUNNING,
        "runs": run,
        "folder": f"{row.fingerprint}-{run}",
        "lease_by": worker,
        "lease_until": _next_end(),
        **also,
    }
    rows = type(row)._meta.base_manager
    if not rows.filter(pk=row.pk, state=row.State.WAITING, runs=row.runs).update(**fields):
        return False
    for name, value in fields.items():
        setattr(row, name, value)
    return True


def _next_end() -> datetime:
    """Return until when a lease taken or renewed now lasts."""
    lasts = timedelta(seconds=settings.MEDIA_LEASE_SECONDS)
    return timezone.now() + lasts
