"""Names that one transaction at a time holds, whatever rows there are.

On PostgreSQL only: the writing transactions of SQLite (IMMEDIATE) follow each other anyway.
"""

import hashlib

from django.db import connection


def hold(name: str) -> None:
    """Wait until no other transaction holds `name`; the end of the transaction gives it free."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_number_of(name)])


def try_to_hold(name: str) -> bool:
    """Hold `name` until the end of the transaction; False when another one holds it."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_number_of(name)])
        return bool(cursor.fetchone()[0])


def _number_of(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
