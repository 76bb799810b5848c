"""Where media stay: on the disk of a node, or in a bucket that all machines of a hub share.

Everything is made on a local disk first (`storage`). A store is asked to keep what was made, to bring
it back, and to open it to everybody. A node's store is the disk itself and costs nothing.
"""

import contextlib
import functools
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from kodipest.engines.media import storage

# Told how many bytes went over the line just now, from any thread; what it raises ends a transfer.
OnBytes = Callable[[int], None]


class Growth(Protocol):
    """A folder that grows under an encoder, as far as others can see it."""

    def check(self) -> None:
        """Raise what went wrong with keeping it, so that the encoder need not go on."""

    @property
    def is_playable(self) -> bool:
        """Say whether everybody who asks finds a playlist already."""


class Store(Protocol):
    """What keeps originals and folders of renditions. Raises Unusable `store_away` when it cannot."""

    is_shared: bool  # by machines that do not see each other's disks

    def original(
        self, sha256: str, size_bytes: int, on_bytes: OnBytes | None = None
    ) -> AbstractContextManager[Path]:
        """Lay an original at hand while the context lasts; it is only read."""

    def original_size(self, sha256: str) -> int | None:
        """Return how large the original is that is kept under this name; None when none is."""

    def growing(self, folder: str) -> AbstractContextManager[Growth]:
        """Show others what an encoder writes into its local folder, as it comes."""

    def keep(self, folder: str, made: Path, on_bytes: OnBytes | None = None) -> None:
        """Let `folder` hold what `made` holds, through a power cut too. Twice is as good as once."""

    def folder(self, folder: str, on_bytes: OnBytes | None = None) -> AbstractContextManager[Path]:
        """Lay a kept folder at hand while the context lasts. Changes need a `keep`."""

    def text(self, folder: str, name: str) -> str:
        """Return a small file of a kept folder as it is now; nothing when it is not there."""

    def small(self, folder: str, *names: str) -> Path:
        """Lay small files of a kept folder at hand, which never change; return where they begin."""

    def files(self, folder: str) -> list[tuple[str, int]]:
        """List relative names and sizes of a folder, sorted by name; nothing when it is not there."""

    def remove(self, folder: str) -> None:
        """Remove what was made of an attempt, wherever it is."""

    def open(self, folders: Iterable[str]) -> int:
        """Let everybody read those of these folders that are there; return how many. Twice is once."""

    def close(self, folders: Iterable[str]) -> None:
        """Take these folders from the public. Doing it twice is doing it once."""

    def opened(self, *, whole: bool = False) -> set[str]:
        """Name the folders of which everybody may read something; with `whole`, everything."""

    def lend(self, folder: str, name: str, method: str) -> str:
        """Return the query that opens one private file to the server in front; empty when it needs none."""

    def write_lock(self, folder: str, text: str) -> None:
        """Write down how the lock of a folder was turned last; every machine knows it afterwards."""

    def read_lock(self, folder: str) -> str:
        """Return what was written last, nothing when nothing was."""

    def forget_lock(self, folder: str) -> None:
        """Remove what was written, with its folder."""

    def bring_away(self, rows: "Rows") -> int:
        """Bring originals that lie on this disk to where all machines find them; return how many."""

    def strays(self, rows: "Rows") -> Iterable[str]:
        """Name what no row knows and is old enough, where no walk over a disk finds it."""

    def tidy(self, rows: "Rows") -> int:
        """Remove what no row knows; return how many things."""


class Rows(Protocol):
    """What the database says about things in the store."""

    def knows_original(self, sha256: str) -> bool:
        """Say whether a row has these bytes."""

    def knows_folder(self, folder: str) -> bool:
        """Say whether a row names this folder."""

    def is_at_work(self, folder: str) -> bool:
        """Say whether somebody writes into this folder now, or makes a film of it."""


class Shown:
    """A folder that everybody sees as it grows: nothing to do, nothing that can go wrong."""

    is_playable = True

    def check(self) -> None:
        """Go on."""


class Disk:
    """The disk of this computer: what was made stays where it was made."""

    is_shared = False

    @contextlib.contextmanager
    def original(
        self, sha256: str, _size_bytes: int, _on_bytes: OnBytes | None = None
    ) -> Iterator[Path]:
        yield storage.original_path(sha256)

    def original_size(self, sha256: str) -> int | None:
        path = storage.original_path(sha256)
        return path.stat().st_size if path.is_file() else None

    def growing(self, _folder: str) -> AbstractContextManager[Growth]:
        return contextlib.nullcontext(Shown())

    def keep(self, _folder: str, _made: Path, _on_bytes: OnBytes | None = None) -> None:
        os.sync()

    @contextlib.contextmanager
    def folder(self, folder: str, _on_bytes: OnBytes | None = None) -> Iterator[Path]:
        yield storage.rendition_path(folder)

    def text(self, folder: str, name: str) -> str:
        path = storage.rendition_path(folder) / name
        return path.read_text(encoding="utf-8") if path.is_file() else ""

    def small(self, folder: str, *_names: str) -> Path:
        return storage.rendition_path(folder)

    def files(self, folder: str) -> list[tuple[str, int]]:
        return list(storage.files_in(storage.rendition_path(folder)))

    def remove(self, folder: str) -> None:
        shutil.rmtree(storage.rendition_path(folder), ignore_errors=True)

    def open(self, folders: Iterable[str]) -> int:
        there = [folder for folder in folders if storage.rendition_path(folder).is_dir()]
        for folder in there:
            storage.link_public(folder)
        return len(there)

    def close(self, folders: Iterable[str]) -> None:
        for folder in folders:
            storage.unlink_public(folder)

    def opened(self, *, whole: bool = False) -> set[str]:  # a link opens all or nothing
        return storage.public_folders()

    def lend(self, _folder: str, _name: str, _method: str) -> str:
        return ""

    def write_lock(self, folder: str, text: str) -> None:
        storage.write_whole(_lock_of(folder), text)

    def read_lock(self, folder: str) -> str:
        try:
            return _lock_of(folder).read_text()
        except FileNotFoundError:  # never turned: nearly every folder
            return ""

    def forget_lock(self, folder: str) -> None:
        _lock_of(folder).unlink(missing_ok=True)

    def bring_away(self, _rows: Rows) -> int:
        return 0

    def strays(self, _rows: Rows) -> Iterable[str]:
        return ()

    def tidy(self, _rows: Rows) -> int:
        return 0


def _lock_of(folder: str) -> Path:
    return storage.media_root() / "locks" / Path(folder).name


@functools.cache
def chosen() -> Store:
    """Return the store of this site, as the settings name it."""
    make: Callable[[], Store] = import_string(settings.MEDIA_STORE)
    return make()


def _choose_anew(*, setting: str, **_more: Any) -> None:
    if setting.startswith("MEDIA_"):
        chosen.cache_clear()


setting_changed.connect(_choose_anew)  # only tests change settings
