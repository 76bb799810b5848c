"""Tells every cached public page that it is out of date, in the transaction that made it so.

A cache that is asked with the generation it was filled at can never show what has been withdrawn,
not even after a crash between the change and the word about it.
"""

from django.db import connection
from django.db.models import F

from kodipest.kernel.models import Freshness

ONLY_ROW = 1
TABLE = Freshness._meta.db_table


def generation() -> int:
    """Return the number of public changes so far (one indexed query).

    Written in SQL: nearly all that a kept page costs is this question, and building it is half of that.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT generation FROM {TABLE} WHERE id = %s", [ONLY_ROW])  # noqa: S608
        found = cursor.fetchone()
    return int(found[0]) if found else 0


def bump() -> None:
    """Count one public change; call it inside the transaction that changes what the public sees."""
    row = Freshness.objects.filter(pk=ONLY_ROW)
    if not row.update(generation=F("generation") + 1):
        Freshness.objects.get_or_create(pk=ONLY_ROW)  # two first changes at once: both count
        row.update(generation=F("generation") + 1)
