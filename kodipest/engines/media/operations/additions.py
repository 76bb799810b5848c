"""Joining an addition to its base: files first, then both rows in one transaction.

A kill anywhere leaves the finished folder of the addition, and perhaps a part of it in the folder of
the base that no row names yet. The next attempt takes the folder over and joins it again.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Q

from kodipest.engines.media import storage, stores
from kodipest.engines.media.manifest import FILE_NAME, Manifest, read_manifest
from kodipest.engines.media.models import Transcode
from kodipest.engines.media.operations.leases import LeaseLost
from kodipest.kernel import failpoints

State = Transcode.State


def finished_before(transcode: Transcode) -> dict[str, Any] | None:
    """Take over what the last attempt made whole, and return its manifest; None when there is nothing."""
    last = transcode.runs - 1
    if not last:
        return None
    before = storage.rendition_path(f"{transcode.fingerprint}-{last}")
    if not _is_finished(before):
        return None
    before.rename(storage.rendition_path(transcode.folder))
    return read_manifest(storage.rendition_path(transcode.folder)).as_dict()


def is_to_be_taken_over(folder: str) -> bool:
    """Say whether `folder` is whole and waits for the next attempt to join it, or is being taken."""
    fingerprint, _dash, run = folder.partition("-")
    if not run.isdecimal() or not _is_finished(storage.renditions() / folder):
        return False
    waits = Q(state=State.WAITING, runs=run) | Q(state=State.RUNNING, runs=int(run) + 1)
    rows = Transcode.objects.filter(waits, fingerprint=fingerprint, base__isnull=False)
    return rows.exists()


def _is_finished(folder: Path) -> bool:
    return (folder / FILE_NAME).is_file()


def join(transcode: Transcode, on_bytes: stores.OnBytes | None = None) -> None:
    """Bring the files of a finished addition into the folder of its base, which goes on being served.

    May be done twice. Raises LeaseLost when the base is not there any more, Unusable when the two
    do not fit.
    """
    from kodipest.engines.media import joining

    base = Transcode.objects.filter(additions=transcode, state=State.DONE).first()
    if base is None:
        raise LeaseLost
    failpoints.reach("before_join")
    with _changing(base, on_bytes) as there:
        joining.join_addition(there, storage.rendition_path(transcode.folder))
    failpoints.reach("after_join")


@contextmanager
def _changing(base: Transcode, on_bytes: stores.OnBytes | None = None) -> Iterator[Path]:
    """Lay the folder of `base` at hand to be changed; of several machines one at a time."""
    store = stores.chosen()
    if not store.is_shared:
        with store.folder(base.folder) as there:
            yield there
        return
    with transaction.atomic():
        Transcode.objects.select_for_update(no_key=True).get(pk=base.pk)
        with store.folder(base.folder, on_bytes) as there:
            yield there
            store.keep(base.folder, there, on_bytes)


def note_joined(transcode: Transcode) -> None:
    """Let the row of the base say what its folder holds now.

    Part of finishing the addition: the caller holds the transaction. What counts is the manifest on
    the disk at this moment: another addition may have joined since.
    """
    rows = Transcode.objects.select_for_update(no_key=True)
    base = rows.filter(additions=transcode, state=State.DONE).first()
    if base is None:
        raise LeaseLost
    store = stores.chosen()
    manifest = Manifest.from_dict(json.loads(store.text(base.folder, FILE_NAME))).as_dict()
    before = base.manifest or {}
    folders = {*before["inventory"]["folders"], *manifest["parts"][1:]}
    manifest["inventory"] = storage.count_files(store.files(base.folder), folders)
    Transcode.objects.filter(pk=base.pk).update(
        manifest=before | manifest, cpu_seconds=manifest["cpu_seconds"]
    )
    failpoints.reach("before_join_is_told")


def take_off(transcode: Transcode) -> None:
    """Remove what an addition that was given up left in the folder of its base."""
    from kodipest.engines.media import joining

    base = Transcode.objects.filter(additions=transcode, state=State.DONE).first()
    named = ((base.manifest or {}).get("parts") or []) if base else []
    if base is None or transcode.part in named:
        return
    with _changing(base) as there:
        if (there / transcode.part).exists():
            joining.leave_addition(there, transcode.part)
