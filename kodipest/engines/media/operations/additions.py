"""Joining an addition to its base: files first, then both rows in one transaction.

A kill anywhere leaves the finished folder of the addition, and perhaps a part of it in the folder of
the base that no row names yet. The next attempt takes the folder over and joins it again.
"""

import json
import time
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
from kodipest.kernel import advisory, failpoints

State = Transcode.State
LOOK_SECONDS = 1.0


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

    with _alone_with_base(transcode, on_bytes):
        base = _base_of(transcode)
        if base is None:
            raise LeaseLost
        failpoints.reach("before_join")
        with _changing(base, on_bytes) as there:
            joining.join_addition(there, storage.rendition_path(transcode.folder))
    failpoints.reach("after_join")


def _base_of(transcode: Transcode, **addition: Any) -> Transcode | None:
    done = Transcode.objects.filter(state=State.DONE)
    return done.filter(additions=transcode, **addition).first()


@contextmanager
def _alone_with_base(
    transcode: Transcode, on_bytes: stores.OnBytes | None = None
) -> Iterator[None]:
    """Of several machines let one at a time change the folder of a base; tell `on_bytes` of the wait.

    Its row stays free: who asks something of a film does not wait for its folder to come and go.
    What is on this disk needs none of it: `joining` locks the folder.
    """
    if not stores.chosen().is_shared:
        yield
        return
    with transaction.atomic():
        while not advisory.try_to_hold(f"joining {transcode.base_id}"):
            if on_bytes:
                on_bytes(0)
            time.sleep(LOOK_SECONDS)
        yield


@contextmanager
def _changing(base: Transcode, on_bytes: stores.OnBytes | None = None) -> Iterator[Path]:
    """Lay the folder of `base` at hand to be changed."""
    store = stores.chosen()
    with store.folder(base.folder, on_bytes) as there:
        yield there
        if store.is_shared:
            store.keep(base.folder, there, on_bytes)


def note_joined(transcode: Transcode) -> None:
    """Let the row of the base say what its folder holds now.

    Part of finishing the addition: the caller holds the transaction. What counts is the manifest in
    the folder at this moment, but for what others joined and did not tell yet: it may be taken off.
    """
    from kodipest.engines.media import joining

    rows = Transcode.objects.select_for_update(no_key=True)
    base = rows.filter(additions=transcode, state=State.DONE).first()
    if base is None:
        raise LeaseLost
    store = stores.chosen()
    before = base.manifest or {}
    found = Manifest.from_dict(json.loads(store.text(base.folder, FILE_NAME)))
    for part in set(found.parts[1:]) - {*before["parts"], transcode.part}:
        found = joining.without(found, part)
    manifest = found.as_dict()
    folders = {*before["inventory"]["folders"], *manifest["parts"][1:]}
    manifest["inventory"] = storage.count_files(store.files(base.folder), folders)
    Transcode.objects.filter(pk=base.pk).update(
        manifest=before | manifest, cpu_seconds=manifest["cpu_seconds"]
    )
    failpoints.reach("before_join_is_told")


def take_off(transcode: Transcode) -> None:
    """Remove what an addition that was given up left in the folder of its base.

    Unless a later attempt has it: what that one joins takes the place of what is there.
    """
    from kodipest.engines.media import joining

    with _alone_with_base(transcode):
        base = _base_of(transcode, additions__runs=transcode.runs)
        if base is None or transcode.part in ((base.manifest or {}).get("parts") or []):
            return
        if not _may_hold(base, transcode.part):
            return
        with _changing(base) as there:
            if (there / transcode.part).exists():
                joining.leave_addition(there, transcode.part)


def _may_hold(base: Transcode, part: str) -> bool:
    """Say whether it is worth bringing the folder of `base` here to take `part` off."""
    store = stores.chosen()
    if not store.is_shared:
        return True
    return any(name.startswith(f"{part}/") for name, _size in store.files(base.folder))
