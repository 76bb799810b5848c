"""Questions about coaching."""

from typing import Any

from django.db.models import OuterRef, QuerySet

from kodipest.people.models import Person, Role
from kodipest.people.queries import organisations_of
from kodipest.stages.coaching.models import Advice, Approval
from kodipest.works.journey import Stage
from kodipest.works.models import Credit, Revision, Work


def waiting_for_coach(coach: Person) -> QuerySet[Work]:
    """Works of the mentor's own pesantren that wait for a word, longest first; own works excepted."""
    return (
        Work.objects.filter(
            stage=Stage.COACHING, organisation__in=organisations_of(coach, Role.COACH)
        )
        .exclude(pk__in=works_of_own_hand(coach))
        .exclude(pk__in=approved_works())
        .select_related("organisation")
        .order_by("stage_since")
    )


def works_of_coach(coach: Person) -> QuerySet[Work]:
    """Works that `coach` may speak about: of the own pesantren, not by the own hand."""
    houses = organisations_of(coach, Role.COACH)
    return (
        Work.objects.filter(organisation__in=houses)
        .exclude(pk__in=works_of_own_hand(coach))
        .select_related("organisation")
    )


def works_of_own_hand(person: Person) -> QuerySet[Credit, Any]:
    """Ids of works that `person` is an author of."""
    return Credit.objects.filter(person=person, role=Credit.Role.AUTHOR).values("work")


def approved_works() -> QuerySet[Revision, Any]:
    """Ids of works whose newest version a mentor has vouched for."""
    newest = Revision.objects.filter(work=OuterRef("work")).order_by("-number").values("pk")[:1]
    return Revision.objects.filter(approval__isnull=False, pk=newest).values("work")


def advice_on(work: Work) -> QuerySet[Advice]:
    """Everything mentors wrote about `work`, in order. For those who may see its inside."""
    return Advice.objects.filter(revision__work=work).select_related("coach", "revision")


def approval_of_newest(work: Work) -> Approval | None:
    """Return the mentor's approval of the newest version, if it has one."""
    return Approval.objects.filter(revision=work.newest_revision).select_related("coach").first()
