"""Where media lie on disk, under which addresses they are served, and how folders change safely.

media/incoming/<uuid>.part          on its way in, in one request
media/incoming/<uuid>.arrival       on its way in, in parts; the row says how much of it counts
media/originals/ab/<sha256>         untouched, never served
media/renditions/<fingerprint>-<n>/ one attempt each; the row names the one that counts
media/public/<folder>               a link into renditions: what everybody may read
media/locks/<folder>                how its lock was last turned: older signed addresses have ended
"""

import hashlib
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote, urlencode
from uuid import UUID

from django.conf import settings
from django.core.signing import Signer
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from kodipest.kernel.text import clean_line

if TYPE_CHECKING:
    from kodipest.engines.media.stores import Store

FOLDER = re.compile(r"[0-9a-f]{32}-[1-9][0-9]{0,9}")
SHA256 = re.compile(r"[0-9a-f]{64}")
ARRIVAL = ".arrival"
NAME_LENGTH = 200
EXTENSION_LENGTH = 12
TOKEN_STEP_SECONDS = 3600
PRIVATE_LIFETIME = timedelta(hours=12)  # the longest film is watched to its end
BLOCK_BYTES = 1024 * 1024
# What joining an addition rewrites, each whole and in one step, with its scratch files.
REWRITTEN = ("master.m3u8", "manifest.mpd", "manifest.json")


class HasFolder(Protocol):
    """A transcode, as far as addresses are concerned."""

    folder: str


def media_root() -> Path:
    """Return the folder of everything below."""
    return Path(settings.MEDIA_ROOT)


def incoming() -> Path:
    """Return the folder of uploads on their way in; it is there afterwards."""
    return _there(media_root() / "incoming")


def originals() -> Path:
    """Return the folder of untouched files; it is there afterwards."""
    return _there(media_root() / "originals")


def renditions() -> Path:
    """Return the folder of all attempts, finished or not; it is there afterwards."""
    return _there(media_root() / "renditions")


def public() -> Path:
    """Return the folder of links that everybody may follow; it is there afterwards."""
    return _there(media_root() / "public")


def _there(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def original_path(sha256: str) -> Path:
    """Return where the original with this hash lies, spread over 256 folders."""
    return media_root() / "originals" / sha256[:2] / sha256


def arrival_path(arrival_id: UUID) -> Path:
    """Return where the bytes of an upload in parts gather."""
    return media_root() / "incoming" / f"{arrival_id}{ARRIVAL}"


def rendition_path(folder: str) -> Path:
    """Return the folder of one attempt. Raises ValueError when the name is not one of ours."""
    if not FOLDER.fullmatch(folder):
        msg = f"not a rendition folder: {folder!r}"
        raise ValueError(msg)
    return media_root() / "renditions" / folder


def free_bytes() -> int:
    """Return how much the disk of the media can still take."""
    return shutil.disk_usage(_there(media_root())).free


# --- names of people's files


def clean_name(name: str) -> str:
    """Return a file name fit to be shown and to be offered for download.

    NFC, no path, no control or direction characters, at most 200 characters with the extension
    kept; Arabic and Chinese stay as they are.
    """
    last = re.split(r"[/\\]", clean_line(name))[-1].strip(". ")
    stem, dot, extension = last.rpartition(".")
    if not dot or len(extension) > EXTENSION_LENGTH:
        return last[:NAME_LENGTH].strip() or "file"
    return f"{stem[: NAME_LENGTH - len(extension) - 1].strip()}.{extension}"


# --- addresses


def public_url(transcode: HasFolder, name: str, *, download_as: str = "") -> str:
    """Return the address under which everybody reads `name`, once the folder is published."""
    path = reverse("media:public", args=[transcode.folder, name])
    return path + _download_query(download_as)


def private_url(
    transcode: HasFolder,
    name: str,
    lifetime: timedelta = PRIVATE_LIFETIME,
    *,
    download_as: str = "",
) -> str:
    """Return an address that opens this folder, and only this one, for at least `lifetime`.

    It is the same for everybody within the hour, so caches help; relative addresses inside a
    playlist inherit the token because it stands in the path. `turn_lock` ends it sooner.
    """
    token = sign_folder(transcode.folder, lifetime)
    path = reverse("media:private", args=[token, transcode.folder, name])
    return path + _download_query(download_as)


def _download_query(download_as: str) -> str:
    # A space as %20: this is how Caddy may write the name into its answer, letter by letter.
    wanted = {"name": clean_name(download_as)}
    return f"?{urlencode(wanted, quote_via=quote)}" if download_as else ""


def sign_folder(folder: str, lifetime: timedelta) -> str:
    """Return `<expiry>~<signature>`: a key to `folder` that ends by itself, on a full hour."""
    end = time.time() + lifetime.total_seconds()
    expiry = f"{(int(end) // TOKEN_STEP_SECONDS + 1) * TOKEN_STEP_SECONDS:x}"
    return f"{expiry}~{_signature(folder, expiry)}"


def opens_folder(token: str, folder: str) -> bool:
    """Say whether `token` was made here for `folder` and has not ended."""
    expiry, _tilde, signature = token.partition("~")
    if not constant_time_compare(signature, _signature(folder, expiry)):
        return False
    return int(expiry, 16) > time.time()


def _signature(folder: str, expiry: str) -> str:
    signed = f"{folder}/{expiry}{_turn_of(folder)}"
    return Signer(salt="kodipest.engines.media.folder").signature(signed)


def turn_lock(folder: str) -> None:
    """End every signed address of `folder` given out so far; those signed from now on open it.

    A small file, not a row: it is looked at for each segment (docs/adr/0010).
    """
    _store().write_lock(rendition_path(folder).name, f"/{secrets.token_hex(8)}")


def forget_lock(folder: str) -> None:
    """Remove what is left of a folder that is gone."""
    _store().forget_lock(folder)


def _turn_of(folder: str) -> str:
    return _store().read_lock(folder)


def _store() -> "Store":
    from kodipest.engines.media import stores  # it builds on this module

    return stores.chosen()


# --- folders that change in one step or not at all


def sync_folder(folder: Path) -> None:
    """Make the names inside `folder` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_whole(path: Path, text: str) -> None:
    """Replace a small file so that a reader meets the old text or the new one, never half."""
    _there(path.parent)
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    scratch.write_text(text)
    scratch.replace(path)


def link_public(folder: str) -> None:
    """Let everybody read `folder`. Doing it twice is doing it once."""
    target = Path("..") / "renditions" / rendition_path(folder).name
    link = public() / folder
    scratch = public() / f".{folder}.{secrets.token_hex(4)}"
    scratch.symlink_to(target)
    scratch.replace(link)
    sync_folder(public())


def unlink_public(folder: str) -> None:
    """Take `folder` from the public tree. Doing it twice is doing it once."""
    (public() / rendition_path(folder).name).unlink(missing_ok=True)
    sync_folder(public())


def is_public(folder: str) -> bool:
    """Say whether everybody may read `folder`."""
    return (media_root() / "public" / folder).is_symlink()


def public_folders() -> set[str]:
    """Return the names of all folders that everybody may read."""
    return {path.name for path in public().iterdir() if FOLDER.fullmatch(path.name)}


# --- what is in a folder


def files_in(folder: Path) -> Iterator[tuple[str, int]]:
    """Yield the relative name and size of every file below `folder`, sorted by name."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.stat().st_size


def inventory(folder: Path, folders: Iterable[str] | None = None) -> dict[str, Any]:
    """Count what a folder on this disk holds: see `count_files`."""
    return count_files(files_in(folder), folders_in(folder) if folders is None else folders)


def count_files(files: Iterable[tuple[str, int]], folders: Iterable[str]) -> dict[str, Any]:
    """Count named files with their sizes, so that a missing, cut or added one shows later.

    A hash over names and sizes stands for the list, which has 45,000 lines for a film of ten hours.
    Counts what lies beside and in `folders`, and not the playlists that are rewritten when an
    addition joins.
    """
    counted = sorted(folders)
    digest, count, total = hashlib.sha256(), 0, 0
    for name, size in sorted(files, key=lambda file: file[0].split("/")):
        top, slash, _rest = name.partition("/")
        if name.startswith(REWRITTEN) or (slash and top not in counted):
            continue
        digest.update(f"{size} {name}\n".encode())
        count, total = count + 1, total + size
    return {"files": count, "bytes": total, "digest": digest.hexdigest(), "folders": counted}


def folders_in(folder: Path) -> set[str]:
    """Name the folders that stand in `folder`."""
    return {path.name for path in folder.iterdir() if path.is_dir()}


def sha256_of(path: Path) -> str:
    """Hash a file of any size in little memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
