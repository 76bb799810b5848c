"""Taking a file in: looked at, then named by its hash, then written down."""

import logging
import os
from pathlib import Path

from kodipest.engines.media import apart, messages, storage
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.models import Original
from kodipest.engines.media.uploads import Upload, full_disk_refused, take_copy

logger = logging.getLogger(__name__)


def adopt_upload(*, upload: Upload) -> Original:
    """Keep an upload as an Original; known bytes are recognised and give the row that is there.

    Call it outside a transaction: looking at a film and waiting for the disk takes seconds in
    which nobody else could write. A crash on the way leaves a file without a row, which
    `sweep_media` collects a day later. Raises Refusal with any code of `errors.Unusable`.
    """
    with upload:  # whatever happens, its part is gone afterwards
        known = Original.objects.filter(sha256=upload.sha256).first()
        if known and _is_whole(known):
            return known
        facts = known.probe if known else _look_at(upload.path)
        _move_in(upload)
    row = {"size_bytes": upload.length, "mime": facts["mime"], "kind": facts["kind"]}
    original, _created = Original.objects.get_or_create(
        sha256=upload.sha256, defaults=row | {"probe": facts}
    )
    return original


def adopt_file(*, path: Path) -> Original:
    """Keep a copy of a file of this computer as an Original; the file itself is not touched.

    Raises what `adopt_upload` raises, and Refusal `no_space` when the copy does not fit.
    """
    return adopt_upload(upload=take_copy(path))


def _is_whole(original: Original) -> bool:
    """Say whether the bytes of a known row are there; if not, the same bytes just came to heal it."""
    path = original.path
    return path.is_file() and path.stat().st_size == original.size_bytes


def _look_at(path: Path) -> dict[str, object]:
    """Probe by content, in a process of its own: no film can crash this one, and it stays small."""
    try:
        return apart.probe_apart(path).as_dict()
    except Unusable as unusable:
        logger.info("upload refused: %s (%s)", unusable.code, unusable.detail)
        raise messages.refusal(unusable.code) from unusable


def _move_in(upload: Upload) -> None:
    """Give the bytes their name. After this returns they survive a power cut."""
    target = storage.original_path(upload.sha256)
    with full_disk_refused():
        if not target.parent.is_dir():
            target.parent.mkdir(parents=True, exist_ok=True)
            storage.sync_folder(storage.originals())
        os.utime(upload.path)  # young from now on: a sweep leaves it until its row is written
        upload.sync()
        upload.move_to(target)
        storage.sync_folder(target.parent)
