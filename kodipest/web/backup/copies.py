"""Making a copy of a running site, proving it, and bringing one back."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from kodipest.engines.media import stores
from kodipest.engines.sanad.errors import SanadError
from kodipest.engines.sanad.keys import PublicKey
from kodipest.engines.sync.bundle import Bundle, BundleError, write_bundle
from kodipest.kernel import journal as lines
from kodipest.people import journal
from kodipest.web.backup import databases, journals, keys
from kodipest.web.backup.errors import CopyError
from kodipest.web.preparation import ROOT
from kodipest.works.sanad import site_key

PURPOSE = "backup"
SPARE_BYTES = 64 * 2**20
STAGING = ".restoring"


@dataclass(frozen=True)
class Copy:
    """A proved copy."""

    file: Path
    bytes: int
    rows: int
    originals: int


def make_copy(folder: Path) -> Copy:
    """Write a proved copy of this site into `folder`: database first, then blobs, then the manifest.

    The journal of withdrawals comes after the database, so that it never knows less.

    It gets its name only after it has been restored into a scratch folder and examined there; a
    copy that was interrupted or did not prove itself leaves nothing under a final name.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = site_key()
    # Two copies of one second are two files.
    final = folder / f"kodipest-{key.key_id}-{timezone.now():%Y%m%dT%H%M%S.%fZ}.zip"
    with _scratch_in(folder) as scratch:
        snapshot = databases.take_snapshot(scratch)
        _require_room(folder, snapshot)
        part = scratch / "bundle"
        facts = {
            "made_at": timezone.now().isoformat(timespec="seconds"),
            "program": settings.VERSION,
            "counts": snapshot.counts,
            "originals": len(snapshot.originals),
        }
        write_bundle(
            part,
            _members(snapshot),
            purpose=PURPOSE,
            facts=facts,
            signer=key.public.text,
            sign=lambda message: key.sign(message).hex(),
        )
        snapshot.file.unlink()
        prove(part, scratch)
        part.rename(final)
    _flush(folder)
    return Copy(final, final.stat().st_size, sum(snapshot.counts.values()), len(snapshot.originals))


def _members(snapshot: databases.Snapshot) -> Iterator[tuple[str, Path | bytes]]:
    yield snapshot.member, snapshot.file
    yield keys.MEMBER, keys.seal(settings.HOME, keys.recovery_code(settings.HOME))
    journal.reconcile()
    yield journals.MEMBER, lines.write(journal.journal_of(settings.HOME).entries())
    for sha256, size in snapshot.originals:
        if stores.chosen().original_size(sha256) != size:
            raise CopyError(
                f"The original {sha256} is missing or cut; `manage.py doctor --deep` says more."
            )
        with stores.chosen().original(sha256, size) as path:
            yield _member_of(sha256), path


def _member_of(sha256: str) -> str:
    return f"media/originals/{sha256[:2]}/{sha256}"


def open_copy(file: Path, *, signer: str = "") -> Bundle:
    """Open a copy with distrust. Raises CopyError in words; `signer` names the only key accepted."""
    try:
        bundle = Bundle.open(file, has_signed=has_signed)
    except BundleError as error:
        raise CopyError(
            f"{file.name} is not a whole copy ({error.code}): {error.detail}"
        ) from error
    if bundle.purpose != PURPOSE or (signer and bundle.signer != signer):
        raise CopyError(f"{file.name} is a {bundle.purpose} signed by {bundle.signer}.")
    return bundle


def has_signed(signer: str, message: bytes, signature: str) -> bool:
    """Tell whether the site key `signer` made `signature` (hex) over `message`."""
    try:
        return PublicKey.parse(signer).has_signed(message, bytes.fromhex(signature))
    except (SanadError, ValueError):
        return False


def prove(file: Path, scratch: Path) -> None:
    """Restore a copy into `scratch` and examine it there; raises CopyError unless it is whole.

    Every byte of the bundle is read and hashed. The database is opened by the program itself, which
    checks its integrity, its counts and the chains of audit and sanad.
    """
    with open_copy(file) as bundle:
        verify(bundle)
        home = scratch / "proof"
        home.mkdir(mode=0o700)
        for name, key in keys.unseal(
            bundle.read(keys.MEMBER), keys.recovery_code(settings.HOME)
        ).items():
            keys.write_key(home / "keys" / name, key)
        journal.journal_of(home).append(journals.told_by(bundle))
        if databases.SQLITE in bundle.members:
            target = home / databases.SQLITE
            bundle.extract(databases.SQLITE, target)
            _require_counts(databases.count_sqlite(target), bundle)
            examine(home)
        else:
            _prove_postgresql(bundle, home)


def _prove_postgresql(bundle: Bundle, home: Path) -> None:
    dump = home / databases.POSTGRESQL
    bundle.extract(databases.POSTGRESQL, dump)
    with databases.scratch_database() as name:
        databases.load_postgresql(dump, name)
        _require_counts(databases.count_postgresql(name), bundle)
        examine(home, database=databases.address_of(name))


def verify(bundle: Bundle) -> None:
    """Read every member and require every blob to be the one that its name says."""
    try:
        bundle.verify()
    except BundleError as error:
        raise CopyError(f"The copy is damaged ({error.code}): {error.detail}") from error
    for name, member in bundle.members.items():
        if name.startswith("media/originals/") and name != _member_of(member.sha256):
            raise CopyError(f"{name} holds {member.sha256}")
    if (
        not {databases.SQLITE, databases.POSTGRESQL} & set(bundle.members)
        or keys.MEMBER not in bundle.members
    ):
        raise CopyError("The copy holds no database or no keys.")


def _require_counts(found: dict[str, int], bundle: Bundle) -> None:
    expected = bundle.facts["counts"]
    if found != expected:
        odd = {name for name in {*found, *expected} if found.get(name) != expected.get(name)}
        raise CopyError(f"The restored tables {sorted(odd)} have other counts than the site had.")


def examine(home: Path, *, database: str = "", mend: bool = False) -> None:
    """Have the program open the site at `home` and examine it; raises CopyError with what it found."""
    words = ["doctor", "--json", *(["--mend"] if mend else ["--rows-only", "--withdraw-again"])]
    answer = manage(home, *words, database=database)
    try:
        faults = json.loads(answer.stdout)["faults"]
    except ValueError:
        raise CopyError(
            f"The restored site does not open: {answer.stderr.strip()[-2000:]}"
        ) from None
    if faults:
        raise CopyError(f"The restored site is not whole: {faults[:5]}")


def manage(home: Path, *words: str, database: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command of the site at `home` in a process of its own."""
    environment = os.environ | {"KODIPEST_HOME": str(home)}
    for name in ("DATABASE_URL", "QUEUE_URL", "SESSIONS_URL", "CACHE_DB_URL"):
        environment.pop(name, None)
    if database:
        environment["DATABASE_URL"] = database
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def restore_copy(
    file: Path, home: Path, *, code: str, signer: str = "", more: Iterable[Path] = ()
) -> Bundle:
    """Bring a copy back into the empty state folder `home`; everything is verified before a byte is written.

    What was withdrawn after the copy was made is gathered from every journal in reach and from the
    journals `more`; the program applies it before it answers. What was interrupted leaves the folder as empty as before for the next try. Renditions are not in
    a copy: they wait to be made again. Raises CopyError.
    """
    require_empty(home)
    with open_copy(file, signer=signer) as bundle:
        opened = keys.unseal(bundle.read(keys.MEMBER), code)
        verify(bundle)
        withdrawn = [
            *journals.told_by(bundle),
            *journals.told_by_site(settings.HOME, bundle.signer),
            *told_by_sisters(file, bundle.signer),
            *journals.told_by_files(more),
        ]
        if databases.POSTGRESQL in bundle.members and not databases.is_empty_postgresql():
            raise CopyError(
                "DATABASE_URL must point to an empty PostgreSQL database for this copy."
            )
        need = sum(member.bytes for member in bundle.members.values()) + SPARE_BYTES
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        if shutil.disk_usage(home).free < need:
            raise CopyError(f"{need} bytes are needed in {home}, fewer are free.")
        staging = home / STAGING
        shutil.rmtree(staging, ignore_errors=True)
        for name in bundle.members:
            if name not in {keys.MEMBER, journals.MEMBER}:
                bundle.extract(name, staging / name)
        if databases.SQLITE in bundle.members:
            _require_counts(databases.count_sqlite(staging / databases.SQLITE), bundle)
        journal.journal_of(home).append(withdrawn)  # first: nothing is ever there without it
        _move_in(staging, home, opened | {keys.CODE_FILE: code.encode()})
        return bundle


def told_by_sisters(file: Path, signer: str) -> Iterator[lines.Entry]:
    """Yield what the journals in other copies of the same site say that lie beside `file`."""
    for sister in sorted(file.resolve().parent.glob("*.zip")):
        try:
            with open_copy(sister, signer=signer) as bundle:
                yield from journals.told_by(bundle)
        except (CopyError, BundleError):
            continue  # a damaged copy, or no copy at all


def _move_in(staging: Path, home: Path, opened: dict[str, bytes]) -> None:
    """Put everything in place, the database last: with it the folder counts as full."""
    if (staging / "media").is_dir():
        shutil.rmtree(home / "media" / "originals", ignore_errors=True)
        (home / "media").mkdir(exist_ok=True, mode=0o700)
        (staging / "media" / "originals").rename(home / "media" / "originals")
    for name, key in opened.items():
        keys.write_key(home / "keys" / name, key)
    if (staging / databases.POSTGRESQL).exists():
        databases.load_postgresql(staging / databases.POSTGRESQL, databases.configured_name())
    else:
        (home / "db").mkdir(exist_ok=True, mode=0o700)
        (staging / databases.SQLITE).rename(home / databases.SQLITE)
    shutil.rmtree(staging)
    _flush(home)


def require_empty(home: Path) -> None:
    """Raise CopyError when `home` is somebody's site already. A secret key alone is no site."""
    found = [home / databases.SQLITE, home / "keys" / "site.pem"]
    originals = home / "media" / "originals"
    if any(path.exists() for path in found) or (originals.is_dir() and any(originals.iterdir())):
        raise CopyError(
            f"{home} holds a site already; a copy is restored into an empty folder only: --into FOLDER"
        )


@contextmanager
def _scratch_in(folder: Path) -> Iterator[Path]:
    """Give a scratch folder on the disk of the copy; remove what a killed backup left there."""
    for old in folder.glob(".making-*"):
        shutil.rmtree(old, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=folder) as name:
        yield Path(name)


def _require_room(folder: Path, snapshot: databases.Snapshot) -> None:
    need = (
        sum(size for _sha256, size in snapshot.originals)
        + 2 * snapshot.file.stat().st_size
        + SPARE_BYTES
    )
    free = shutil.disk_usage(folder).free
    if free < need:
        raise CopyError(
            f"A copy needs {need} bytes in {folder}; {free} are free. Nothing was kept."
        )


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
