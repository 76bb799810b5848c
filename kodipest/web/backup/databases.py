"""The durable database inside a copy: a consistent snapshot taken from a running site.

SQLite is copied by VACUUM INTO (a plain `cp` of a live file is corrupt). PostgreSQL is copied by its
own pg_dump and pg_restore, which must be as new as the server. Queue, sessions and cache are not
copied: rows ring again by themselves, and people sign in anew.
"""

import contextlib
import os
import secrets
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from django.db import connection, transaction

from kodipest.engines.media.models import Original
from kodipest.web.backup.errors import CopyError

SQLITE, POSTGRESQL = "db/kodipest.sqlite3", "db/kodipest.pgdump"


@dataclass(frozen=True)
class Snapshot:
    """A copied database: its member name in the bundle, rows per table, originals it speaks of."""

    member: str
    file: Path
    counts: dict[str, int]
    originals: list[tuple[str, int]]  # SHA-256, size in bytes


def take_snapshot(scratch: Path) -> Snapshot:
    """Copy the durable database of the running site into the folder `scratch`."""
    if connection.vendor == "sqlite":
        return _snapshot_of_sqlite(scratch / "kodipest.sqlite3")
    return _snapshot_of_postgresql(scratch / "kodipest.pgdump")


# --- SQLite


def _snapshot_of_sqlite(file: Path) -> Snapshot:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(file)])
    originals = _table_of_originals()
    with contextlib.closing(sqlite3.connect(file)) as copy:
        rows = copy.execute(
            f"SELECT sha256, size_bytes FROM {originals} ORDER BY sha256"
        ).fetchall()
    return Snapshot(SQLITE, file, count_sqlite(file), rows)


def count_sqlite(file: Path) -> dict[str, int]:
    """Count the rows of each table. Raises CopyError unless the file is sound and no row dangles."""
    try:
        with contextlib.closing(sqlite3.connect(file)) as copy:
            verdict = copy.execute("PRAGMA integrity_check").fetchall()
            dangling = copy.execute("PRAGMA foreign_key_check").fetchall()
            if verdict != [("ok",)] or dangling:
                raise CopyError(f"The copied database is not sound: {verdict[:3]} {dangling[:3]}")
            names = copy.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
            )
            return {
                name: copy.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
                for (name,) in names.fetchall()
                if not name.startswith("sqlite_")
            }
    except sqlite3.DatabaseError as error:
        raise CopyError(f"The copied database cannot be read: {error}") from error


# --- PostgreSQL


@transaction.atomic
def _snapshot_of_postgresql(file: Path) -> Snapshot:
    """Dump under an exported snapshot, so that the counts are of the same moment as the rows."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        moment = cursor.fetchone()[0]
        run_tool(
            "pg_dump", "--format=custom", "--no-owner", f"--snapshot={moment}", f"--file={file}"
        )
        counts = _count_postgresql(cursor)
        originals = list(Original.objects.order_by("sha256").values_list("sha256", "size_bytes"))
    return Snapshot(POSTGRESQL, file, counts, originals)


def _count_postgresql(cursor: Any) -> dict[str, int]:
    cursor.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
    )
    names = [name for (name,) in cursor.fetchall()]
    counts = {}
    for name in names:
        cursor.execute(f'SELECT count(*) FROM "{name}"')
        counts[name] = cursor.fetchone()[0]
    return counts


def count_postgresql(database: str) -> dict[str, int]:
    """Count the rows of each table of another database on the same server."""
    import psycopg

    parameters = _parameters() | {"dbname": database}
    with psycopg.connect(**parameters) as other, other.cursor() as cursor:
        return _count_postgresql(cursor)


@contextlib.contextmanager
def scratch_database() -> Iterator[str]:
    """Create an empty database beside the real one for a proof, and drop it afterwards."""
    name = f"kodipest_proof_{secrets.token_hex(4)}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user")
        if not cursor.fetchone()[0]:
            raise CopyError(
                "A copy is proved in a scratch database, and this role may not create one: "
                "ALTER ROLE … CREATEDB."
            )
        cursor.execute(f"CREATE DATABASE {name}")
        try:
            yield name
        finally:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def load_postgresql(file: Path, database: str) -> None:
    """Load a dump into an empty database, wholly or not at all."""
    run_tool(
        "pg_restore", "--no-owner", "--exit-on-error", "--single-transaction",
        f"--dbname={database}", str(file),
    )  # fmt: skip


def is_empty_postgresql() -> bool:
    """Tell whether the configured database holds no table yet."""
    return connection.vendor == "postgresql" and not connection.introspection.table_names()


def address_of(database: str) -> str:
    """Return the address of another database on the same server, as DATABASE_URL wants it."""
    known = _parameters()
    words = {key: str(known[key]) for key in ("host", "port") if known.get(key)}
    user, password = (
        quote(known.get("user") or "", safe=""),
        quote(known.get("password") or "", safe=""),
    )
    return f"postgresql://{user}{f':{password}' if password else ''}@/{database}?{urlencode(words)}"


def run_tool(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs against the configured server. Raises CopyError in words."""
    path = shutil.which(program)
    if path is None:
        raise CopyError(
            f"{program} is needed for a copy of PostgreSQL and is not on the path (postgresql-client)."
        )
    known = _parameters()
    names = {
        "host": "PGHOST",
        "port": "PGPORT",
        "user": "PGUSER",
        "password": "PGPASSWORD",
        "dbname": "PGDATABASE",
    }
    environment = os.environ | {
        name: str(known[key]) for key, name in names.items() if known.get(key)
    }
    done = subprocess.run(
        [path, *arguments],
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CopyError(f"{program}: {done.stderr.strip()}")


def _parameters() -> dict[str, Any]:
    known: dict[str, Any] = connection.get_connection_params()
    return {key: known.get(key) for key in ("host", "port", "user", "password", "dbname")}


def _table_of_originals() -> str:
    return connection.ops.quote_name(Original._meta.db_table)


def configured_name() -> str:
    """Name the database that DATABASE_URL points to."""
    return str(connection.settings_dict["NAME"])
