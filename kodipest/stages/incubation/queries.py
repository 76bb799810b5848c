"""Questions about incubation."""

from django.db.models import QuerySet

from kodipest.people.models import Person
from kodipest.people.rules import is_programme_manager
from kodipest.works.journey import Stage
from kodipest.works.models import Work


def works_in_incubation(manager: Person) -> QuerySet[Work]:
    """Works that grow before they are judged, longest first. For programme managers; else none."""
    works = Work.objects.filter(stage=Stage.INCUBATION).select_related("organisation")
    return works.order_by("stage_since") if is_programme_manager(manager) else works.none()
