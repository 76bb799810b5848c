import pytest
from django.core.exceptions import PermissionDenied

from kodipest.kernel.errors import Refusal
from kodipest.stages.incubation.operations import enter_incubation, send_back
from kodipest.works.journey import Stage
from kodipest.works.models import Passage, Work
from tests.factories.people import cast
from tests.factories.stages import approved, handed_in, reopened, started

pytestmark = pytest.mark.django_db


def growing(people):
    work = approved(people)
    enter_incubation(work=work, by=people.aisyah)
    return work


def test_an_approved_work_enters_incubation():
    people = cast()
    work = approved(people)

    passage = enter_incubation(work=work, by=people.aisyah)

    assert (passage.from_stage, passage.to_stage) == (Stage.COACHING, Stage.INCUBATION)
    assert work.stage == Work.objects.get().stage == Stage.INCUBATION


def test_enter_incubation_needs_the_approval_of_this_very_version():
    people = cast()
    work = growing(people)
    send_back(work=work, by=people.farid, why="Make three episodes.")
    reopened(people, work)
    handed_in(people, work)

    with pytest.raises(Refusal) as refusal:
        enter_incubation(work=work, by=people.aisyah)

    assert refusal.value.codes == ["not_approved"]
    assert Work.objects.get().stage == Stage.COACHING


def test_enter_incubation_with_a_page_that_is_old():
    people = cast()
    work = approved(people)
    stale = Work.objects.get()
    enter_incubation(work=work, by=people.aisyah)

    with pytest.raises(Refusal) as refusal:
        enter_incubation(work=stale, by=people.aisyah)

    assert refusal.value.codes == ["move_not_allowed"]
    assert Passage.objects.filter(to_stage=Stage.INCUBATION).count() == 1


def test_enter_incubation_refuses_strangers():
    people = cast()
    work = approved(people)

    for person in people[2:]:
        with pytest.raises(PermissionDenied):
            enter_incubation(work=work, by=person)
    assert Work.objects.get().stage == Stage.COACHING


def test_send_back_gives_the_work_to_its_makers_with_a_reason():
    people = cast()
    work = growing(people)

    passage = send_back(work=work, by=people.farid, why=" Make three\r\nepisodes. ")

    assert (passage.why, passage.by) == ("Make three\nepisodes.", people.farid)
    assert work.stage == Work.objects.get().stage == Stage.TRAINING


def test_send_back_needs_a_reason():
    people = cast()
    work = growing(people)

    with pytest.raises(Refusal) as refusal:
        send_back(work=work, by=people.farid, why=" \u202e")

    assert refusal.value.codes == ["reason_missing"]
    assert Work.objects.get().stage == Stage.INCUBATION


@pytest.mark.parametrize("bring", [started, handed_in])
def test_send_back_leaves_works_elsewhere_alone(bring):
    people = cast()
    work = bring(people)
    before = work.stage

    with pytest.raises(Refusal) as refusal:
        send_back(work=work, by=people.farid, why="Three episodes.")

    assert refusal.value.codes == ["not_in_incubation"]
    assert Work.objects.get().stage == before


def test_send_back_twice_with_a_page_that_is_old():
    people = cast()
    work = growing(people)
    stale = Work.objects.get()
    send_back(work=work, by=people.farid, why="Three episodes.")

    with pytest.raises(Refusal) as refusal:
        send_back(work=stale, by=people.farid, why="Three episodes.")

    assert refusal.value.codes == ["not_in_incubation"]


def test_send_back_refuses_strangers():
    people = cast()
    work = growing(people)

    for person in people[1:-1]:
        with pytest.raises(PermissionDenied):
            send_back(work=work, by=person, why="Mine.")
    assert Work.objects.get().stage == Stage.INCUBATION


def test_it_grows_on_and_comes_back_at_once(together):
    people = cast()
    work = growing(people)

    outcomes = together(
        *[lambda: send_back(work=Work.objects.get(pk=work.pk), by=people.farid, why="Go on.")] * 3
    )

    assert sum(isinstance(each, Passage) for each in outcomes) == 1
    assert {code for each in outcomes if isinstance(each, Refusal) for code in each.codes} == {
        "not_in_incubation"
    }
