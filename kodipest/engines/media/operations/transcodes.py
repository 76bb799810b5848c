"""A transcode from request to result. Every change of state is one conditional UPDATE."""

import logging
import os
import shutil
import threading
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from kodipest.engines.media import identity, messages, recipes, storage
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.facts import Probe
from kodipest.engines.media.models import Original, Transcode
from kodipest.engines.media.operations.leases import Interrupted, Lease, LeaseLost, next_end
from kodipest.engines.media.tasks import ring

logger = logging.getLogger(__name__)

State = Transcode.State
ATTEMPTS_LIMIT = 3
REST = timedelta(minutes=1)  # after the first error, four times as long after each further one
FULL_DISK_REST = timedelta(minutes=5)
CANDIDATES = 8
# Trying again cannot help when the file itself is at fault.
WORTH_ANOTHER_TRY = frozenset({"encoder_failed"})

_stopping = threading.Event()


def request_transcode(*, original: Original) -> Transcode:
    """Ask for the renditions of `original` by today's recipe; asking twice gives the same row.

    Rings for a worker after commit.
    """
    probe = Probe.from_dict(original.probe)
    recipe = recipes.recipe_for(probe.kind, probe, settings.ENCODER_PRESET)
    now = timezone.now()
    transcode, created = Transcode.objects.get_or_create(
        original=original,
        fingerprint=recipes.fingerprint(original.sha256, recipe),
        defaults={
            "requested_at": now,
            "not_before": now,
            "rung_at": now,
            "turn_at": now + timedelta(seconds=probe.duration_seconds or 0),
        },
    )
    if created:
        transaction.on_commit(partial(ring.enqueue), robust=True)  # the row is the truth
    return transcode


def retry_transcode(*, transcode: Transcode) -> Transcode:
    """Put a failed transcode back to waiting with a clean sheet, and ring.

    Raises Refusal `nothing_to_retry` when it is in any other state, also when somebody else
    pressed the button first.
    """
    now = timezone.now()
    updated = Transcode.objects.filter(pk=transcode.pk, state=State.FAILED).update(
        state=State.WAITING,
        attempts=0,
        interruptions=0,
        progress=0,
        started_at=None,
        finished_at=None,
        not_before=now,
        rung_at=now,
        error_code="",
        error_detail="",
    )
    if not updated:
        raise messages.refusal("nothing_to_retry")
    transaction.on_commit(partial(ring.enqueue), robust=True)
    transcode.refresh_from_db()
    return transcode


def claim_next(*, worker: str) -> Transcode | None:
    """Give the transcode whose turn it is to `worker`, or None when nothing waits.

    "No row updated" means that another worker was first; then the next one is tried. The folder
    of the attempt is named here, so it belongs to a row from its first file on.
    """
    while candidates := _whose_turn():
        for candidate in candidates:
            if _claim(candidate, worker):
                return candidate
    return None


def _whose_turn() -> list[Transcode]:
    waiting = Transcode.objects.filter(state=State.WAITING, not_before__lte=timezone.now())
    return list(waiting.select_related("original").order_by("turn_at", "pk")[:CANDIDATES])


def _claim(candidate: Transcode, worker: str) -> bool:
    run = candidate.runs + 1
    fields: dict[str, Any] = {
        "state": State.RUNNING,
        "runs": run,
        "folder": f"{candidate.fingerprint}-{run}",
        "lease_by": worker,
        "lease_until": next_end(),
        "started_at": timezone.now(),
        "seconds_left": None,
        "first_playable_at": None,
    }
    waiting = Transcode.objects.filter(pk=candidate.pk, state=State.WAITING, runs=candidate.runs)
    if not waiting.update(**fields):
        return False
    for name, value in fields.items():
        setattr(candidate, name, value)
    return True


def transcode_next(*, worker: str | None = None) -> Transcode | None:
    """Claim the transcode whose turn it is and bring it to an end; None when nothing waits.

    The end may be done, failed, or waiting again (an error worth another try, a stop of this
    process). Whatever happens here, the row and its original stay right: a kill at any instant
    is met by the sweep.
    """
    if _stopping.is_set():
        return None
    transcode = claim_next(worker=worker or identity.of_this_process())
    if transcode is None:
        return None
    with Lease(transcode, stopping=_stopping) as lease:
        try:
            _run(transcode, lease)
        except LeaseLost:
            logger.warning(
                "transcode %s went on elsewhere; its folder is left to the sweep", transcode.pk
            )
    transcode.refresh_from_db()
    return transcode


def _run(transcode: Transcode, lease: Lease) -> None:
    """Encode, and give the row the state that follows from how it went."""
    try:
        manifest = _encode(transcode, lease)
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
        _finish(lease, manifest)


def _encode(transcode: Transcode, lease: Lease) -> dict[str, Any]:
    """Fill the folder of this attempt and describe it; afterwards it survives a power cut."""
    from kodipest.engines.media import prepare

    original = transcode.original
    out = storage.rendition_path(transcode.folder)
    storage.renditions()
    out.mkdir()
    manifest: dict[str, Any] = prepare.prepare(
        original.path,
        out,
        probe=Probe.from_dict(original.probe),
        preset=settings.ENCODER_PRESET,
        on_progress=lease.keep,
        threads=settings.ENCODER_THREADS or None,
    ).as_dict()
    os.sync()
    return manifest | {"inventory": storage.inventory(out)}


def _finish(lease: Lease, manifest: dict[str, Any]) -> None:
    now = timezone.now()
    lease.settle(
        state=State.DONE,
        manifest=manifest,
        progress=1,
        seconds_left=None,
        first_playable_at=Coalesce("first_playable_at", Value(now)),
        finished_at=now,
        cpu_seconds=manifest["cpu_seconds"],
        error_code="",
        error_detail="",
    )


def _give_up(transcode: Transcode, lease: Lease, code: str, detail: str) -> None:
    """Let the row rest and try again, or fail it when a further try cannot help."""
    logger.warning("transcode %s: %s (%s)", transcode.pk, code, detail)
    now, attempts = timezone.now(), transcode.attempts + 1
    said: dict[str, Any] = {"error_code": code, "error_detail": detail[:4000]}
    if code == "no_space":  # nobody's fault: it goes on by itself when there is room
        _rest(lease, now + FULL_DISK_REST, **said)
    elif code in WORTH_ANOTHER_TRY and attempts < ATTEMPTS_LIMIT:
        _rest(lease, now + REST * 4 ** (attempts - 1), attempts=attempts, **said)
    else:
        lease.settle(
            state=State.FAILED,
            attempts=attempts,
            folder="",
            first_playable_at=None,
            seconds_left=None,
            finished_at=now,
            **said,
        )
    _throw_away(transcode)


def _put_back(transcode: Transcode, lease: Lease) -> None:
    """Return the row at once: this process was asked to stop, nothing is wrong with the film."""
    _rest(lease, timezone.now())
    _throw_away(transcode)


def _rest(lease: Lease, until: Any, **fields: Any) -> None:
    lease.settle(**BACK_TO_WAITING, not_before=until, **fields)


def _throw_away(transcode: Transcode) -> None:
    shutil.rmtree(storage.rendition_path(transcode.folder), ignore_errors=True)


def stop_encoding() -> None:
    """Ask the transcode of this process to stop; its row is back in the queue a moment later."""
    _stopping.set()


def go_on_encoding() -> None:
    """Take back `stop_encoding`."""
    _stopping.clear()


BACK_TO_WAITING: dict[str, Any] = {
    "state": State.WAITING,
    "folder": "",
    "started_at": None,
    "progress": 0,
    "seconds_left": None,
    "first_playable_at": None,
    "rung_at": None,
}
