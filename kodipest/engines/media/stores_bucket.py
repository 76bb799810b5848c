"""A bucket that speaks S3, for a hub of several machines.

originals/ab/<sha256>         untouched
renditions/<folder>/<name>    what was made; opens with a signature that ends
public/<folder>/<name>        a copy of what everybody may read: the only part without a signature
opened/<folder>               a note of it: written before the first copy, once more after the last
locks/<folder>                how its lock was last turned: older signed addresses have ended

The local disk holds what is on its way: an original until it is in the bucket, a folder while an
encoder fills it, `fetched/` what was brought back for a while. Imported on a hub only.
"""

import contextlib
import logging
import secrets
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from storages.backends.s3 import S3Storage

from kodipest.engines.media import storage
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.stores import Rows
from kodipest.engines.media.stores_growth import Growing

logger = logging.getLogger(__name__)

PART_BYTES = 16 * 2**20
PARTS_AT_ONCE = 4  # with the above: how much memory a large file takes
FILES_AT_ONCE = 12
DELETED_AT_ONCE = 1000  # the most that S3 takes in one request
LENT_SECONDS = 300
LOCAL_SECONDS = 600.0
DAY_SECONDS = 24 * 3600.0
MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
# Rewritten in place when an addition joins; what names others comes after what it names.
LAST = ("master.m3u8", "manifest.mpd", "manifest.json")
PRIVATE = ("manifest.json",)  # not copied to the public side
OPENED, BEGUN, WHOLE = "opened/", b"?", b"whole"
LOCKS, LOCK_SECONDS = "locks/", 3600

TRANSFER = TransferConfig(
    multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES, max_concurrency=PARTS_AT_ONCE
)
# One request copies up to 5 GB inside the bucket, which no file of a set reaches.
COPY = TransferConfig(multipart_threshold=4 * 2**30)


class Item(NamedTuple):
    """One file in the bucket; `name` without the prefix it was asked for."""

    name: str
    size: int
    etag: str
    age_seconds: float


def away(error: Exception) -> Unusable:
    """Tell why the store takes or gives nothing, for the operator's log."""
    return Unusable("store_away", f"{type(error).__name__}: {error}"[:1000])


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Turn whatever the bucket's library raises into Unusable `store_away`."""
    try:
        yield
    except (BotoCoreError, ClientError, Boto3Error) as error:
        raise away(error) from error


def unless_missing(error: ClientError) -> None:
    """Raise `error` unless it says that the file asked for is not there."""
    if error.response["Error"]["Code"] not in MISSING:
        raise error


class Bucket:
    """The bucket that the settings name."""

    is_shared = True

    def __init__(self) -> None:
        options: dict[str, Any] = settings.MEDIA_BUCKET
        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": options.get("addressing_style", "path")},
            retries={"mode": "standard", "max_attempts": settings.MEDIA_BUCKET_TRIES},
            connect_timeout=10,
            read_timeout=60,
            max_pool_connections=FILES_AT_ONCE + PARTS_AT_ONCE,
            # Not every S3 knows the newer sums; originals are compared by their SHA-256.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        self.name: str = options["bucket_name"]
        self.client = S3Storage(**options, client_config=config).connection.meta.client

    # --- originals

    @contextlib.contextmanager
    def original(self, sha256: str, size_bytes: int) -> Iterator[Path]:
        local = storage.original_path(sha256)
        if local.is_file():
            yield local
            return
        with self._fetched(sha256) as scratch:
            self._wait_for(_original_key(sha256), size_bytes)
            with told():
                self.client.download_file(
                    self.name, _original_key(sha256), str(scratch), Config=TRANSFER
                )
            if (found := storage.sha256_of(scratch)) != sha256:
                raise Unusable("store_away", f"{sha256}: its bytes hash to {found}")
            yield scratch

    def original_size(self, sha256: str) -> int | None:
        local = storage.original_path(sha256)
        return local.stat().st_size if local.is_file() else self._size(_original_key(sha256))

    def _wait_for(self, key: str, size_bytes: int) -> None:
        """Wait a little for what another machine is bringing away."""
        ends = time.monotonic() + settings.MEDIA_BUCKET_PATIENCE
        while (found := self._size(key)) != size_bytes:
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

    def keep(self, folder: str, made: Path) -> None:
        there = {item.name: item.size for item in self._list(f"renditions/{folder}/")}
        names = [(name, size) for name, size in storage.files_in(made) if not _is_scratch(name)]
        # Only segments never change; everything else is small and sent again.
        wanted = [
            name for name, size in names if there.get(name) != size or not name.endswith(".m4s")
        ]
        for some in in_order(wanted):
            self._each(lambda name: self.put(f"renditions/{folder}/{name}", made / name), some)
        gone = [name for name in there if name not in dict(names)]
        self._delete([f"renditions/{folder}/{name}" for name in gone])
        if self.files(folder) != sorted(names):
            raise Unusable("store_away", f"{folder} did not arrive whole")
        if self._size(OPENED + folder) is not None:
            self._copy_new(folder)
            if self._size(OPENED + folder) is None:  # closed in the meantime
                self.close([folder])

    @contextlib.contextmanager
    def folder(self, folder: str) -> Iterator[Path]:
        with self._fetched(folder) as scratch:
            scratch.mkdir()
            names = [name for name, _size in self.files(folder)]
            self._each(lambda name: self._get(f"renditions/{folder}/{name}", scratch / name), names)
            yield scratch

    def text(self, folder: str, name: str) -> str:
        return self._text(f"renditions/{folder}/{name}")

    def small(self, folder: str, *names: str) -> Path:
        here = storage.media_root() / "small" / storage.rendition_path(folder).name
        for name in names:
            if not (here / name).exists():
                self._get(f"renditions/{folder}/{name}", here / name)
        return here

    def files(self, folder: str) -> list[tuple[str, int]]:
        return sorted((item.name, item.size) for item in self._list(f"renditions/{folder}/"))

    def remove(self, folder: str) -> None:
        shutil.rmtree(storage.rendition_path(folder), ignore_errors=True)
        self._delete_below(f"renditions/{folder}/")

    # --- the public side

    def open(self, folders: Iterable[str]) -> int:
        # One that still grows is opened by the next call.
        there = [name for name in folders if self._size(f"renditions/{name}/manifest.json")]
        for folder in there:
            self.put_bytes(OPENED + folder, BEGUN)
            self._copy_new(folder)
            self.put_bytes(OPENED + folder, WHOLE)
        return len(there)

    def close(self, folders: Iterable[str]) -> None:
        for folder in folders:
            self._delete_below(f"public/{folder}/")
            self._delete([OPENED + folder])

    def opened(self, *, whole: bool = False) -> set[str]:
        notes = self._list(OPENED)
        return {note.name for note in notes if not whole or note.size == len(WHOLE)}

    def _copy_new(self, folder: str) -> None:
        there = {item.name: item.etag for item in self._list(f"public/{folder}/")}
        made = {item.name: item.etag for item in self._list(f"renditions/{folder}/")}
        new = [name for name in made if name not in PRIVATE and there.get(name) != made[name]]
        for some in in_order(new):
            self._each(lambda name: self._copy(folder, name), some)
        self._delete([f"public/{folder}/{name}" for name in there if name not in made])

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
            known = self._text(LOCKS + folder)
            cache.add(
                LOCKS + folder, known, LOCK_SECONDS
            )  # whoever turned it since has the last word
        return known

    def forget_lock(self, folder: str) -> None:
        self._delete([LOCKS + folder])
        cache.delete(LOCKS + folder)

    # --- tidying

    def tidy(self, rows: Rows) -> int:
        self._clear_this_disk(rows)
        removed = 0
        for key in self.strays(rows):
            if key.endswith("/"):
                self._delete_below(key)
                self.forget_lock(key.split("/")[1])
            else:
                self._delete([key])
            removed += 1
        return removed + self._remove_uploads()

    def strays(self, rows: Rows) -> Iterator[str]:
        """Yield attempts that no row names, after a grace, and bytes without a row after a day."""
        for folder in self._folders("renditions/"):
            if not rows.knows_folder(folder):
                items = self._list(f"renditions/{folder}/")
                age = min((item.age_seconds for item in items), default=0.0)
                if age > settings.MEDIA_GRACE_SECONDS:
                    yield f"renditions/{folder}/"
        for item in self._list("originals/"):
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
            if self._size(key) != size:
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
            if _age(path) > DAY_SECONDS:
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

    # --- what S3 is asked

    def put(self, key: str, path: Path) -> None:
        """Send one file: a large one in parts, a few at a time, each again when the line broke."""
        with told():
            self.client.upload_file(str(path), self.name, key, Config=TRANSFER)

    def put_bytes(self, key: str, content: bytes) -> None:
        """Send a small file as it was a moment ago."""
        with told():
            self.client.put_object(Bucket=self.name, Key=key, Body=content)

    def _get(self, key: str, path: Path) -> None:
        """Bring one file; what is not there is not there afterwards."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with told():
            try:
                self.client.download_file(self.name, key, str(path), Config=TRANSFER)
            except ClientError as error:
                unless_missing(error)

    def _text(self, key: str) -> str:
        with told():
            try:
                answer = self.client.get_object(Bucket=self.name, Key=key)
                return str(answer["Body"].read().decode())
            except ClientError as error:
                unless_missing(error)
        return ""

    def _copy(self, folder: str, name: str) -> None:
        source = {"Bucket": self.name, "Key": f"renditions/{folder}/{name}"}
        with told():
            self.client.copy(source, self.name, f"public/{folder}/{name}", Config=COPY)

    def _size(self, key: str) -> int | None:
        with told():
            try:
                return int(self.client.head_object(Bucket=self.name, Key=key)["ContentLength"])
            except ClientError as error:
                unless_missing(error)
        return None

    def _list(self, prefix: str) -> Iterator[Item]:
        with told():
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.name, Prefix=prefix
            )
            for one in (one for page in pages for one in page.get("Contents", [])):
                age = (timezone.now() - one["LastModified"]).total_seconds()
                yield Item(one["Key"].removeprefix(prefix), one["Size"], one["ETag"], age)

    def _folders(self, prefix: str) -> Iterator[str]:
        with told():
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.name, Prefix=prefix, Delimiter="/"
            )
            for one in (one for page in pages for one in page.get("CommonPrefixes", [])):
                name = one["Prefix"].removeprefix(prefix).rstrip("/")
                if storage.FOLDER.fullmatch(name):
                    yield name

    def _delete_below(self, prefix: str) -> None:
        names = [item.name for item in self._list(prefix)]
        # What names others goes first: nobody starts what is about to go.
        for some in reversed(in_order(names)):
            self._delete([prefix + name for name in some])

    def _delete(self, keys: list[str]) -> None:
        for start in range(0, len(keys), DELETED_AT_ONCE):
            some = [{"Key": key} for key in keys[start : start + DELETED_AT_ONCE]]
            with told():
                answer = self.client.delete_objects(
                    Bucket=self.name, Delete={"Objects": some, "Quiet": True}
                )
            if errors := answer.get("Errors"):
                raise Unusable("store_away", f"not deleted: {errors[:3]}")

    def _each(self, act: Callable[[str], None], names: Iterable[str]) -> None:
        with ThreadPoolExecutor(FILES_AT_ONCE) as pool:
            for _done in pool.map(act, names):
                pass

    @contextlib.contextmanager
    def _fetched(self, name: str) -> Iterator[Path]:
        scratch = _local("fetched") / f"{name}.{secrets.token_hex(4)}"
        try:
            yield scratch
        finally:
            _remove(scratch)


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


def in_order(names: Iterable[str]) -> list[list[str]]:
    """Group names so that what names others comes after what it names: files, playlists, the last."""
    groups: list[list[str]] = [[], [], *([] for _name in LAST)]
    for name in sorted(names):
        is_list = name.endswith((".m3u8", ".mpd"))
        groups[LAST.index(name) + 2 if name in LAST else int(is_list)].append(name)
    return [group for group in groups if group]


def _age(path: Path) -> float:
    try:
        return time.time() - path.lstat().st_mtime
    except FileNotFoundError:
        return 0.0
