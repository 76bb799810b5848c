"""Questions about curation; each list says who may see what."""

from django.db.models import OuterRef, QuerySet
from django.utils.translation import gettext as _

from kodipest.kernel.errors import Refusal
from kodipest.people.models import Person
from kodipest.people.rules import is_curator, is_programme_manager
from kodipest.stages.curation.models import Submission, Verdict
from kodipest.works.journey import Stage
from kodipest.works.models import Act, Attestation, Credit, Revision, Work
from kodipest.works.queries import obstacles_to_handing_on


def obstacles_to_curation(revision: Revision) -> list[Refusal]:
    """List what `revision` still lacks before curators may see it; empty when it is ready."""
    obstacles = obstacles_to_handing_on(revision)
    if not Attestation.objects.filter(revision=revision, act=Act.APPROVED).exists():
        obstacles.append(
            Refusal(_("Your mentor has to approve this version first."), code="not_approved")
        )
    return obstacles


def open_to_curator(curator: Person) -> QuerySet[Submission]:
    """Submissions, decided or not, that are no conflict for `curator`: none of the own house or hand."""
    if not is_curator(curator):
        return Submission.objects.none()
    own_houses = [held.organisation_id for held in curator.living_memberships]
    own_hand = Credit.objects.filter(person=curator, role=Credit.Role.AUTHOR).values("work")
    return Submission.objects.exclude(work__organisation__in=own_houses).exclude(work__in=own_hand)


def waiting_for_curator(curator: Person) -> QuerySet[Submission]:
    """Submissions without a verdict that `curator` may judge, longest first: none of the own house."""
    waiting = open_to_curator(curator).filter(verdict=None, work__stage=Stage.CURATION)
    return waiting.select_related("work__organisation", "revision").order_by("submitted_at")


def decided_by(curator: Person) -> QuerySet[Verdict]:
    """Verdicts `curator` gave, newest first."""
    verdicts = Verdict.objects.filter(curator=curator).order_by("-decided_at")
    return verdicts.select_related("submission__work", "submission__revision")


def passed_and_waiting(manager: Person) -> QuerySet[Verdict]:
    """Passed works that wait for a channel, longest first. For programme managers; else none.

    The verdict on an older version does not count: its work came back, and is judged anew.
    """
    newest = Revision.objects.filter(work=OuterRef("submission__work")).order_by("-number")
    passed = Verdict.objects.filter(
        outcome=Verdict.Outcome.PASSED,
        submission__work__stage=Stage.CURATION,
        submission__revision=newest.values("pk")[:1],
    )
    if not is_programme_manager(manager):
        return passed.none()
    return passed.select_related("submission__work__organisation", "submission__revision").order_by(
        "decided_at"
    )


def verdicts_on(work: Work) -> QuerySet[Verdict]:
    """All verdicts on `work`, in order. For those who may see its inside; curators stay unnamed."""
    return (
        Verdict.objects.filter(submission__work=work)
        .select_related("submission__revision")
        .order_by("decided_at")
    )
