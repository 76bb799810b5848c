import pytest

from kodipest.people.models import Role
from kodipest.stages.coaching.operations import advise, return_to_makers
from kodipest.stages.coaching.queries import (
    advice_on,
    approval_of_newest,
    approved_works,
    waiting_for_coach,
    works_of_coach,
    works_of_own_hand,
)
from kodipest.works.operations import credit_person
from tests.factories.people import MembershipFactory, cast, somebody
from tests.factories.stages import approved, handed_in, reopened, started

pytestmark = pytest.mark.django_db


def test_a_mentor_waits_for_works_of_the_own_house_longest_first():
    people, others = cast(), cast()
    first, second = handed_in(people), handed_in(people)
    started(people)
    approved(people)
    handed_in(others)

    assert [*waiting_for_coach(people.budi)] == [first, second]


def test_the_inbox_leaves_own_works_out():
    people = cast()
    work = started(people)
    credit_person(work=work, person=people.budi, by=people.aisyah)
    handed_in(people, work)

    assert [*waiting_for_coach(people.budi)] == []
    assert [*works_of_coach(people.budi)] == []
    assert {each["work"] for each in works_of_own_hand(people.budi)} == {work.pk}


def test_nobody_else_has_an_inbox_of_a_mentor():
    people = cast()
    handed_in(people)
    kiai = somebody("Kiai Hasyim", people.house, Role.KIAI)
    people.budi.is_active = False

    for person in (*people[1:], kiai):
        assert [*waiting_for_coach(person)] == []
        assert [*works_of_coach(person)] == []


def test_an_approval_of_an_old_version_does_not_count_for_a_new_one():
    people = cast()
    work = approved(people)
    assert [each["work"] for each in approved_works()] == [work.pk]
    return_to_makers(work=work, by=people.budi, text="One more verse.")
    reopened(people, work)

    handed_in(people, work)

    assert [*approved_works()] == []
    assert [*waiting_for_coach(people.budi)] == [work]
    assert approval_of_newest(work) is None


@pytest.mark.parametrize("count", [1, 3])
def test_the_inbox_takes_as_many_queries_for_three_as_for_one(django_assert_num_queries, count):
    people = cast()
    for _ in range(count):
        handed_in(people)

    with django_assert_num_queries(2):  # memberships, works
        assert len([work.organisation.name for work in waiting_for_coach(people.budi)]) == count
    with django_assert_num_queries(1):
        assert len([work.organisation.name for work in works_of_coach(people.budi)]) == count


def test_a_mentor_of_two_houses_has_one_inbox():
    people, others = cast(), cast()
    MembershipFactory(person=people.budi, organisation=others.house, role=Role.COACH)
    works = [handed_in(people), handed_in(others)]

    assert [*waiting_for_coach(people.budi)] == works
    assert {*works_of_coach(people.budi)} == {*works}


def test_works_of_a_coach_stand_in_every_stage():
    people = cast()
    works = [started(people), handed_in(people), approved(people)]

    assert {*works_of_coach(people.budi)} == {*works}


@pytest.mark.parametrize("count", [1, 3])
def test_advice_is_in_order_with_its_coach_in_one_query(django_assert_num_queries, count):
    people = cast()
    work = handed_in(people)
    given = [advise(work=work, by=people.budi, text=f"{n}") for n in range(count)]

    with django_assert_num_queries(1):
        found = [*advice_on(work)]
        assert {(advice.coach.name, advice.revision.number) for advice in found} == {
            ("Budi Santoso", 1)
        }

    assert found == given


def test_approval_of_newest_names_its_coach():
    people = cast()

    approval = approval_of_newest(approved(people))

    assert approval is not None
    assert approval.coach == people.budi
