"""A bucket that speaks S3, for a hub of several machines.

originals/ab/<sha256>         untouched
renditions/<folder>/<name>    what was made; opens with a signature that ends
public/<folder>/<name>        a copy of what everybody may read: the only part without a signature
opened/<folder>               a note of it: written before the first copy, once more after the last
locks/<folder>                how its lock was last turned: older signed addresses have ended

The local disk holds what is on its way: an original until it is in the bucket, a folder while an
encoder fills it, `fetched/` what somebody has at hand for a while: each in a folder that is locked
by its process, so that a sweep knows what the dead have left. Imported on a hub only.
"""

import contextlib
import fcntl
import logging
import math
import os
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from kodipest.engines.media import storage
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.manifest import link
from kodipest.engines.media.stores import OnBytes, Rows
from kodipest.engines.media.stores_growth import Growing
from kodipest.engines.media.stores_s3 import TRANSFER, Requests, heard, in_order, told

logger = logging.getLogger(__name__)

LENT_SECONDS = 300
LOCAL_SECONDS = 600.0
DAY_SECONDS = 24 * 3600.0
PRIVATE = ("manifest.json",)  # not copied to the public side
OPENED, BEGUN, WHOLE = "opened/", b"?", b"whole"
LOCKS, LOCK_SECONDS = "locks/", 3600


class Bucket(Requests):
    """The bucket that the settings name."""

    is_shared = True

    # --- originals

    @contextlib.contextmanager
    def original(
        self, sha256: str, size_bytes: int, on_bytes: OnBytes | None = None
    ) -> Iterator[Path]:
        with _fetched(sha256) as scratch:
            try:  # its first name may go while a film is made of it
                link(storage.original_path(sha256), scratch)
            except FileNotFoundError:
                self._fetch_original(sha256, size_bytes, scratch, on_bytes)
            yield scratch

    def _fetch_original(
        self, sha256: str, size_bytes: int, scratch: Path, on_bytes: OnBytes | None
    ) -> None:
        key = _original_key(sha256)
        self._wait_for(key, size_bytes)
        with told(), heard(on_bytes, at_once=True) as tell:
            self.client.download_file(self.name, key, str(scratch), Config=TRANSFER, Callback=tell)
        if (found := storage.sha256_of(scratch)) != sha256:
            raise Unusable("store_away", f"{sha256}: its bytes hash to {found}")

    def original_size(self, sha256: str) -> int | None:
        local = storage.original_path(sha256)
        return local.stat().st_size if local.is_file() else self.size(_original_key(sha256))

    def _wait_for(self, key: str, size_bytes: int) -> None:
        """Wait a little for what another machine is bringing away."""
        ends = time.monotonic() + settings.MEDIA_BUCKET_PATIENCE
        while (found := self.size(key)) != size_bytes:
            if time.monotonic() > ends:
                raise Unusable("store_away", f"{key}: {found} bytes, expected {size_bytes}")
            time.sleep(1)
        if storage.free_bytes() < size_bytes + settings.MEDIA_RESERVE_BYTES:
            raise Unusable("no_space", f"{key} does not fit")

    # --- folders

    @contextlib.contextmanager
    def growing(self, folder: str) -> Iterator[Growing]:
        made, prefix = storage.rendition_path(folder), f"renditions/{folder}/"
        with Growing(
            made,
            lambda name, path: self.put(prefix + name, path),
            lambda name, content: self.put_bytes(prefix + name, content),
        ) as growing:
            yield growing

    def keep(self, folder: str, made: Path, on_bytes: OnBytes | None = None) -> None:
        there = {item.name: item.size for item in self.items(f"renditions/{folder}/")}
        names = [(name, size) for name, size in storage.files_in(made) if not _is_scratch(name)]
        # Only segments never change; everything else is small and sent again.
        wanted = [
            name for name, size in names if there.get(name) != size or not name.endswith(".m4s")
        ]
        for some in in_order(wanted):
            self.each(
                lambda name: self.put(f"renditions/{folder}/{name}", made / name, on_bytes), some
            )
        gone = there.keys() - dict(names).keys()
        self.delete([f"renditions/{folder}/{name}" for name in gone])
        if self.files(folder) != sorted(names):
            raise Unusable("store_away", f"{folder} did not arrive whole")
        if self.size(OPENED + folder) is not None:
            self._copy_new(folder, on_bytes)
            if self.size(OPENED + folder) is None:  # closed in the meantime
                self.close([folder])

    @contextlib.contextmanager
    def folder(self, folder: str, on_bytes: OnBytes | None = None) -> Iterator[Path]:
        with _fetched(folder) as scratch:
            scratch.mkdir()
            names = [name for name, _size in self.files(folder)]
            self.each(
                lambda name: self.get(f"renditions/{folder}/{name}", scratch / name, on_bytes),
                names,
            )
            yield scratch

    def text(self, folder: str, name: str) -> str:
        return self.read(f"renditions/{folder}/{name}")

    def small(self, folder: str, *names: str) -> Path:
        here = storage.media_root() / "small" / storage.rendition_path(folder).name
        for name in names:
            if not (here / name).exists():
                self.get(f"renditions/{folder}/{name}", here / name)
        return here

    def files(self, folder: str) -> list[tuple[str, int]]:
        return sorted((item.name, item.size) for item in self.items(f"renditions/{folder}/"))

    def remove(self, folder: str) -> None:
        shutil.rmtree(storage.rendition_path(folder), ignore_errors=True)
        self.delete_below(f"renditions/{folder}/")

    # --- the public side

    def open(self, folders: Iterable[str]) -> int:
        # One that still grows is opened by the next call.
        there = [name for name in folders if self.size(f"renditions/{name}/manifest.json")]
        for folder in there:
            self.put_bytes(OPENED + folder, BEGUN)
            self._copy_new(folder)
            self.put_bytes(OPENED + folder, WHOLE)
        return len(there)

    def close(self, folders: Iterable[str]) -> None:
        for folder in folders:
            self.delete_below(f"public/{folder}/")
            self.delete([OPENED + folder])

    def opened(self, *, whole: bool = False) -> set[str]:
        notes = self.items(OPENED)
        return {note.name for note in notes if not whole or note.size == len(WHOLE)}

    def _copy_new(self, folder: str, on_bytes: OnBytes | None = None) -> None:
        made_of, seen_as = f"renditions/{folder}/", f"public/{folder}/"
        there = {item.name: item.etag for item in self.items(seen_as)}
        made = {item.name: item.etag for item in self.items(made_of)}
        new = [name for name in made if name not in PRIVATE and there.get(name) != made[name]]
        for some in in_order(new):
            self.each(lambda name: self.copy(made_of + name, seen_as + name, on_bytes), some)
        self.delete([seen_as + name for name in there if name not in made])

    def lend(self, folder: str, name: str, method: str) -> str:
        verb = "head_object" if method == "HEAD" else "get_object"
        thing = {"Bucket": self.name, "Key": f"renditions/{folder}/{name}"}
        url = self.client.generate_presigned_url(verb, Params=thing, ExpiresIn=LENT_SECONDS)
        return str(urlsplit(url).query)

    # --- locks: looked at for each private file, so their last turn stands in the cache as well

    def write_lock(self, folder: str, text: str) -> None:
        cache.set(LOCKS + folder, text, LOCK_SECONDS)  # every machine knows it from here on
        self.put_bytes(LOCKS + folder, text.encode())

    def read_lock(self, folder: str) -> str:
        known: str | None = cache.get(LOCKS + folder)
        if known is None:
            known = self.read(LOCKS + folder)
            cache.add(
                LOCKS + folder, known, LOCK_SECONDS
            )  # whoever turned it since has the last word
        return known

    def forget_lock(self, folder: str) -> None:
        self.delete([LOCKS + folder])
        cache.delete(LOCKS + folder)

    # --- tidying

    def tidy(self, rows: Rows) -> int:
        self._clear_this_disk(rows)
        removed = 0
        for key in self.strays(rows):
            if key.endswith("/"):
                self.delete_below(key)
                self.forget_lock(key.split("/")[1])
            else:
                self.delete([key])
            removed += 1
        return removed + self._remove_uploads()

    def strays(self, rows: Rows) -> Iterator[str]:
        """Yield attempts that no row names, after a grace, and bytes without a row after a day."""
        for folder in self.folders("renditions/"):
            if not rows.knows_folder(folder):
                items = self.items(f"renditions/{folder}/")
                age = min((item.age_seconds for item in items), default=-math.inf)
                if age > settings.MEDIA_GRACE_SECONDS:
                    yield f"renditions/{folder}/"
        for item in self.items("originals/"):
            is_known = rows.knows_original(item.name.rpartition("/")[2])
            is_here = (storage.originals() / item.name).exists()
            if item.age_seconds > DAY_SECONDS and not is_known and not is_here:
                yield f"originals/{item.name}"

    def bring_away(self, rows: Rows) -> int:
        """Put each new original into the bucket; let go of local ones that have been there for a while.

        Kept for some minutes: who removes bytes without a row must never meet the moment between
        the row and the bytes.
        """
        shipped = 0
        for path in storage.originals().glob("[0-9a-f][0-9a-f]/*"):
            if not storage.SHA256.fullmatch(path.name) or not rows.knows_original(path.name):
                continue
            key, size = _original_key(path.name), path.stat().st_size
            if self.size(key) != size:
                self.put(key, path)
                shipped += 1
            elif _age(path) > LOCAL_SECONDS:
                path.unlink(missing_ok=True)
        return shipped

    def _clear_this_disk(self, rows: Rows) -> None:
        """Remove local copies: of attempts that are kept or given up, and of what was brought back."""
        for path in storage.renditions().iterdir():
            if _age(path) > settings.MEDIA_GRACE_SECONDS and not rows.is_at_work(path.name):
                shutil.rmtree(path, ignore_errors=True)
        for path in (*_local("fetched").iterdir(), *_local("small").iterdir()):
            if _age(path) > DAY_SECONDS and not _is_held(path):
                _remove(path)

    def _remove_uploads(self) -> int:
        """Give up large files whose sender died between two parts: they cost and nobody sees them."""
        removed = 0
        with told():
            pages = self.client.get_paginator("list_multipart_uploads").paginate(Bucket=self.name)
            for upload in (one for page in pages for one in page.get("Uploads", [])):
                if timezone.now() - upload["Initiated"] > timedelta(days=1):
                    thing = {"Key": upload["Key"], "UploadId": upload["UploadId"]}
                    self.client.abort_multipart_upload(Bucket=self.name, **thing)
                    removed += 1
        return removed


@contextlib.contextmanager
def _fetched(name: str) -> Iterator[Path]:
    """Give a name for what is brought here; the lock of its folder says that it is in use."""
    folder = _local("fetched") / f"{name}.{secrets.token_hex(4)}"
    folder.mkdir()
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield folder / name
    finally:
        os.close(handle)
        _remove(folder)


def _is_held(path: Path) -> bool:
    """Say whether a process that lives has `path` in use."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:  # gone since it was listed
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _local(name: str) -> Path:
    folder = storage.media_root() / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _original_key(sha256: str) -> str:
    return f"originals/{sha256[:2]}/{sha256}"


def _is_scratch(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/")) or name.endswith(".tmp")


def _age(path: Path) -> float:
    try:
        return time.time() - path.lstat().st_mtime
    except FileNotFoundError:
        return 0.0
