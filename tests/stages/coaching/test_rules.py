import pytest
from django.contrib.auth.models import AnonymousUser

from kodipest.works.operations import credit_person
from tests.factories.people import cast
from tests.factories.stages import started

pytestmark = pytest.mark.django_db


def who_may(people, permission, thing=None):
    named = people._asdict().items()
    return {name for name, who in named if name != "house" and who.has_perm(permission, thing)}


def test_authors_hand_in_and_mentors_of_the_house_coach():
    people = cast()
    work = started(people)

    assert who_may(people, "coaching.ask_for_coaching", work) == {"aisyah"}
    assert who_may(people, "coaching.coach_work", work) == {"budi"}
    assert who_may(cast(), "coaching.coach_work", work) == set()
    assert not AnonymousUser().has_perm("coaching.coach_work", work)


def test_a_mentor_who_is_an_author_does_not_coach_the_work():
    people = cast()
    work = started(people)
    credit_person(work=work, person=people.budi, by=people.aisyah)

    assert who_may(people, "coaching.coach_work", work) == set()
    assert who_may(people, "coaching.ask_for_coaching", work) == {"aisyah", "budi"}


@pytest.mark.parametrize("permission", ["coaching.ask_for_coaching", "coaching.coach_work"])
def test_without_a_work_there_is_nothing_to_coach(permission):
    assert who_may(cast(), permission) == set()
