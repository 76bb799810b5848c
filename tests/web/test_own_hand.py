"""Nobody vouches for, judges or brings out in a name or an office that is not theirs: not even who set
up the site and may do everything else there."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from kodipest.people.models import Person, Purpose, Role
from kodipest.stages.coaching.models import Approval
from kodipest.stages.coaching.operations import approve, ask_for_coaching
from kodipest.stages.curation.models import Verdict
from kodipest.stages.curation.operations import decide
from kodipest.stages.publication.models import Edition
from kodipest.stages.publication.operations import publish_work
from kodipest.works.models import Attestation, Work
from kodipest.works.operations import credit_person
from tests.factories.people import MembershipFactory, cast, consent
from tests.factories.stages import (
    GOOD_SCORES,
    ChannelFactory,
    handed_in,
    passed,
    started,
    submitted,
)

pytestmark = pytest.mark.django_db


def crown(person: Person) -> Person:
    """Make `person` the one who set up the site."""
    Person.objects.filter(pk=person.pk).update(is_superuser=True, is_staff=True)
    return Person.objects.get(pk=person.pk)


@pytest.fixture
def people():
    return cast()


def test_the_founder_may_do_everything_that_is_not_signed(people):
    founder = crown(people.eka)
    work = started(people)

    for permission in ("works.change_work", "works.see_work", "publication.withdraw_work"):
        assert founder.has_perm(permission, work)
    assert founder.has_perm("people.found_organisation")


def test_the_founder_does_not_hand_in_what_others_made(people):
    work, founder = started(people), crown(people.eka)

    with pytest.raises(PermissionDenied):
        ask_for_coaching(work=work, by=founder)
    assert not Attestation.objects.exists()


def test_a_founder_who_mentors_does_not_approve_the_own_work(client, people):
    work = started(people)
    credit_person(work=work, person=people.budi, by=people.aisyah)
    handed_in(people, work)
    founder = crown(people.budi)

    with pytest.raises(PermissionDenied):
        approve(work=work, read=work.newest_revision.pk, by=founder)
    client.force_login(founder)
    answer = client.post(
        reverse("coaching_approve", args=[work.pk]), {"read": work.newest_revision.pk}
    )

    assert answer.status_code == 404
    assert not Approval.objects.exists()


def test_a_founder_who_mentors_elsewhere_does_not_approve(people):
    founder, work = crown(people.eka), handed_in(people)
    MembershipFactory(person=founder, role=Role.COACH)

    with pytest.raises(PermissionDenied):
        approve(work=work, read=work.newest_revision.pk, by=founder)


def test_a_founder_who_mentors_here_approves_what_others_made(people):
    founder, work = crown(people.budi), handed_in(people)

    approve(work=work, read=work.newest_revision.pk, by=founder)

    assert Approval.objects.get().coach == founder


@pytest.mark.parametrize("tie", ["author", "same house", "no curator"])
def test_a_founder_with_a_tie_does_not_judge(people, tie):
    work = started(people)
    judge = people.eka if tie == "no curator" else people.citra
    if tie == "author":
        credit_person(work=work, person=judge, by=people.aisyah)
    if tie == "same house":
        MembershipFactory(person=judge, organisation=people.house)
    submission = submitted(people, work)

    with pytest.raises(PermissionDenied):
        decide(
            submission=submission, by=crown(judge), outcome=Verdict.Outcome.PASSED,
            scores=GOOD_SCORES, praise="Ours.",
        )  # fmt: skip

    assert not Verdict.objects.exists()


def test_the_founder_does_not_publish_in_the_name_of_the_programme(people):
    work, channel = passed(people), ChannelFactory()
    consent(people.aisyah, Purpose.PUBLIC)

    with pytest.raises(PermissionDenied):
        publish_work(work=work, read=work.newest_revision.pk, channel=channel, by=crown(people.eka))

    assert not Edition.objects.exists()
    assert Work.objects.get().stage == "curation"
