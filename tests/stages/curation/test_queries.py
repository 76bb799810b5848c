import pytest

from kodipest.people.models import Role
from kodipest.stages.curation.models import Verdict
from kodipest.stages.curation.operations import decide, send_back
from kodipest.stages.curation.queries import (
    decided_by,
    obstacles_to_curation,
    passed_and_waiting,
    verdicts_on,
    waiting_for_curator,
)
from kodipest.works.operations import credit_person
from tests.factories.people import MembershipFactory, cast, somebody
from tests.factories.stages import (
    GOOD_SCORES,
    approved,
    handed_in,
    passed,
    published,
    reopened,
    started,
    submitted,
)

pytestmark = pytest.mark.django_db


def codes(refusals):
    return [code for refusal in refusals for code in refusal.codes]


def test_a_version_needs_its_approval():
    people = cast()

    assert codes(obstacles_to_curation(handed_in(people).newest_revision)) == ["not_approved"]
    assert codes(obstacles_to_curation(approved(people).newest_revision)) == []


@pytest.mark.parametrize("count", [1, 3])
def test_a_curator_waits_for_undecided_works_longest_first(django_assert_num_queries, count):
    people = cast()
    waiting = [submitted(people) for _ in range(count)]
    passed(people)
    approved(people)

    people.citra.__dict__.pop("living_memberships", None)
    with django_assert_num_queries(2):  # memberships, submissions
        found = [*waiting_for_curator(people.citra)]
        assert all(each.work.organisation.name and each.revision.title for each in found)

    assert found == waiting


def test_no_curator_sees_works_of_the_own_house_or_the_own_hand():
    people, others = cast(), cast()
    work = started(people)
    credit_person(work=work, person=people.citra, by=people.aisyah)
    own_hand, other = submitted(people, work), submitted(people)
    house_curator = somebody("Umar", people.house, Role.CURATOR)
    MembershipFactory(person=others.citra, organisation=people.house, role=Role.SANTRI)

    assert [*waiting_for_curator(people.citra)] == [other]
    assert [*waiting_for_curator(house_curator)] == []
    assert [*waiting_for_curator(others.citra)] == []
    assert own_hand.work == work


def test_the_inbox_says_what_the_permission_says():
    people, others = cast(), cast()
    submissions = [submitted(people), submitted(others)]
    tied = somebody("Umar", others.house, Role.CURATOR)

    for person in [*people[1:], *others[1:], tied]:
        may = [each for each in submissions if person.has_perm("curation.decide", each.work)]
        assert [*waiting_for_curator(person)] == may


@pytest.mark.parametrize("count", [1, 3])
def test_verdicts_are_found_by_their_curator_newest_first(django_assert_num_queries, count):
    people = cast()
    works = [passed(people) for _ in range(count)]

    with django_assert_num_queries(1):
        found = [*decided_by(people.citra)]
        assert [verdict.submission.work for verdict in found] == works[::-1]
        assert all(verdict.submission.revision.title for verdict in found)

    assert [*decided_by(people.eka)] == []


@pytest.mark.parametrize("count", [1, 3])
def test_passed_works_wait_for_a_channel(django_assert_num_queries, count):
    people = cast()
    works = [passed(people) for _ in range(count)]
    submitted(people)
    published(people)

    people.farid.__dict__.pop("living_memberships", None)
    with django_assert_num_queries(2):  # memberships, verdicts
        found = [*passed_and_waiting(people.farid)]
        assert [verdict.submission.work for verdict in found] == works
        assert all(verdict.submission.work.organisation.name for verdict in found)

    for person in people[1:-1]:
        assert [*passed_and_waiting(person)] == []


def test_verdicts_on_a_work_are_in_order(django_assert_num_queries):
    people = cast()
    submission = submitted(people)
    returned = decide(
        submission=submission,
        by=people.citra,
        outcome=Verdict.Outcome.RETURNED,
        scores=GOOD_SCORES,
        praise="Good.",
        advice="Slower.",
    )
    work = submission.work
    reopened(people, work)
    passed(people, work)

    with django_assert_num_queries(1):
        found = [*verdicts_on(work)]
        assert [verdict.submission.revision.number for verdict in found] == [1, 2]

    assert found[0] == returned
    send_back(work=work, by=people.farid, why="Too long.")
    assert [*verdicts_on(work)] == found
    assert [*verdicts_on(started(people))] == []


def test_a_work_that_passed_once_and_came_back_waits_for_no_channel():
    people = cast()
    work = passed(people)
    send_back(work=work, by=people.farid, why="Too long.")
    reopened(people, work)
    again = submitted(people, work)

    assert [*waiting_for_curator(people.citra)] == [again]
    assert [*passed_and_waiting(people.farid)] == []
