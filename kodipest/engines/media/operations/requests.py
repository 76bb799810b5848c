"""Asking for renditions, asking again, and calling off. Every change is one conditional UPDATE."""

import hashlib
from collections.abc import Mapping
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from kodipest.engines.media import messages, recipes
from kodipest.engines.media.facts import Probe
from kodipest.engines.media.models import Original, Transcode
from kodipest.engines.media.operations.turns import turn_of
from kodipest.engines.media.queries import name_of_pack, wishes_of_base
from kodipest.engines.media.recipes import MAX_FPS, Recipe
from kodipest.engines.media.tasks import ring

State = Transcode.State
Part = Transcode.Part
NOTHING_MADE: dict[str, Any] = {
    "folder": "",
    "progress": 0,
    "seconds_left": None,
    "first_playable_at": None,
}
BACK_TO_WAITING: dict[str, Any] = NOTHING_MADE | {"state": State.WAITING, "started_at": None}


def plan_of(original: Original, max_fps: int = MAX_FPS) -> tuple[Recipe, ...]:
    """Return the parts in which `original` is prepared today: its base, then what may be added.

    `max_fps` is what was asked for: FAST_FPS keeps the motion of sport.
    """
    probe = Probe.from_dict(original.probe)
    base, *rest = recipes.plan_for(
        probe.kind,
        probe,
        settings.ENCODER_QUALITY,
        preset=settings.ENCODER_PRESET or None,
        max_fps=max_fps,
    )
    return (base, *(one for one in rest if one.part in settings.ENCODER_ADDITIONS))


def name_of_base(original: Original, base: Recipe, max_fps: int) -> str:
    """Name the base of `original`: one for each wish, for a low base is alike and its additions are not."""
    name = recipes.fingerprint(original.sha256, base)
    if max_fps == MAX_FPS:
        return name
    return hashlib.sha256(f"{name} {max_fps}".encode()).hexdigest()[:32]


@transaction.atomic
def request_transcode(*, original: Original, max_fps: int = MAX_FPS) -> Transcode:
    """Ask for the base renditions of `original` by today's recipe; asking twice gives the same row.

    One that was called off is wanted again. Rings for a worker after commit.
    """
    base, *_additions = plan_of(original, max_fps)
    name = name_of_base(original, base, max_fps)
    transcode, created = add_row(original, base, name, wishes=wishes_of_base(max_fps))
    if created:
        ring_after_commit()
    elif transcode.is_cancelled:
        return retry_transcode(transcode=transcode)
    return transcode


def request_additions(base: Transcode) -> None:
    """Ask for what today's recipe adds to a base that is done; asking twice is asking once.

    Part of finishing the base: the caller holds the transaction.
    """
    _first, *additions = plan_of(base.original, base.max_fps)
    for recipe in additions:
        # Of the fingerprint of the base: the same rungs for a base of another recipe are others.
        name = recipes.fingerprint(base.fingerprint, recipe)
        add_row(
            base.original,
            recipe,
            name,
            base=base,
            is_hurried=base.hurried_at is not None and recipe.part == "high",
            is_remake=base.replaces_id is not None,
        )


def add_row(
    original: Original,
    recipe: Recipe,
    name: str,
    *,
    base: Transcode | None = None,
    is_hurried: bool = False,
    is_remake: bool = False,
    replaces: Transcode | None = None,
    wishes: dict[str, int] | None = None,
) -> tuple[Transcode, bool]:
    """Find or make the row of one part, with its turn; the caller holds the transaction."""
    now = timezone.now()
    turn = turn_of(
        recipe.part,
        since=now,
        seconds=_seconds(original),
        is_hurried=is_hurried,
        is_remake=is_remake,
    )
    return Transcode.objects.get_or_create(
        original=original,
        fingerprint=name,
        defaults={
            "part": recipe.part,
            "base": base,
            "replaces": replaces,
            "wishes": wishes or {},
            "requested_at": now,
            "not_before": now,
            "turn_at": turn,
        },
    )


@transaction.atomic
def request_pack(
    *, transcode: Transcode, name: str, wishes: Mapping[str, Any] | None = None
) -> Transcode:
    """Ask for the pack `name` of a base that is done; asking twice with the same wishes is asking once.

    `wishes` are words that everybody may read: `title`, `artist`, `card` and `cover`, pictures as
    base64, `chapters`, pairs of a second and a title, and `of`, the caller's name for what it tells of,
    which the manifest repeats.
    With other wishes it is made anew, and the old one goes when the new one is there. One that
    failed or was called off is tried again. One for a channel hurries the larger pictures and rests
    until they are out of the way; asked again after some have come, it is made anew. Raises Refusal `not_ready` unless the base is done.
    """
    base = Transcode.objects.select_for_update(no_key=True).get(pk=transcode.pk)
    if not base.is_done:
        raise messages.refusal("not_ready")
    if name == Part.TELEVISION:
        hurry_high(transcode=base)
    told = dict(wishes or {})
    fingerprint = name_of_pack(base, name, told)
    row = Transcode.objects.filter(base=base, part=name).first()
    if row and row.fingerprint == fingerprint:
        return retry_transcode(transcode=row) if row.is_failed or row.is_cancelled else row
    if row:
        row.delete()  # its worker, if there is one, notices; its files go when others take their place
    now = timezone.now()
    asked = Transcode.objects.create(
        original_id=base.original_id,
        base=base,
        part=name,
        wishes=told,
        fingerprint=fingerprint,
        requested_at=now,
        not_before=now,
        turn_at=turn_of(name, since=now, seconds=_seconds(base.original)),
    )
    ring_after_commit()
    return asked


@transaction.atomic
def hurry_high(*, transcode: Transcode) -> None:
    """Have the larger pictures of a base made as soon as a base would be: somebody waits for them.

    Before the base is done they are not asked for yet: then it is remembered until they are.
    Twice is as good as once; nothing happens when they are there, or failed.
    """
    now = timezone.now()
    Transcode.objects.filter(pk=transcode.pk, hurried_at=None).update(hurried_at=now)
    turn = turn_of(Part.HIGH, since=now, seconds=_seconds(transcode.original), is_hurried=True)
    waiting = Transcode.objects.filter(base=transcode, part=Part.HIGH, state=State.WAITING)
    if waiting.filter(turn_at__gt=turn).update(turn_at=turn):
        ring_after_commit()


def retry_transcode(*, transcode: Transcode) -> Transcode:
    """Put one that failed or was called off back to waiting with a clean sheet, and ring.

    Raises Refusal `nothing_to_retry` when it is in any other state, also when somebody else
    pressed the button first.
    """
    stopped = Transcode.objects.filter(pk=transcode.pk, state__in=[State.FAILED, State.CANCELLED])
    updated = stopped.update(
        **BACK_TO_WAITING,
        attempts=0,
        interruptions=0,
        finished_at=None,
        not_before=timezone.now(),
        error_code="",
        error_detail="",
    )
    if not updated:
        raise messages.refusal("nothing_to_retry")
    ring_after_commit()
    transcode.refresh_from_db()
    return transcode


@transaction.atomic
def cancel_transcode(*, transcode: Transcode) -> Transcode:
    """Call off one that waits or is at work; its original stays, a retry brings it back.

    The worker notices within seconds, stops its encoder and removes what it made. Raises Refusal
    `nothing_to_cancel` when it has ended already.
    """
    unfinished = Transcode.objects.filter(pk=transcode.pk, state__in=[State.WAITING, State.RUNNING])
    updated = unfinished.update(
        **NOTHING_MADE,
        state=State.CANCELLED,
        lease_by="",
        lease_until=None,
        finished_at=timezone.now(),
        error_code="",
        error_detail="",
    )
    if not updated:
        raise messages.refusal("nothing_to_cancel")
    transcode.sections.all().delete()
    transcode.refresh_from_db()
    return transcode


def _seconds(original: Original) -> float:
    return float(original.probe.get("duration_seconds") or 0)


def ring_after_commit() -> None:
    """Wake a worker when the row is there."""
    transaction.on_commit(partial(ring.enqueue), robust=True)  # the row is the truth
