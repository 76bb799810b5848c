"""Withdrawals in and around a copy: what was withdrawn after it was made must not come back with it.

A restore gathers every journal it can reach: the one in the copy, the one left in the folder it
restores into, the one of the living site, those in other copies of the same site that lie beside,
and any file it is pointed to.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from kodipest.engines.sanad.errors import SanadError
from kodipest.engines.sanad.keys import SiteKey
from kodipest.engines.sync.bundle import Bundle
from kodipest.kernel.journal import Entry, read
from kodipest.people.journal import journal_of
from kodipest.web.backup.errors import CopyError

MEMBER = "journal/withdrawals.jsonl"


def told_by(bundle: Bundle) -> list[Entry]:
    """List what the journal in a copy says; copies of old had none."""
    return read(bundle.read(MEMBER)) if MEMBER in bundle.members else []


def told_by_site(home: Path, signer: str) -> list[Entry]:
    """List what the journal of the site at `home` says, if its key is `signer`."""
    with suppress(SanadError):
        if SiteKey.load(home / "keys" / "site.pem").public.text == signer:
            return journal_of(home).entries()
    return []


def told_by_files(files: Iterable[Path]) -> Iterator[Entry]:
    """Yield what journals say that somebody points to. Raises CopyError for a file that is none."""
    for file in files:
        try:
            content = file.read_bytes()
        except OSError as error:
            raise CopyError(f"{file} cannot be read: {error.strerror}") from error
        entries = read(content)
        if content and not entries:
            raise CopyError(f"{file} is no journal of withdrawals.")
        yield from entries
