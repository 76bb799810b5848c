"""Long films, shared by all workers: a row for each section, a lease for whoever makes it.

The worker that has the film makes sections itself, and splices all of them. Others, when nothing else
waits for them, take sections that nobody has begun. What is made stays when a worker dies, so whoever
has the film next goes on where it was.
"""

import hashlib
import json
import logging
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

from django.conf import settings
from django.db import transaction

from kodipest.engines.media import storage, stores
from kodipest.engines.media.errors import Code, Unusable
from kodipest.engines.media.facts import Probe
from kodipest.engines.media.models import Section, Transcode
from kodipest.engines.media.operations.leases import Interrupted, Lease, LeaseLost, claim
from kodipest.engines.media.operations.requests import plan_of
from kodipest.engines.media.progress import Progress
from kodipest.engines.media.recipes import Recipe
from kodipest.engines.media.sections import Section as Cut
from kodipest.engines.media.sections import sections_of
from kodipest.kernel import failpoints

if TYPE_CHECKING:  # the encoder's side is loaded when there is something to encode
    from kodipest.engines.media.splicing import Task

logger = logging.getLogger(__name__)

State = Section.State
ATTEMPTS_LIMIT = 3
RUNS_LIMIT = 30
LOOK_SECONDS = 1.0
OWN_TROUBLE = frozenset({"no_space", "store_away"})
NOT_MADE: dict[str, Any] = {"folder": "", "progress": 0}


def cuts_of(transcode: Transcode, recipe: Recipe) -> tuple[Cut, ...]:
    """Return the sections to make a film in; none when it is made in one go.

    Short ones are, and what failed in sections: a strange film may still come out whole.
    """
    if transcode.attempts:
        return ()
    probe = Probe.from_dict(transcode.original.probe)
    long, each = settings.ENCODER_LONG_SECONDS, settings.ENCODER_SECTION_SECONDS
    return sections_of(probe, recipe, long=long, each=each)


@transaction.atomic
def lay_out(transcode: Transcode, recipe: Recipe, cuts: Sequence[Cut]) -> None:
    """Let there be a row for each section, and none of another recipe; keep what is made already.

    What failed the last time, for want of space perhaps, is tried anew.
    """
    failed = transcode.sections.filter(state=State.FAILED)
    failed.update(state=State.WAITING, attempts=0)
    wanted = {_name_of(transcode, recipe, cut): cut.number for cut in cuts}
    transcode.sections.exclude(fingerprint__in=wanted).delete()
    known = set(transcode.sections.values_list("fingerprint", flat=True))
    Section.objects.bulk_create(
        Section(transcode=transcode, number=number, fingerprint=name)
        for name, number in wanted.items()
        if name not in known
    )


def _name_of(transcode: Transcode, recipe: Recipe, cut: Cut) -> str:
    told = [transcode.fingerprint, repr(recipe), [str(one) for one in astuple(cut)]]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


def claim_section(
    *, worker: str, transcode: Transcode | None = None, **film: Any
) -> Section | None:
    """Give the earliest section that waits to `worker`: of `transcode`, or of any that is at work.

    `film` narrows down which, by fields of its transcode. None when there is none.
    """
    waiting = Section.objects.filter(state=State.WAITING, **film)
    if transcode:
        waiting = waiting.filter(transcode=transcode)
    else:
        waiting = waiting.filter(transcode__state=Transcode.State.RUNNING)
    order = waiting.select_related("transcode__original").order_by(
        "transcode__turn_at", "transcode", "number"
    )
    while candidate := order.first():
        # Named by the row: that of a film which was called off may still be left from then.
        if claim(candidate, worker, folder=f"{candidate.pk.hex}-{candidate.runs + 1}"):
            return candidate
    return None


def return_section(row: Section) -> int:
    """Let another worker take the section of one that is dead; 0 when it was only slow.

    One on which worker after worker dies fails, and its film with it.
    """
    same = Section.objects.filter(
        pk=row.pk, state=State.RUNNING, lease_by=row.lease_by, lease_until=row.lease_until
    )
    released = NOT_MADE | {"lease_by": "", "lease_until": None}
    if row.runs < RUNS_LIMIT:
        return same.update(**released, state=State.WAITING)
    said = f"section {row.number}: {row.runs} workers died on it"
    return same.update(**released, state=State.FAILED, error_code="interrupted", error_detail=said)


class Held:
    """A section that this process makes: its lease, its folder, and how it ends."""

    def __init__(self, row: Section, stopping: threading.Event) -> None:
        self.row = row
        self.folder = storage.rendition_path(row.folder)
        self._lease = Lease(row, stopping=stopping)
        self._lease.__enter__()

    def open(self) -> None:
        """Make the folder."""
        storage.renditions()
        self.folder.mkdir()

    def keep(self, fraction: float) -> None:
        """Keep the lease. Raises LeaseLost and Interrupted."""
        self._lease.keep(Progress(fraction, first_playable=False, seconds_left=None, speed=0.0))

    def hear(self, _bytes: int = 0) -> None:
        """Keep the lease while nothing is encoded. Raises LeaseLost."""
        self._lease.hear()

    def hear_or_stop(self, _bytes: int = 0) -> None:
        """Keep the lease while its source comes. Raises LeaseLost and Interrupted."""
        self._lease.hear_or_stop()

    def finish(self, on_bytes: stores.OnBytes | None = None) -> None:
        """Let everybody have it."""
        stores.chosen().keep(self.row.folder, self.folder, on_bytes or self.hear)
        failpoints.reach("before_section_is_told")
        self._lease.settle(state=State.DONE, progress=1, error_code="", error_detail="")

    def fail(self, error: Unusable) -> bool:
        """Let it be tried anew; return whether there is any hope."""
        attempts = self.row.attempts + 1
        has_hope = attempts < ATTEMPTS_LIMIT and error.code in {"encoder_failed", "stalled"}
        logger.warning("section %s of %s: %s", self.row.number, self.row.transcode_id, error.detail)
        self._lease.settle(
            **NOT_MADE,
            state=State.WAITING if has_hope else State.FAILED,
            attempts=attempts,
            error_code=error.code,
            error_detail=error.detail[:4000],
        )
        _remove(self.row.folder)
        return has_hope

    def put_back(self) -> None:
        """Let somebody else have it: this process has to go, or has lost it."""
        with suppress(LeaseLost):
            self._lease.settle(**NOT_MADE, state=State.WAITING)
        _remove(self.row.folder)


class Sharing:
    """The crew of a film that this process has: all sections, as the rows tell of them."""

    def __init__(
        self,
        transcode: Transcode,
        recipe: Recipe,
        cuts: tuple[Cut, ...],
        stopping: threading.Event,
        on_bytes: stores.OnBytes | None = None,
    ) -> None:
        self.sections = cuts
        self._film = transcode
        self._seconds = float(transcode.original.probe.get("duration_seconds") or 0)
        self._stopping = stopping
        self._on_bytes = on_bytes
        self._held: Held | None = None
        self._rows: dict[int, Section] = {}
        self._looked_at = 0.0
        self._at_hand = ExitStack()
        self._folders: dict[int, Path] = {}
        lay_out(transcode, recipe, cuts)
        self._forget_lost()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._at_hand.close()
        if self._held:
            self._held.put_back()

    def take(self) -> "Task | None":
        from kodipest.engines.media.splicing import Task

        row = claim_section(worker=self._film.lease_by, transcode=self._film)
        if row is None:
            return None
        self._held = Held(row, self._stopping)
        self._held.open()
        return Task(self.sections[row.number], self._held.folder)

    def keep(self, _task: "Task", fraction: float) -> None:
        assert self._held is not None  # noqa: S101 - it was taken
        self._held.keep(fraction)

    def finish(self, _task: "Task") -> None:
        assert self._held is not None  # noqa: S101 - it was taken
        self._held.finish(self._hear)
        self._folders[self._held.row.number] = self._held.folder
        self._held, self._looked_at = None, 0.0

    def fail(self, _task: "Task", error: Unusable) -> None:
        assert self._held is not None  # noqa: S101 - it was taken
        held, self._held = self._held, None
        if not held.fail(error):
            raise error

    def made(self, section: Cut) -> Path | None:
        if folder := self._folders.get(section.number):
            return folder
        row = self._look().get(section.number)
        if row and row.state == State.FAILED:
            raise Unusable(cast("Code", row.error_code), row.error_detail)
        if row is None or row.state != State.DONE:
            return None
        if self._stopping.is_set():  # there may be many to bring
            raise Interrupted
        folder = self._at_hand.enter_context(stores.chosen().folder(row.folder, self._hear))
        self._folders[section.number] = folder
        return folder

    def _hear(self, count: int) -> None:
        """Keep the leases of the film, and of the section at work, while sections come and go."""
        if self._on_bytes:
            self._on_bytes(count)
        if self._held:
            self._held.hear(count)

    def done_seconds(self) -> float:
        rows = self._look()
        return sum(
            rows[one.number].progress * one.seconds_of(self._seconds)
            for one in self.sections
            if one.number in rows
        )

    def rest(self) -> None:
        if self._stopping.wait(LOOK_SECONDS):
            raise Interrupted

    def _look(self) -> dict[int, Section]:
        """Return the rows, as they were a moment ago."""
        if time.monotonic() - self._looked_at > LOOK_SECONDS:
            self._rows = {row.number: row for row in self._film.sections.all()}
            self._looked_at = time.monotonic()
        return self._rows

    def _forget_lost(self) -> None:
        """Have anew what is made, but not there any more: a copy of the site brings no renditions back."""
        from kodipest.engines.media.splicing import RECORD

        for row in self._film.sections.filter(state=State.DONE):
            if not stores.chosen().text(row.folder, RECORD):
                Section.objects.filter(pk=row.pk, runs=row.runs).update(
                    **NOT_MADE, state=State.WAITING
                )


def help_out(row: Section, *, stopping: threading.Event) -> bool:
    """Make a section of a film that another worker has; False when this one should not for a while.

    Whatever happens, the row has a next state: done, waiting for somebody else, or failed. That the
    helper has no room or cannot fetch the film is no fault of the film.
    """
    held = Held(row, stopping)
    try:
        is_made = _make(row, held)
    except Unusable as error:
        if error.code in OWN_TROUBLE:
            logger.warning("cannot help with %s: %s", row.transcode_id, error.detail)
            held.put_back()
            return False
        held.fail(error)
    except (Interrupted, LeaseLost):
        held.put_back()
    except BaseException:
        held.put_back()
        raise
    else:
        if not is_made:
            held.put_back()
        return is_made
    return True


def _make(row: Section, held: Held) -> bool:
    from kodipest.engines.media.checks.examine import taps_for
    from kodipest.engines.media.splicing import Making

    original = row.transcode.original
    probe = Probe.from_dict(original.probe)
    plan = plan_of(original, row.transcode.max_fps)
    recipe = next((one for one in plan if one.part == row.transcode.part), None)
    cut = _cut_of(row, recipe) if recipe else None
    if recipe is None or cut is None:
        return False  # another version of this program has the film
    length = cut.seconds_of(probe.duration_seconds)
    held.open()
    store = stores.chosen()
    with store.original(original.sha256, original.size_bytes, held.hear_or_stop) as source:
        making = Making(
            source.resolve(strict=True), held.folder, probe, recipe, cut, taps_for(probe)
        )
        making.run(
            settings.ENCODER_THREADS or None,
            lambda seconds: held.keep(min(seconds / length, 0.99)),
        )
    held.finish()
    return True


def _cut_of(row: Section, recipe: Recipe) -> Cut | None:
    """Return where the section of a row is cut; None when its film is cut elsewhere."""
    for cut in cuts_of(row.transcode, recipe):
        if _name_of(row.transcode, recipe, cut) == row.fingerprint:
            return cut
    return None


def part_ways(transcode: Transcode) -> None:
    """Remove the sections of a film that needs them no more: it is done, failed, or made in one go."""
    folders = list(transcode.sections.exclude(folder="").values_list("folder", flat=True))
    transcode.sections.all().delete()
    for folder in folders:
        _remove(folder)


def remove_orphans() -> int:
    """Remove what a worker left that died after its film was done; return how many rows."""
    at_work = [Transcode.State.WAITING, Transcode.State.RUNNING]
    return Section.objects.exclude(transcode__state__in=at_work).delete()[0]


def _remove(folder: str) -> None:
    try:
        stores.chosen().remove(folder)
    except Unusable as unusable:  # a store that is away: its sweep comes by later
        logger.warning("section %s was not removed: %s", folder, unusable)
