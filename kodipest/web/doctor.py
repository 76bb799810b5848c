"""What the site promises (docs/explanation/promises.md), as far as a program can decide it now.

Each examination yields a sentence for the operator per fault, with the value found and the value
expected, and nothing when all is well. Nobody is healed here; see `mend` of the command.
"""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from time import time

from django.conf import settings
from django.db import connection
from django.utils import timezone

from kodipest.engines.media import queries as media
from kodipest.engines.media import quotas, storage, stores
from kodipest.engines.media.models import Arrival, Original, Section, Transcode
from kodipest.engines.media.operations.additions import is_to_be_taken_over
from kodipest.engines.media.operations.shipping import Database
from kodipest.engines.sanad.chain import verify
from kodipest.engines.sanad.errors import SanadError
from kodipest.people import journal
from kodipest.people.audit import audit_faults
from kodipest.stages.publication.queries import public_folders, published_editions
from kodipest.works import sanad
from kodipest.works.journey import ALLOWED_MOVES, Stage
from kodipest.works.models import Work
from kodipest.works.queries import sealed_revisions

GRACE_SECONDS = 24 * 3600
SYNCHRONOUS_FULL = 2
# What an answer of PostgreSQL may rest on: each of these waits for this server's own disk.
WAITING_COMMITS = ("on", "local", "remote_write", "remote_apply")


class Note(str):
    """What the operator should know although no promise is broken."""

    __slots__ = ()


@dataclass(frozen=True)
class Examination:
    """One promise and how it is checked. Those of `files` need the media folder at hand."""

    promise: str
    examine: Callable[[], Iterable[str]]
    files: bool = False
    deep: bool = False


@dataclass
class Findings:
    """What an examination of the whole site found: faults by promise, in the order of the promises."""

    examined: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def examine(*, files: bool = True, deep: bool = False) -> Findings:
    """Check every promise that can be decided; `deep` reads each blob and the whole database."""
    findings = Findings()
    for one in EXAMINATIONS:
        if (one.files and not files) or (one.deep and not deep):
            continue
        if one.promise not in findings.examined:
            findings.examined.append(one.promise)
        for said in one.examine():
            kept = findings.notes if isinstance(said, Note) else findings.faults
            kept.append(f"{one.promise}: {said}")
    return findings


def settings_of_the_database() -> Iterator[str]:
    """SQLite loses nothing only in WAL with full synchronisation, PostgreSQL only with fsync.

    Where the operator said that this one may forget (a trial), it is a note.
    """
    expected: dict[str, tuple[object, ...]]
    if connection.vendor == "sqlite":
        ask = "PRAGMA"
        expected = {
            "journal_mode": ("wal",),
            "synchronous": (SYNCHRONOUS_FULL,),
            "foreign_keys": (1,),
        }
    else:
        ask = "SHOW"
        expected = {
            "fsync": ("on",),
            "synchronous_commit": WAITING_COMMITS,
            "full_page_writes": ("on",),
        }
    word = Note if settings.DATABASE_MAY_FORGET else str
    with connection.cursor() as cursor:
        for name, good in expected.items():
            cursor.execute(f"{ask} {name}")
            if (found := cursor.fetchone()[0]) not in good:
                yield word(f"{name} is {found}, expected {good[0]}")


def soundness_of_the_database() -> Iterator[str]:
    """No page of the file is damaged."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        yield from (line for (line,) in cursor.fetchall() if line != "ok")


def dangling_rows() -> Iterator[str]:
    """No row points to one that is gone."""
    if connection.vendor != "sqlite":
        return  # PostgreSQL keeps its foreign keys itself
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_key_check")
        yield from (
            f"{table} row {row} points into {parent}"
            for table, row, parent, _key in cursor.fetchall()
        )


def stray_files() -> Iterator[str]:
    """Every file has its row, or is young; no scratch file outlives a day."""
    old = time() - GRACE_SECONDS
    known = set(Original.objects.values_list("sha256", flat=True))
    for path in storage.originals().glob("*/*"):
        if path.name not in known and path.stat().st_mtime < old:
            yield f"original {path.name} has no row and is older than a day"
    on_their_way = {it.path.name for it in Arrival.objects.filter(original=None)}
    for path in storage.incoming().iterdir():
        if path.stat().st_mtime < old and path.name not in on_their_way:
            yield f"upload {path.name} was left behind more than a day ago"
    for path in storage.renditions().iterdir():
        if path.stat().st_mtime >= old:
            continue
        if not (media.is_named(path.name) or is_to_be_taken_over(path.name)):
            yield f"renditions {path.name} have no row and are older than a day"
    yield from (f"{key} in the bucket has no row" for key in stores.chosen().strays(Database()))


def stages() -> Iterator[str]:
    """Every work stands where its last passage brought it, by allowed moves only."""
    for work in Work.objects.prefetch_related("passages").iterator(chunk_size=500):
        here = Stage.TRAINING
        for passage in work.passages.all():
            if passage.from_stage != here or passage.to_stage not in ALLOWED_MOVES[here]:
                yield f"work {work.pk} went from {passage.from_stage} to {passage.to_stage} while at {here}"
            here = Stage(passage.to_stage)
        if work.stage != here:
            yield f"work {work.pk} is at {work.stage}, its passages lead to {here}"


def leases() -> Iterator[str]:
    """Every lease ends: a lapsed one is swept within the day."""
    old = timezone.now() - timedelta(seconds=GRACE_SECONDS)
    for name, kind in (("transcode", Transcode), ("section", Section)):
        for row in kind.objects.filter(state=kind.State.RUNNING, lease_until__lt=old).iterator():
            yield f"{name} {row.pk} is held by {row.lease_by} since {row.lease_until:%Y-%m-%d %H:%M}"
    for sent in Arrival.objects.filter(writer_until__lt=old).iterator():
        yield f"upload {sent.pk} is held by {sent.writer} since {sent.writer_until:%Y-%m-%d %H:%M}"


def contents() -> Iterator[str]:
    """What was sealed still says what its hash names."""
    for revision in sealed_revisions().iterator(chunk_size=50):
        if (found := sanad.hash_of(revision)) != revision.content_hash:
            yield (
                f"version {revision.number} of work {revision.work_id} hashes to {found},"
                f" sealed as {revision.content_hash}"
            )


def quotas_kept() -> Iterator[str]:
    """What each keeps adds up, and stays within the limit.

    Nothing comes in beyond a limit; but a limit may be lowered, which takes nothing from anybody.
    """
    for key, counted, size in quotas.counted_wrongly():
        yield f"upload {key} counts for {counted} bytes, its original has {size}"
    for who, quota in quotas.beyond_the_limit():
        yield Note(f"{who} keeps {quota.used} bytes, the limit is {quota.limit}: was it lowered?")


def public_files() -> Iterator[str]:
    """The public can fetch exactly the files of what it may see."""
    allowed = public_folders()
    found = {path.name for path in storage.public().iterdir()} | stores.chosen().opened()
    yield from (
        f"renditions {name} are open to the public and should not be"
        for name in sorted(found - allowed)
    )


def private_folder() -> Iterator[str]:
    """Nobody but the owner reads the state folder and the keys."""
    home = Path(settings.HOME)
    for path in (
        home,
        *(home / name for name in ("keys", "journal")),
        *sorted((home / "keys").glob("*")),
    ):
        if not path.exists() or path.stat().st_uid != os.geteuid():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            yield f"{path.name} has mode {mode:o}, expected {mode & 0o700:o}"


def chains_of_approval() -> Iterator[str]:
    """Each published edition bears a sanad that holds, down to the last link."""
    try:
        trusted = [sanad.site_key().public]
    except SanadError as error:
        yield f"the site key cannot be used: {error.detail}"
        return
    for edition in published_editions().iterator(chunk_size=200):
        document = sanad.export_sanad(edition.revision, {})
        report = verify(document, trusted=trusted)
        if not report.is_valid:
            yield f"the sanad of work {edition.work_id} does not hold: {report.codes[:3]}"


EXAMINATIONS = [
    Examination("1 durable", settings_of_the_database),
    Examination("1 durable", soundness_of_the_database, deep=True),
    Examination("2 no ghosts", dangling_rows),
    Examination(
        "3 content", lambda: (found.reason for found in media.broken_originals()), files=True
    ),
    Examination(
        "3 content",
        lambda: (found.reason for found in media.broken_originals(thorough=True)),
        files=True,
        deep=True,
    ),
    Examination("3 content", stray_files, files=True),
    Examination("3 content", contents),
    Examination(
        "1 durable", lambda: (found.reason for found in media.broken_arrivals()), files=True
    ),
    Examination("5 states", stages),
    Examination("5 states", leases),
    Examination(
        "5 states", lambda: (found.reason for found in media.broken_transcodes()), files=True
    ),
    Examination("6 conservation", quotas_kept),
    Examination("7 audit", audit_faults),
    Examination("7 audit", chains_of_approval),
    Examination("8 privacy", public_files, files=True),
    Examination("8 privacy", private_folder),
    Examination("9 consent", journal.faults),
]
# Not decidable before their part of the house stands: 4 once and 10 convergence (sync), and of 6
# conservation the places and budgets.
