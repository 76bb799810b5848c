"""Taking a file in: looked at, then named by its hash, then written down."""

import contextlib
import logging
import os
import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from kodipest.engines.media import apart, messages, quotas, storage, stores
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.gathering import Gathering
from kodipest.engines.media.models import Arrival, Original
from kodipest.engines.media.operations.arrivals import remove_arrival
from kodipest.engines.media.uploads import Upload, full_disk_refused, take_copy
from kodipest.kernel import failpoints
from kodipest.kernel.errors import Refusal

logger = logging.getLogger(__name__)
RESERVATION = timedelta(hours=1)  # longer than any look at a file takes


class Incoming(Protocol):
    """A whole file that was not looked at yet, wherever it came from."""

    sha256: str
    length: int

    @property
    def path(self) -> Path:
        """Where it lies now."""

    def sync(self) -> None:
        """Make the bytes survive a power cut."""

    def move_to(self, target: Path) -> None:
        """Give the file its lasting name."""


def adopt_upload(*, upload: Upload, by: Any = None, quota_group: str = "") -> Original:
    """Keep an upload as an Original; known bytes are recognised and give the row that is there.

    Call it outside a transaction: looking at a film and waiting for the disk takes seconds in
    which nobody else could write. A crash on the way leaves a file without a row, which
    `sweep_media` collects a day later. With `by` the bytes count for the quota of that person and
    of `quota_group`. Raises Refusal with any code of `errors.Unusable`, `quota_person`,
    `quota_group`.
    """
    with upload:  # whatever happens, its part is gone afterwards
        note = _reserve(upload, by, quota_group) if by and upload.length else None
        try:
            original = _keep(upload)
        except BaseException:
            if note:
                note.delete()
            raise
    if note:
        _note_adoption(note, original, settled_at=timezone.now())
    return original


def _reserve(upload: Upload, by: Any, group: str) -> Arrival | None:
    """Make room in the quotas for a file that came in one piece, unless `by` brought it before."""
    brought = Arrival.objects.filter(owner=by, quota_group=group)
    if brought.filter(original__sha256=upload.sha256).exists():
        return None
    with transaction.atomic():
        quotas.require_room(by, group, upload.length)
        return Arrival.objects.create(
            owner=by,
            quota_group=group,
            name=str(upload.name),
            length=upload.length,
            offset=upload.length,
            expires_at=timezone.now() + RESERVATION,
        )


def adopt_arrival(*, arrival: Arrival, by: Any) -> Original:
    """Keep an upload that came in parts as an Original; twice gives the same one.

    What cannot be used is removed at once. Call it outside a transaction, like `adopt_upload`.
    Raises PermissionDenied unless it is `by`'s own; Refusal with any code of `errors.Unusable`,
    `not_whole` when bytes are missing, `arrival_busy` while another request looks at the same file.
    """
    if arrival.owner_id != by.pk:
        raise PermissionDenied
    with full_disk_refused(), Gathering(arrival.path) as file, _alone(file):
        arrival.refresh_from_db()
        if not arrival.original:
            _require_whole(arrival, file)
            arrival.original = _adopt(arrival)
        arrival.path.unlink(missing_ok=True)
    return arrival.original


@contextlib.contextmanager
def _alone(file: Gathering) -> Iterator[None]:
    try:
        with file.alone(patient=False):
            yield
    except BlockingIOError:
        raise messages.refusal("arrival_busy") from None


def _require_whole(arrival: Arrival, file: Gathering) -> None:
    """Raise Refusal `not_whole` unless every byte counts and lies there."""
    if arrival.is_whole and file.size == arrival.length:
        return
    if arrival.is_whole and file.size < arrival.length:  # the disk lost some: they may come again
        rows = Arrival.objects.filter(pk=arrival.pk, original=None)
        rows.update(offset=file.size, writer="", writer_until=None)
    raise messages.refusal("not_whole")


def _adopt(arrival: Arrival) -> Original:
    """Look at the bytes and name them, while nobody can change them."""
    whole = Whole(arrival.path, arrival.length)
    try:
        original = _keep(whole)
    except Refusal as refusal:
        if refusal.code != "no_space":
            remove_arrival(arrival=arrival)
        raise
    _note_adoption(arrival, original)
    return original


def _note_adoption(note: Arrival, original: Original, **more: Any) -> None:
    row = {"original": original, "adopted_at": timezone.now(), "writer": "", "writer_until": None}
    Arrival.objects.filter(pk=note.pk, original=None).update(**row, **more)


class Whole:
    """An upload whose last part has come. It keeps its own name beside the lasting one.

    Until the row says adopted, a crash must find it where it was.
    """

    def __init__(self, path: Path, length: int) -> None:
        self.path, self.length = path, length
        self.sha256 = storage.sha256_of(path)

    def sync(self) -> None:
        """Nothing to do: each part was on the disk before it counted."""

    def move_to(self, target: Path) -> None:
        """Give the file a second name; whatever had it is replaced."""
        scratch = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        os.link(self.path, scratch)
        scratch.replace(target)
        scratch.unlink(missing_ok=True)  # a rename of one file onto itself leaves both names


def _keep(incoming: Incoming) -> Original:
    known = Original.objects.filter(sha256=incoming.sha256).first()
    if known and _is_whole(known) and _is_wanted_again(known):
        return known
    facts = known.probe if known else _look_at(incoming.path)
    _move_in(incoming)
    failpoints.reach("original_named")
    row = {"size_bytes": incoming.length, "mime": facts["mime"], "kind": facts["kind"]}
    while True:
        original, is_new = Original.objects.get_or_create(
            sha256=incoming.sha256, defaults=row | {"probe": facts}
        )
        if is_new or _is_wanted_again(original):
            return original


def _is_wanted_again(original: Original) -> bool:
    """Keep a sweep from an original that nobody refers to yet; False when it was faster."""
    rows = Original.objects.filter(pk=original.pk)
    return rows.update(brought_at=timezone.now()) == 1


def adopt_file(*, path: Path) -> Original:
    """Keep a copy of a file of this computer as an Original; the file itself is not touched.

    Raises what `adopt_upload` raises, and Refusal `no_space` when the copy does not fit.
    """
    return adopt_upload(upload=take_copy(path))


def _is_whole(original: Original) -> bool:
    """Say whether the bytes of a known row are there; if not, the same bytes just came to heal it."""
    return stores.chosen().original_size(original.sha256) == original.size_bytes


def _look_at(path: Path) -> dict[str, object]:
    """Probe by content, in a process of its own: no film can crash this one, and it stays small."""
    try:
        return apart.probe_apart(path).as_dict()
    except Unusable as unusable:
        logger.info("upload refused: %s (%s)", unusable.code, unusable.detail)
        raise messages.refusal(unusable.code) from unusable


def _move_in(incoming: Incoming) -> None:
    """Give the bytes their name. After this returns they survive a power cut."""
    target = storage.original_path(incoming.sha256)
    with full_disk_refused():
        if not target.parent.is_dir():
            target.parent.mkdir(parents=True, exist_ok=True)
            storage.sync_folder(storage.originals())
        os.utime(incoming.path)  # young from now on: a sweep leaves it until its row is written
        incoming.sync()
        incoming.move_to(target)
        storage.sync_folder(target.parent)
