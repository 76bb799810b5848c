"""What several tests of these verbs use."""

from kodipest.people.models import (
    AuditEntry,
)


def acts():
    return [*AuditEntry.objects.order_by("sequence").values_list("act", flat=True)]
