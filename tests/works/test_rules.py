import pytest
from django.contrib.auth.models import AnonymousUser

from kodipest.people.models import Role
from kodipest.works.journey import Stage
from kodipest.works.models import Credit
from kodipest.works.queries import works_on_desk_of, works_seen_by
from tests.factories.people import MembershipFactory, cast, somebody
from tests.factories.works import CreditFactory, WorkFactory

pytestmark = pytest.mark.django_db


def who_may(people, permission, thing=None):
    """Name all of the cast who hold `permission` on `thing`: equality, not membership."""
    named = people._asdict().items()
    return {name for name, who in named if name != "house" and who.has_perm(permission, thing)}


def work_of(people, **fields):
    return WorkFactory(organisation=people.house, authors=[people.aisyah], **fields)


def test_santri_and_mentors_start_works_in_their_own_house():
    people, others = cast(), cast()

    assert who_may(people, "works.start_work", people.house) == {"aisyah", "budi"}
    assert who_may(people, "works.start_work", others.house) == set()
    assert who_may(people, "works.start_work", None) == set()


def test_authors_change_a_work_and_nobody_else_in_the_credits_does():
    people = cast()
    work = work_of(people)
    CreditFactory(work=work, person=people.budi, role=Credit.Role.VOICE)

    assert who_may(people, "works.change_work", work) == {"aisyah"}
    assert who_may(people, "works.change_work", None) == set()


@pytest.mark.parametrize("stage", Stage)
def test_who_sees_the_inside_of_a_work(stage):
    people = cast()
    curators = {"citra"} if stage == Stage.CURATION else set()

    assert who_may(people, "works.see_work", work_of(people, stage=stage)) == {
        *("aisyah", "budi", "dewi", "farid"),
        *curators,
    }
    assert who_may(people, "works.see_work", None) == {"farid"}


def test_the_kiai_sees_what_is_made_in_the_house():
    people = cast()
    kiai = somebody("Kiai Hasyim", people.house, Role.KIAI)

    assert kiai.has_perm("works.see_work", work_of(people))
    assert not kiai.has_perm("works.see_work", work_of(cast()))


def test_a_curator_with_any_tie_to_the_house_is_no_curator_of_its_works():
    people = cast()
    MembershipFactory(person=people.citra, organisation=people.house, role=Role.SANTRI)

    assert not people.citra.has_perm("works.see_work", work_of(people, stage=Stage.CURATION))


def test_nobody_signed_in_may_anything():
    people = cast()
    visitor, work = AnonymousUser(), work_of(people, stage=Stage.CURATION)

    assert not visitor.has_perm("works.start_work", people.house)
    assert not visitor.has_perm("works.change_work", work)
    assert not visitor.has_perm("works.see_work", work)


@pytest.mark.parametrize("stage", Stage)
def test_the_list_of_works_seen_says_what_the_permission_says(stage):
    """Two forms of one rule: if they part, a page shows what it must not, or hides what it should show."""
    people, others = cast(), cast()
    kiai = somebody("Kiai Hasyim", people.house, Role.KIAI)
    curator_here = somebody("Umar", people.house, Role.CURATOR)
    founder = somebody("Dewi")
    founder.is_superuser = True
    gone = somebody("Gone", people.house, Role.COACH)
    gone.is_active = False
    works = [work_of(people, stage=stage), work_of(others, stage=stage), WorkFactory(stage=stage)]
    CreditFactory(work=works[2], person=people.aisyah)
    CreditFactory(work=works[1], person=gone)

    for person in [*people[1:], *others[1:], kiai, curator_here, founder, gone]:
        seen = {work for work in works if person.has_perm("works.see_work", work)}
        assert {*works_seen_by(person)} == seen
        assert {*works_on_desk_of(person)} <= seen
        if person not in (people.citra, others.citra, curator_here):
            assert {*works_on_desk_of(person)} == seen
    assert {*works_on_desk_of(people.citra)} == set()
