import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from kodipest.people.models import Membership, Role
from kodipest.people.rules import ADULT_ROLES, decides_alone, has_role
from tests.factories.people import MembershipFactory, OrganisationFactory, cast, somebody

pytestmark = pytest.mark.django_db


def everyone(people):
    return {name: person for name, person in people._asdict().items() if name != "house"}


def who_may(people, permission, thing=None):
    """Name all of the cast who hold `permission` on `thing`: equality, not membership."""
    return {name for name, person in everyone(people).items() if person.has_perm(permission, thing)}


def test_only_programme_managers_found_organisations():
    people = cast()

    assert who_may(people, "people.found_organisation") == {"farid"}


def test_managers_and_the_own_operator_register_people():
    people = cast()

    assert who_may(people, "people.register_person", people.house) == {"farid", "dewi"}
    assert who_may(people, "people.register_person", OrganisationFactory()) == {"farid"}
    assert who_may(people, "people.register_person") == {"farid"}


@pytest.mark.parametrize(
    ("role", "givers"),
    [
        (Role.SANTRI, {"farid", "dewi"}),
        (Role.COACH, {"farid", "dewi"}),
        (Role.KIAI, {"farid", "dewi"}),
        (Role.MUTASHAHIH, {"farid", "dewi"}),
        (Role.OPERATOR, {"farid"}),
        (Role.CURATOR, {"farid"}),
        (Role.PROGRAMME_MANAGER, {"farid"}),
    ],
)
def test_an_operator_gives_the_roles_of_a_pesantren_only(role, givers):
    people = cast()
    offered = Membership(person=people.eka, organisation=people.house, role=role)

    assert who_may(people, "people.give_role", offered) == givers


def test_an_operator_gives_no_role_to_the_people_of_another_house():
    """Else an operator could take a santri of another pesantren in, and record her consents."""
    people, others = cast(), cast()
    offered = Membership(person=others.aisyah, organisation=people.house, role=Role.SANTRI)

    assert who_may(people, "people.give_role", offered) == {"farid"}


def test_an_operator_gives_a_second_role_to_the_own_people_also_if_they_serve_elsewhere():
    people = cast()
    MembershipFactory(person=people.budi, role=Role.CURATOR)
    offered = Membership(person=people.budi, organisation=people.house, role=Role.KIAI)

    assert who_may(people, "people.give_role", offered) == {"farid", "dewi"}


def test_the_home_and_the_person_of_age_record_and_withdraw_consents():
    people = cast()

    assert who_may(people, "people.record_consent", people.aisyah) == {"dewi"}
    assert who_may(people, "people.withdraw_consent", people.aisyah) == {"dewi", "farid"}
    assert who_may(people, "people.record_consent", people.budi) == {"dewi", "budi"}
    assert who_may(people, "people.withdraw_consent", people.budi) == {"dewi", "budi", "farid"}
    assert who_may(people, "people.record_consent", people.eka) == {"eka"}
    assert who_may(people, "people.record_consent", None) == set()
    assert who_may(people, "people.withdraw_consent", None) == {"farid"}


def test_a_role_ends_with_its_membership():
    people = cast()
    Membership.objects.filter(person=people.dewi).update(until=timezone.now())

    assert not people.dewi.has_perm("people.register_person", people.house)


def test_nobody_signed_in_and_nobody_shut_out_has_a_role():
    people = cast()
    people.farid.is_active = False

    assert not has_role(people.farid, Role.PROGRAMME_MANAGER)
    assert not has_role(AnonymousUser(), *Role)
    for permission in ("people.found_organisation", "people.register_person"):
        assert not AnonymousUser().has_perm(permission, people.house)
    assert not AnonymousUser().has_perm("people.record_consent", people.eka)


@pytest.mark.parametrize(
    ("age", "role", "answer"),
    [
        (17, Role.SANTRI, False),
        (17, Role.COACH, False),  # a role does not make anybody older
        (18, Role.SANTRI, True),
        (None, Role.SANTRI, False),
        (None, Role.APPLICANT, False),
        (None, Role.KIAI, True),
    ],
)
def test_who_decides_alone(age, role, answer):
    assert decides_alone(somebody("Aisyah", OrganisationFactory(), role, age=age)) is answer


def test_adult_roles_are_all_but_those_of_learners():
    assert set(Role) - ADULT_ROLES == {Role.SANTRI, Role.APPLICANT}


def test_memberships_are_asked_once_a_request(django_assert_num_queries):
    people = cast()

    with django_assert_num_queries(1):
        assert people.farid.has_perm("people.register_person", people.house)
        assert people.farid.has_perm("people.found_organisation")
