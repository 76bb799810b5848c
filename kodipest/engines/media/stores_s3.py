"""What S3 is asked for, one request or one walk at a time. Imported on a hub only."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.utils import timezone
from storages.backends.s3 import S3Storage

from kodipest.engines.media import storage
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.stores import OnBytes

PART_BYTES = 16 * 2**20
PARTS_AT_ONCE = 4  # with the above: how much memory a large file takes
FILES_AT_ONCE = 12
DELETED_AT_ONCE = 1000  # the most that S3 takes in one request
MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
# What names others comes after what it names; these are rewritten when an addition joins.
LAST = ("master.m3u8", "manifest.mpd", "manifest.json")
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


@contextlib.contextmanager
def heard(on_bytes: OnBytes | None, *, at_once: bool) -> Iterator[OnBytes | None]:
    """Give the callback for one transfer, and raise what `on_bytes` raises: at once, or at its end.

    At once only what comes: of a file that is sent, the library takes it for a line that broke,
    and sends it again.
    """
    if on_bytes is None or at_once:
        yield on_bytes
        return
    said: list[Exception] = []

    def tell(count: int) -> None:
        try:
            on_bytes(count)
        except Exception as error:  # noqa: BLE001 - raised below
            said.append(error)

    yield tell
    if said:
        raise said[0]


def unless_missing(error: ClientError) -> None:
    """Raise `error` unless it says that the file asked for is not there."""
    if error.response["Error"]["Code"] not in MISSING:
        raise error


class Requests:
    """A client of the bucket that the settings name. Raises Unusable `store_away`."""

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

    def put(self, key: str, path: Path, on_bytes: OnBytes | None = None) -> None:
        """Send one file: a large one in parts, a few at a time, each again when the line broke."""
        with told(), heard(on_bytes, at_once=False) as tell:
            self.client.upload_file(str(path), self.name, key, Config=TRANSFER, Callback=tell)

    def put_bytes(self, key: str, content: bytes) -> None:
        """Send a small file as it was a moment ago."""
        with told():
            self.client.put_object(Bucket=self.name, Key=key, Body=content)

    def get(self, key: str, path: Path, on_bytes: OnBytes | None = None) -> None:
        """Bring one file; what is not there is not there afterwards."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with told(), heard(on_bytes, at_once=True) as tell:
            try:
                self.client.download_file(self.name, key, str(path), Config=TRANSFER, Callback=tell)
            except ClientError as error:
                unless_missing(error)

    def read(self, key: str) -> str:
        """Return a small file; nothing when it is not there."""
        with told():
            try:
                answer = self.client.get_object(Bucket=self.name, Key=key)
                return str(answer["Body"].read().decode())
            except ClientError as error:
                unless_missing(error)
        return ""

    def copy(self, key: str, to: str, on_bytes: OnBytes | None = None) -> None:
        """Copy one file inside the bucket."""
        source = {"Bucket": self.name, "Key": key}
        with told(), heard(on_bytes, at_once=False) as tell:
            self.client.copy(source, self.name, to, Config=COPY, Callback=tell)

    def size(self, key: str) -> int | None:
        """Return how large a file is; None when it is not there."""
        with told():
            try:
                return int(self.client.head_object(Bucket=self.name, Key=key)["ContentLength"])
            except ClientError as error:
                unless_missing(error)
        return None

    def items(self, prefix: str) -> Iterator[Item]:
        """Yield every file whose key begins with `prefix`."""
        with told():
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.name, Prefix=prefix
            )
            for one in (one for page in pages for one in page.get("Contents", [])):
                age = (timezone.now() - one["LastModified"]).total_seconds()
                yield Item(one["Key"].removeprefix(prefix), one["Size"], one["ETag"], age)

    def folders(self, prefix: str) -> Iterator[str]:
        """Name the folders of renditions right below `prefix`; some servers name empty ones too."""
        with told():
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.name, Prefix=prefix, Delimiter="/"
            )
            for one in (one for page in pages for one in page.get("CommonPrefixes", [])):
                name = one["Prefix"].removeprefix(prefix).rstrip("/")
                if storage.FOLDER.fullmatch(name):
                    yield name

    def delete_below(self, prefix: str) -> None:
        """Remove every file whose key begins with `prefix`."""
        names = [item.name for item in self.items(prefix)]
        # What names others goes first: nobody starts what is about to go.
        for some in reversed(in_order(names)):
            self.delete([prefix + name for name in some])

    def delete(self, keys: list[str]) -> None:
        """Remove files, as many with one request as S3 takes."""
        for start in range(0, len(keys), DELETED_AT_ONCE):
            some = [{"Key": key} for key in keys[start : start + DELETED_AT_ONCE]]
            with told():
                answer = self.client.delete_objects(
                    Bucket=self.name, Delete={"Objects": some, "Quiet": True}
                )
            if errors := answer.get("Errors"):
                raise Unusable("store_away", f"not deleted: {errors[:3]}")

    def each(self, act: Callable[[str], None], names: Iterable[str]) -> None:
        """Do something with many names, some at the same time; the first error ends it."""
        with ThreadPoolExecutor(FILES_AT_ONCE) as pool:
            for _done in pool.map(act, names):
                pass


def in_order(names: Iterable[str]) -> list[list[str]]:
    """Group names so that what names others comes after what it names: files, playlists, the last."""
    groups: list[list[str]] = [[], [], *([] for _name in LAST)]
    for name in sorted(names):
        is_list = name.endswith((".m3u8", ".mpd"))
        groups[LAST.index(name) + 2 if name in LAST else int(is_list)].append(name)
    return [group for group in groups if group]
