"""SQLite as a durable store: which build is loaded, and how each connection is opened."""

import sys
from typing import Any

import pysqlite3

OLDEST_SOUND_SQLITE = (3, 51, 3)  # 3.7.0 - 3.51.2 can corrupt a WAL database on reset

# Django imports `sqlite3`; Debian's is inside the range above.
sys.modules["sqlite3"] = pysqlite3
sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2


def assert_sound_version(found: tuple[int, ...] = pysqlite3.sqlite_version_info) -> None:
    """Stop the start of a site whose SQLite can lose data; says the value found and expected."""
    if found < OLDEST_SOUND_SQLITE:
        wanted = ".".join(map(str, OLDEST_SOUND_SQLITE))
        msg = f"SQLite {'.'.join(map(str, found))} is loaded, {wanted} or newer is needed: install requirements/node.txt."
        raise RuntimeError(msg)


def harden(database: dict[str, Any], *, durable: bool) -> None:
    """Open `database`, if it is SQLite, with WAL, IMMEDIATE transactions and patience.

    `durable` decides what a power cut may take: FULL loses nothing that was acknowledged, NORMAL
    (queue, sessions, cache) may lose the last moments, which a sweep or a new sign-in brings back.
    """
    if database["ENGINE"] != "django.db.backends.sqlite3":
        database.setdefault("CONN_MAX_AGE", 600)
        database.setdefault("CONN_HEALTH_CHECKS", True)
        return
    assert_sound_version()
    synchronous = "FULL" if durable else "NORMAL"
    database["CONN_MAX_AGE"] = None
    database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            f"PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous}; PRAGMA foreign_keys=ON;"
            "PRAGMA cache_size=-8000; PRAGMA temp_store=MEMORY;"
        ),
    }
