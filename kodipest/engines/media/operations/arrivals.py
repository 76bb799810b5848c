"""Taking a file in part by part, over any number of lines that break (tus 1.0.0 in its core).

What is promised: bytes that were acknowledged (the answer to a part, or an offset that was told)
are on the disk and counted; no kill and no power cut takes them back. What came and was not yet
acknowledged may be lost, and never counts.
"""

import contextlib
import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.template.defaultfilters import filesizeformat
from django.utils import timezone

from kodipest.engines.media import identity, messages, quotas, storage, targets
from kodipest.engines.media.gathering import Gathering, Pace, Read
from kodipest.engines.media.models import Arrival
from kodipest.engines.media.tus import Checksum
from kodipest.engines.media.uploads import full_disk_refused
from kodipest.kernel import failpoints

# A sender that brought nothing for so long may be put out by another line of the same person.
SILENCE: Final = timedelta(seconds=15)
COUNT_BYTES: Final = 16 * 2**20
COUNT_SECONDS: Final = 2.0
PATIENCE_SECONDS: Final = 2.0
UNFINISHED_MOST: Final = 300  # a comic has up to 200 pages


@dataclass
class Part:
    """The body of one request: `length` bytes that belong at `offset`.

    `read` gives up to so many of them, none when the line was cut. With a `checksum` the part
    counts whole or not at all.
    """

    offset: int
    length: int
    read: Read
    checksum: Checksum | None = None


def begin_arrival(
    *, by: Any, length: int, name: str, target: str = "", metadata: str = ""
) -> Arrival:
    """Reserve room for a file of `length` bytes before its first byte comes.

    Raises PermissionDenied, what the house says about `target` (targets.group_of), and Refusal
    `empty`, `too_big`, `no_space`, `too_many_arrivals`, `quota_person`, `quota_group`.
    """
    if not (by.is_authenticated and by.is_active):
        raise PermissionDenied
    group = targets.group_of(by, target)
    if length == 0:
        raise messages.refusal("empty")
    if length > settings.UPLOAD_MAX_BYTES:
        raise messages.refusal("too_big", limit=filesizeformat(settings.UPLOAD_MAX_BYTES))
    _require_disk(length)
    with transaction.atomic():
        quotas.require_room(by, group, length)
        unfinished = Arrival.objects.filter(
            owner=by, settled_at=None, expires_at__gt=timezone.now()
        )
        if unfinished.count() >= UNFINISHED_MOST:
            raise messages.refusal("too_many_arrivals", limit=UNFINISHED_MOST)
        return Arrival.objects.create(
            owner=by,
            length=length,
            name=storage.clean_name(name),
            target=target,
            quota_group=group,
            metadata=metadata,
            expires_at=_expiry(),
        )


def _expiry() -> datetime:
    return timezone.now() + timedelta(seconds=settings.UPLOAD_EXPIRES_SECONDS)


def _require_disk(length: int) -> None:
    if storage.free_bytes() < length + settings.MEDIA_RESERVE_BYTES:
        raise messages.refusal("no_space")


def find_arrival(*, arrival_id: UUID, by: Any) -> Arrival:
    """Return an upload of `by`. Raises Refusal `arrival_unknown`, `arrival_expired`."""
    arrival = Arrival.objects.filter(pk=arrival_id, owner=by).first()
    if arrival is None:
        raise messages.refusal("arrival_unknown")
    if not arrival.is_adopted and arrival.expires_at <= timezone.now():
        raise messages.refusal("arrival_expired")
    return arrival


def told_offset(*, arrival: Arrival) -> int:
    """Return from which byte on `arrival` goes on.

    A line that was just cut still hands its last bytes over: its writer is given a moment to count
    them, so that they need not come twice. A writer that is well at work is not waited for.
    """
    end = time.monotonic() + PATIENCE_SECONDS
    while arrival.writer and not _may_be_put_out(arrival) and time.monotonic() < end:
        time.sleep(0.05)
        before = arrival.offset
        arrival.refresh_from_db()
        if arrival.writer and arrival.offset != before:
            break
    if arrival.is_adopted:
        return arrival.length
    with contextlib.suppress(FileNotFoundError):
        return min(arrival.offset, arrival.path.stat().st_size)
    return 0


def _may_be_put_out(arrival: Arrival) -> bool:
    process, _tilde, _request = arrival.writer.partition("~")
    is_silent = arrival.writer_until is not None and arrival.writer_until < timezone.now()
    return is_silent or identity.is_surely_gone(process)


def take_part(*, arrival: Arrival, part: Part) -> int:
    """Take the next bytes; return up to where they count. Less than all came: the line was cut.

    Raises Refusal `arrival_unknown`, `arrival_expired`, `arrival_busy`, `offset_differs`,
    `more_than_declared`, `no_space`, `checksum_differs`. Whatever happens, what counted before
    counts on.
    """
    if part.offset + part.length > arrival.length:
        raise messages.refusal("more_than_declared")
    if arrival.is_adopted:
        if part.offset == arrival.length:
            return arrival.length
        raise messages.refusal("offset_differs")
    _require_disk(part.length)
    turn = _Turn(arrival, part.offset)
    try:
        with full_disk_refused(), Gathering(arrival.path) as file:
            return _Taking(turn, file, part).run()
    finally:
        turn.end()


class _Turn:
    """The right to write into an arrival; the row names the one request that has it."""

    def __init__(self, arrival: Arrival, offset: int) -> None:
        self.offset = offset
        self.counted_at = time.monotonic()
        name = f"{identity.of_this_process()}~{secrets.token_hex(8)}"
        self._mine = Arrival.objects.filter(pk=arrival.pk, writer=name)
        self._take(arrival, name)

    def _take(self, arrival: Arrival, name: str) -> None:
        """Become the writer unless somebody else is, at exactly the offset that counts."""
        now = timezone.now()
        there = Arrival.objects.filter(pk=arrival.pk, original=None, expires_at__gt=now)
        free = Q(writer="") | Q(writer_until__lt=now)
        arrival = there.first() or arrival
        if arrival.writer and _may_be_put_out(arrival):
            free |= Q(writer=arrival.writer)
        taken = there.filter(free, offset=self.offset).update(
            writer=name, writer_until=now + SILENCE, touched_at=now, expires_at=_expiry()
        )
        if taken:
            return
        found = find_arrival(arrival_id=arrival.pk, by=arrival.owner_id)
        raise messages.refusal("arrival_busy" if found.offset == self.offset else "offset_differs")

    def is_mine(self) -> bool:
        """Say whether nobody has put this request out."""
        return self._mine.exists()

    def is_due(self, offset: int) -> bool:
        """Say whether it is time to count, or to give a sign of life."""
        waited = time.monotonic() - self.counted_at
        return offset - self.offset >= COUNT_BYTES or waited >= COUNT_SECONDS

    def count(self, offset: int) -> None:
        """Acknowledge all bytes before `offset`; they are on the disk. Raises `arrival_busy`."""
        now = timezone.now()
        row = {"offset": offset, "writer_until": now + SILENCE, "touched_at": now}
        if not self._mine.update(**row, expires_at=_expiry()):
            raise messages.refusal("arrival_busy")
        self.offset, self.counted_at = offset, time.monotonic()

    def end(self) -> None:
        """Let the next one write."""
        self._mine.update(writer="", writer_until=None)


class _Taking:
    """One part on its way from the line into the file."""

    def __init__(self, turn: _Turn, file: Gathering, part: Part) -> None:
        self.turn, self.file, self.part = turn, file, part
        self.at = part.offset

    def run(self) -> int:
        """Take the part; return up to where the upload counts now."""
        self._make_even()
        try:
            self._gather()
        except OSError:  # the disk takes no more: what it took before counts
            with contextlib.suppress(OSError):
                self._count_all()
            raise
        self._count_all()
        self._require_sum()
        return self.turn.offset

    def _make_even(self) -> None:
        """Bring file and row to one length: the file is longer after a kill, shorter after a fault."""
        with self.file.alone():
            if not self.turn.is_mine():
                raise messages.refusal("arrival_busy")
            if self.file.size >= self.at:
                return self.file.cut(self.at)
            self.turn.count(self.file.size)
        raise messages.refusal("offset_differs")

    def _gather(self) -> None:
        pace, end = Pace(self.part.read), self.part.offset + self.part.length
        while self.at < end and (block := pace.block(end - self.at)):
            with self.file.alone():
                if not self.turn.is_mine():
                    raise messages.refusal("arrival_busy")
                self.file.write(block, self.at)
            self.at += len(block)
            if self.part.checksum:
                self.part.checksum.update(block)
            if self.turn.is_due(self.at):
                self._count_so_far()

    def _count_so_far(self) -> None:
        """Count what came; of a part with a checksum nothing is sure yet, but its sender lives."""
        if self.part.checksum:
            return self.turn.count(self.turn.offset)
        return self._count()

    def _count_all(self) -> None:
        is_whole = self.at == self.part.offset + self.part.length
        if self.part.checksum and not (is_whole and self.part.checksum.holds()):
            return
        if self.at != self.turn.offset:
            self._count()

    def _count(self) -> None:
        self.file.sync()
        failpoints.reach("part_on_disk")
        self.turn.count(self.at)

    def _require_sum(self) -> None:
        is_whole = self.at == self.part.offset + self.part.length
        if self.part.checksum and is_whole and not self.part.checksum.holds():
            with self.file.alone():
                if self.turn.is_mine():
                    self.file.cut(self.turn.offset)
            raise messages.refusal("checksum_differs")


def remove_arrival(*, arrival: Arrival) -> None:
    """Let go of an upload, of its bytes and of the room reserved for it; twice is as good as once.

    Raises Refusal `arrival_taken` when it was put where it belongs.
    """
    if not Arrival.objects.filter(pk=arrival.pk, settled_at=None).delete()[0]:
        if Arrival.objects.filter(pk=arrival.pk).exists():
            raise messages.refusal("arrival_taken")
        return
    arrival.path.unlink(missing_ok=True)


def settle_arrival(*, arrival: Arrival) -> bool:
    """Note that an adopted upload was put where it belongs; True for the first who says so.

    Inside the transaction that puts it there, so that both happen or none.
    """
    rows = Arrival.objects.filter(pk=arrival.pk, settled_at=None, original__isnull=False)
    return rows.update(settled_at=timezone.now()) == 1
