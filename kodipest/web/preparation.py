"""What a site must have before its first page, and how a start knows that it has it already.

Nothing here imports Django: the start reads this file to decide whether Django is needed at all.
"""

import fcntl
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (
    "db", "keys", "run", "log", "mail", "static", "media", "media/incoming", "media/originals",
    "media/renditions", "media/public",
)  # fmt: skip
ADDRESSES = ("DATABASE_URL", "QUEUE_URL", "SESSIONS_URL", "CACHE_DB_URL")


def make_folders(home: Path) -> None:
    """Create the state folder, open to its owner only."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    home.chmod(0o700)
    for name in FOLDERS:
        (home / name).mkdir(exist_ok=True, mode=0o700)


@contextmanager
def alone(home: Path, *, while_waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the folder against every other preparation; the lock goes with its process, however it ends.

    Whoever comes second calls `while_waiting` once and waits.
    """
    with (home / "run" / "preparing.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            while_waiting()
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_ready(home: Path, *, demo: bool = False) -> bool:
    """Tell whether the last preparation still holds: same program, same addresses, databases there.

    With `demo`, also whether it has seen to demo people and works.
    """
    try:
        mark = json.loads(_mark(home).read_text())
    except (OSError, ValueError):
        return False
    if mark["fingerprint"] != fingerprint() or (demo and not mark["demo"]):
        return False
    return all(Path(file).exists() for file in mark["files"])


def mark_ready(home: Path, files: list[str], *, demo: bool) -> None:
    """Note that everything is done for the program as it is now; `files` are the databases."""
    scratch = _mark(home).with_suffix(".new")
    scratch.write_text(json.dumps({"fingerprint": fingerprint(), "files": files, "demo": demo}))
    scratch.replace(_mark(home))


def forget(home: Path) -> None:
    """Have the next start prepare again, as after a restore."""
    _mark(home).unlink(missing_ok=True)


def fingerprint() -> str:
    """Digest what a preparation depends on: names, sizes and times of files, never their content."""
    addresses = [os.environ.get(name) for name in ADDRESSES]
    digest = hashlib.sha256(f"{sys.version}{addresses}".encode())
    for path, status in _sources():
        digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def digest_of(folder_patterns: list[tuple[Path, str]]) -> str:
    """Digest the names, sizes and times of the files that one step depends on."""
    digest = hashlib.sha256()
    for folder, pattern in folder_patterns:
        for path in sorted(folder.glob(pattern)):
            status = path.stat()
            digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _mark(home: Path) -> Path:
    return home / "run" / "prepared.json"


def _sources() -> Iterator[tuple[str, os.stat_result]]:
    for folder in ("config", "kodipest", "locale"):
        for path, _folders, names in sorted(os.walk(ROOT / folder)):
            if path.endswith("__pycache__"):
                continue
            for name in sorted(names):
                if not name.endswith((".mo", ".pyc")):
                    yield f"{path}/{name}", Path(path, name).stat()
    for name in ("CHANGELOG.md", "requirements/node.txt"):
        yield name, (ROOT / name).stat()
