"""A transcode from claim to result. Every change of state is one conditional UPDATE."""

import logging
import os
import threading
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import timedelta
from enum import Enum
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from kodipest.engines.media import identity, storage, stores
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.facts import Probe
from kodipest.engines.media.models import Examination, Section, Transcode
from kodipest.engines.media.operations import additions, packing, sharing
from kodipest.engines.media.operations.leases import Interrupted, Lease, LeaseLost, claim
from kodipest.engines.media.operations.requests import (
    BACK_TO_WAITING,
    NOTHING_MADE,
    plan_of,
    request_additions,
)
from kodipest.engines.media.operations.sharing import Sharing
from kodipest.engines.media.queries import resting_packs
from kodipest.engines.media.recipes import PACKS, Recipe

if TYPE_CHECKING:  # the encoder's side is loaded when there is something to encode
    from kodipest.engines.media.loudness import Loudness
    from kodipest.engines.media.progress import Progress

logger = logging.getLogger(__name__)

State = Transcode.State
Part = Transcode.Part
ATTEMPTS_LIMIT = 3
REST = timedelta(minutes=1)  # after the first error, four times as long after each further one
CANDIDATES = 8
RESTS = {"no_space": timedelta(minutes=5), "store_away": REST}
# Trying again cannot help when the file itself is at fault.
WORTH_ANOTHER_TRY = frozenset({"encoder_failed", "stalled"})

_stopping = threading.Event()


class Lane(Enum):
    """What a worker takes. With two lanes a long addition never keeps a new film waiting."""

    ANY = "any"
    BASES = "bases"
    ADDITIONS = "additions"  # and these only while no base waits whose turn comes before theirs


def claim_next(*, worker: str, lane: Lane = Lane.ANY) -> Transcode | None:
    """Give the transcode whose turn it is to `worker`, or None when nothing waits in `lane`.

    When another worker was first, the next one is tried.
    """
    while candidates := _whose_turn(lane):
        for candidate in candidates:
            begins = {"started_at": timezone.now(), "seconds_left": None, "first_playable_at": None}
            if claim(candidate, worker, **begins):
                return candidate
    return None


def _whose_turn(lane: Lane = Lane.ANY) -> list[Transcode]:
    waiting = Transcode.objects.filter(state=State.WAITING, not_before__lte=timezone.now())
    waiting = waiting.exclude(resting_packs())
    if lane is Lane.BASES:
        waiting = waiting.filter(part=Part.BASE)
    first: Iterable[Transcode] = waiting.select_related("original", "base").order_by(
        "turn_at", "pk"
    )[:CANDIDATES]
    if lane is Lane.ADDITIONS:
        first = takewhile(lambda row: row.part != Part.BASE, first)
    return list(first)


def transcode_next(*, worker: str | None = None, lane: Lane = Lane.ANY) -> Transcode | None:
    """Claim the transcode whose turn it is and bring it to an end; None when nothing waits."""
    if _stopping.is_set():
        return None
    transcode = claim_next(worker=worker or identity.of_this_process(), lane=lane)
    return transcode and make_claimed(transcode)


def claim_section_to_help(*, worker: str, lane: Lane = Lane.ANY) -> Section | None:
    """Give `worker` a section of a long film that another one has; None when none waits in `lane`."""
    if _stopping.is_set():
        return None
    film: dict[str, Any] = {}
    if lane is not Lane.ANY:
        parts = [Part.BASE] if lane is Lane.BASES else [Part.HIGH, Part.THRIFT]
        film = {"transcode__part__in": parts}
    return sharing.claim_section(worker=worker, **film)


def make_section(row: Section) -> bool:
    """Make a claimed section, or give it back; say whether it is out of the way."""
    return sharing.help_out(row, stopping=_stopping)


def make_claimed(transcode: Transcode) -> Transcode:
    """Bring a claimed transcode to an end: done, failed, cancelled, or waiting again.

    Waiting again after an error worth another try, or a stop of this process. Whatever happens
    here, the row and its original stay right: a kill at any instant is met by the sweep.
    """
    with Lease(transcode, stopping=_stopping) as lease:
        try:
            _run(transcode, lease)
        except LeaseLost:
            _leave(transcode)
    return Transcode.objects.filter(pk=transcode.pk).first() or transcode


def _leave(transcode: Transcode) -> None:
    """Go away from a row that is somebody else's now, was called off, or is no more."""
    row = Transcode.objects.filter(pk=transcode.pk).first()
    if row is None or row.is_cancelled:
        _throw_away(transcode)
        return
    logger.warning("transcode %s went on elsewhere; its folder is left to the sweep", row.pk)


def _run(transcode: Transcode, lease: Lease) -> None:
    """Encode, and give the row the state that follows from how it went."""
    try:
        manifest = _make(transcode, lease)
    except Interrupted:
        _put_back(transcode, lease)
    except LeaseLost:
        raise
    except Unusable as unusable:
        _give_up(transcode, lease, unusable.code, unusable.detail)
    except Exception as error:
        if _stopping.is_set():  # an encoder that is torn down may complain of anything
            _put_back(transcode, lease)
            return
        logger.exception("transcode %s failed in a way nobody foresaw", transcode.pk)
        _give_up(transcode, lease, "encoder_failed", f"{type(error).__name__}: {error}")
    except BaseException:  # a second Ctrl-C, or a queue that kills its job
        _put_back(transcode, lease)
        raise
    else:
        _finish(transcode, lease, manifest)


def _make(transcode: Transcode, lease: Lease) -> dict[str, Any]:
    """Fill the folder of this attempt, join it to its base if it has one; return its manifest."""
    if not transcode.base_id:
        return _encode(transcode, lease)
    manifest = additions.finished_before(transcode) or _encode(transcode, lease)
    additions.join(transcode, lease.hear)
    return manifest


def _encode(transcode: Transcode, lease: Lease) -> dict[str, Any]:
    """Fill the folder of this attempt and describe it; afterwards it survives a power cut."""
    if transcode.part in PACKS:
        return packing.make(transcode, lease)
    from kodipest.engines.media import prepare
    from kodipest.engines.media.checks.examine import taps_for

    original = transcode.original
    probe = Probe.from_dict(original.probe)
    recipe = next(
        (one for one in plan_of(original, transcode.max_fps) if one.part == transcode.part), None
    )
    if recipe is None:
        raise Unusable("unsupported", f"today's recipe has no part {transcode.part!r}")
    out = storage.rendition_path(transcode.folder)
    storage.renditions()
    out.mkdir()
    store = stores.chosen()
    with (
        store.original(original.sha256, original.size_bytes, lease.hear_or_stop) as source,
        _shown(transcode) as growth,
        _crew_of(transcode, recipe, lease) as crew,
    ):
        manifest: dict[str, Any] = prepare.prepare(
            source,
            out,
            probe=probe,
            recipe=recipe,
            taps=taps_for(probe),
            loudness=_loudness_of(transcode.base),
            on_progress=partial(_keep, lease, growth),
            threads=settings.ENCODER_THREADS or None,
            crew=crew,
        ).as_dict()
    if transcode.base_id:
        os.sync()  # it lasts in the folder of its base
    else:
        store.keep(transcode.folder, out, lease.hear)
    return manifest


def _crew_of(
    transcode: Transcode, recipe: Recipe, lease: Lease
) -> "AbstractContextManager[Sharing | None]":
    """Share a long film with whoever has time."""
    cuts = sharing.cuts_of(transcode, recipe)
    return Sharing(transcode, recipe, cuts, _stopping, lease.hear) if cuts else nullcontext()


def _shown(transcode: Transcode) -> AbstractContextManager[stores.Growth]:
    """Let a base be watched while it grows; an addition is seen when it has joined."""
    if transcode.base_id:
        return nullcontext(stores.Shown())
    return stores.chosen().growing(transcode.folder)


def _keep(lease: Lease, growth: stores.Growth, progress: "Progress") -> None:
    """Keep the lease, and tell of a first picture only when everybody can fetch it."""
    growth.check()
    lease.keep(replace(progress, first_playable=progress.first_playable and growth.is_playable))


def _loudness_of(base: Transcode | None) -> "Loudness | None":
    """Return what was measured when the base was made: an addition need not listen again."""
    from kodipest.engines.media.loudness import Loudness

    told = ((base.manifest or {}).get("loudness")) if base else None
    return Loudness.from_dict(told) if told else None


def _finish(transcode: Transcode, lease: Lease, manifest: dict[str, Any]) -> None:
    """Write the result down: with what follows from it, in one transaction."""
    now, told = timezone.now(), manifest.pop("measured", {}).get("checks")
    result: dict[str, Any] = {
        "state": State.DONE,
        "progress": 1,
        "seconds_left": None,
        "finished_at": now,
        "cpu_seconds": manifest["cpu_seconds"],
        "error_code": "",
        "error_detail": "",
    }
    if transcode.base_id:
        result |= {"manifest": manifest, "folder": "", "first_playable_at": None}
        lease.settle(**result, also=partial(additions.note_joined, transcode))
        sharing.part_ways(transcode)
        _remove_folder(transcode)  # the files have another name in the folder of the base
        return
    inventory = storage.inventory(storage.rendition_path(transcode.folder))
    result |= {
        "manifest": manifest | {"inventory": inventory},
        "first_playable_at": Coalesce("first_playable_at", Value(now)),
    }
    examination = _examine(transcode, told, manifest) if told else None
    lease.settle(**result, also=partial(_follow, transcode, examination))
    sharing.part_ways(transcode)
    if stores.chosen().is_shared:  # kept elsewhere: this disk has done its part
        _remove_folder(transcode)


def _examine(
    transcode: Transcode, told: dict[str, Any], manifest: dict[str, Any]
) -> Examination | None:
    """Judge what was measured on the way; it is kept with the original, out of every manifest.

    A film that is ready is never held back by what could not be judged.
    """
    from kodipest.engines.media.checks.examine import with_bit_rate
    from kodipest.engines.media.operations.examinations import examine

    out, rungs = storage.rendition_path(transcode.folder), manifest["rungs"]
    try:
        told = with_bit_rate(told, out, rungs[-1]["playlist"]) if rungs else told
        return examine(original=transcode.original, told=told)
    except Exception:
        logger.exception("transcode %s could not be judged", transcode.pk)
        return None


def _follow(transcode: Transcode, examination: Examination | None) -> None:
    from kodipest.engines.media.operations.examinations import keep_examination

    request_additions(transcode)
    if examination:
        keep_examination(examination)


def _give_up(transcode: Transcode, lease: Lease, code: str, detail: str) -> None:
    """Let the row rest and try again, or fail it when a further try cannot help."""
    logger.warning("transcode %s: %s (%s)", transcode.pk, code, detail)
    now, attempts = timezone.now(), transcode.attempts + 1
    said: dict[str, Any] = {"error_code": code, "error_detail": detail[:4000]}
    if code in RESTS:  # nobody's fault: it goes on by itself when there is room
        _rest(lease, now + RESTS[code], **said)
    elif code in WORTH_ANOTHER_TRY and attempts < ATTEMPTS_LIMIT:
        _rest(lease, now + REST * 4 ** (attempts - 1), attempts=attempts, **said)
        sharing.part_ways(transcode)
    else:
        failed = NOTHING_MADE | {"state": State.FAILED, "finished_at": now}
        lease.settle(**failed, attempts=attempts, **said)
        sharing.part_ways(transcode)
    _throw_away(transcode)


def _put_back(transcode: Transcode, lease: Lease) -> None:
    """Return the row at once: this process was asked to stop, nothing is wrong with the film."""
    _rest(lease, timezone.now())
    _throw_away(transcode)


def _rest(lease: Lease, until: Any, **fields: Any) -> None:
    lease.settle(**BACK_TO_WAITING, not_before=until, **fields)


def _throw_away(transcode: Transcode) -> None:
    """Remove what this attempt made, also what of it stands in the folder of its base."""
    try:
        if transcode.base_id:
            additions.take_off(transcode)
            _remove_folder(transcode)
        else:
            stores.chosen().remove(transcode.folder)
    except Unusable as unusable:  # a store that is away: its sweep comes by later
        logger.warning("attempt %s was not removed: %s", transcode.folder, unusable)


def _remove_folder(transcode: Transcode) -> None:
    """Remove the folder of this attempt from this disk."""
    stores.Disk().remove(transcode.folder)


def stop_encoding() -> None:
    """Ask the transcode of this process to stop; its row is back in the queue a moment later."""
    _stopping.set()


def go_on_encoding() -> None:
    """Take back `stop_encoding`."""
    _stopping.clear()
