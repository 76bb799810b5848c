"""Tells every cached public page that it is out of date, in the transaction that made it so.

A cache that is asked with the generation it was filled at can never show what has been withdrawn,
not even after a crash between the change and the word about it.
"""

from django.db.models import F

from kodipest.kernel.models import Freshness

ONLY_ROW = 1


def generation() -> int:
    """Return the number of public changes so far (one indexed query)."""
    found = Freshness.objects.filter(pk=ONLY_ROW).values_list("generation", flat=True).first()
    return found or 0


def bump() -> None:
    """Count one public change; call it inside the transaction that changes what the public sees."""
    row = Freshness.objects.filter(pk=ONLY_ROW)
    if not row.update(generation=F("generation") + 1):
        Freshness.objects.get_or_create(pk=ONLY_ROW)  # two first changes at once: both count
        row.update(generation=F("generation") + 1)
