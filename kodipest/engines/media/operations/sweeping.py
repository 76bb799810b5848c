"""Picking up after the dead: rows and scratch files. Everything here may run twice."""

import contextlib
import logging
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from kodipest.engines.media import identity, storage
from kodipest.engines.media.models import Original, Section, Transcode
from kodipest.engines.media.operations import clocks, collecting, shipping
from kodipest.engines.media.operations.additions import is_to_be_taken_over
from kodipest.engines.media.operations.remaking import let_go_of_replaced
from kodipest.engines.media.operations.requests import BACK_TO_WAITING, NOTHING_MADE
from kodipest.engines.media.operations.sharing import remove_orphans, return_section
from kodipest.engines.media.queries import is_named

logger = logging.getLogger(__name__)

State = Transcode.State
INTERRUPTIONS_LIMIT = 30
DAY_SECONDS = 24 * 3600.0
SCRATCH_SECONDS = 600.0


@dataclass
class Swept:
    """What one sweep found and put right."""

    returned: int = 0  # rows whose worker died, waiting again
    sections: int = 0  # of long films, the same
    failed: int = 0  # rows whose workers died too often
    replaced: int = 0  # sets of an older recipe whose successor is in use
    expired: int = 0  # uploads in parts that rested too long
    writers: int = 0  # requests that died while they wrote into one
    parts: int = 0
    forgotten: int = 0  # originals that nothing refers to any more
    folders: int = 0
    originals: int = 0
    links: int = 0
    elsewhere: int = 0  # things in the bucket of a hub

    def __str__(self) -> str:
        return ", ".join(f"{name} {count}" for name, count in asdict(self).items() if count)

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))


def sweep_media(*, files: bool = True) -> Swept:
    """Return lapsed rows and remove what nobody needs.

    `files=False` leaves the walk over the disk out: rows every few seconds, files now and then.
    """
    swept = Swept()
    if clocks.has_jumped():
        # By the new time every lease has run out and every file is old: let the living renew first.
        logger.warning("the clock has jumped; this sweep is left out")
        return swept
    clocks.mend_times()
    _return_lapsed(swept)
    _return_lapsed_sections(swept)
    remove_orphans()
    shipping.bring_away()
    swept.replaced = let_go_of_replaced()
    if files:
        swept.expired = collecting.remove_expired_arrivals()
        swept.writers = collecting.free_abandoned_arrivals()
        swept.parts = _remove_old_parts()
        swept.forgotten = collecting.forget_unused_originals()
        swept.folders = _remove_leftover_folders()
        swept.originals = _remove_unreferenced_originals()
        swept.links = _remove_dangling_links()
        swept.elsewhere = shipping.tidy()
    if swept:
        logger.info("swept: %s", swept)
    return swept


def _return_lapsed(swept: Swept) -> None:
    for row in Transcode.objects.filter(state=State.RUNNING):
        if not (row.is_lapsed or identity.is_surely_gone(row.lease_by)):
            continue
        times = row.interruptions + 1
        # A worker that was only slow renews in between: then the lease differs, nothing happens.
        same = Transcode.objects.filter(
            pk=row.pk, state=State.RUNNING, lease_by=row.lease_by, lease_until=row.lease_until
        )
        released = {"lease_by": "", "lease_until": None, "interruptions": times}
        if times <= INTERRUPTIONS_LIMIT:
            swept.returned += same.update(**BACK_TO_WAITING, **released, not_before=timezone.now())
            continue
        swept.failed += same.update(
            **NOTHING_MADE,
            **released,
            state=State.FAILED,
            finished_at=timezone.now(),
            error_code="interrupted",
            error_detail=f"{times} workers died on it",
        )


def _return_lapsed_sections(swept: Swept) -> None:
    """Let somebody else take what a dead worker had of a long film; the rest of it goes on."""
    for row in Section.objects.filter(state=Section.State.RUNNING):
        if (row.lease_until and row.lease_until < timezone.now()) or identity.is_surely_gone(
            row.lease_by
        ):
            swept.sections += return_section(row)


def _remove_old_parts() -> int:
    """Remove uploads whose web process died under them, and of those in parts what no row counts."""
    in_parts = set(storage.incoming().glob(f"*{storage.ARRIVAL}"))
    old = _older(set(storage.incoming().iterdir()) - in_parts, DAY_SECONDS)
    stray = [it for it in _older(in_parts, SCRATCH_SECONDS) if collecting.has_no_arrival(it.name)]
    return sum(_remove(path) for path in old + stray)


def _remove_leftover_folders() -> int:
    """Remove attempts that no row names, after a grace for those who are watching one."""
    removed = 0
    for folder in _older(storage.renditions().iterdir(), settings.MEDIA_GRACE_SECONDS):
        if is_named(folder.name) or is_to_be_taken_over(folder.name):
            continue
        shutil.rmtree(folder, ignore_errors=True)
        storage.forget_lock(folder.name)
        removed += 1
    return removed


def _remove_unreferenced_originals() -> int:
    """Remove files whose row was never written: a crash or a rolled-back transaction."""
    old = _older(storage.originals().glob("[0-9a-f][0-9a-f]/*"), DAY_SECONDS)
    return sum(
        _remove_original(path)
        for path in old
        if not Original.objects.filter(sha256=path.name).exists()
    )


def _remove_original(path: Path) -> int:
    """Take the file aside, look again, then remove it.

    Somebody may adopt the same bytes between the look and the removal. Adoption makes its file
    young before giving it this name, so what was taken aside tells by its age whose it was.
    """
    aside = path.with_name(f".{path.name}.aside")
    try:
        path.rename(aside)
    except FileNotFoundError:  # another sweep was first
        return 0
    if not _is_older(aside, DAY_SECONDS):
        with contextlib.suppress(FileExistsError):  # adopted once more in the meantime
            os.link(aside, path)
        aside.unlink()
        return 0
    aside.unlink()
    return 1


def _remove_dangling_links() -> int:
    """Remove public links to nowhere, and scratch links of a crash while publishing."""
    dangling = (path for path in storage.public().iterdir() if not path.exists())
    scratch = (path for path in storage.public().glob(".*") if path.is_symlink())
    return sum(_remove(path) for path in _older({*dangling, *scratch}, SCRATCH_SECONDS))


def _older(paths: Iterator[Path] | set[Path], seconds: float) -> list[Path]:
    return [path for path in paths if _is_older(path, seconds)]


def _is_older(path: Path, seconds: float) -> bool:
    try:
        return time.time() - path.lstat().st_mtime >= seconds
    except FileNotFoundError:  # gone since it was listed
        return False


def _remove(path: Path) -> int:
    path.unlink(missing_ok=True)
    return 1
