from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from kodipest.kernel.errors import Refusal
from kodipest.kernel.time import today
from kodipest.people.models import (
    Membership,
    Person,
    Role,
)
from kodipest.people.operations import (
    choose_language,
    end_role,
    give_role,
    register_person,
)
from tests.factories.people import (
    MembershipFactory,
    OrganisationFactory,
    PersonFactory,
    cast,
)
from tests.people.operations.hands import acts

pytestmark = pytest.mark.django_db


def test_register_person_cleans_what_was_typed_and_keeps_people_out_until_they_have_a_password():
    people = cast()

    aisyah = register_person(
        username=" Aisyah ",
        name="Aisyah\u202e  binti Umar",
        by=people.dewi,
        organisation=people.house,
        birth_date=date(2010, 2, 28),
    )

    assert (aisyah.username, aisyah.name) == ("aisyah", "Aisyah binti Umar")
    assert not aisyah.has_usable_password()
    assert acts() == ["register_person"]


def test_register_person_sets_a_password_that_holds():
    people = cast()

    budi = register_person(username="budi", name="Budi", by=people.farid, password="sawah-hijau-92")

    assert budi.check_password("sawah-hijau-92")


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"username": "AISYAH"}, "username", "unique"),
        ({"username": "with space"}, "username", "invalid"),
        ({"username": ""}, "username", "blank"),
        ({"name": "\u202e"}, "name", "blank"),
        ({"name": 201 * "a"}, "name", "max_length"),
        ({"display_name": 81 * "a"}, "display_name", "max_length"),
        ({"birth_date": "tomorrow"}, "birth_date", "birth_date_ahead"),
        ({"email": "not-an-address"}, "email", "invalid"),
        ({"language": "tlh"}, "language", "invalid_choice"),
        ({"password": "12345"}, "__all__", "password_too_short"),
    ],
)
def test_register_person_names_the_field_that_is_wrong(wrong, field, code):
    people = cast()
    PersonFactory(username="aisyah")
    if wrong.get("birth_date"):
        wrong = {"birth_date": today() + timedelta(days=1)}

    with pytest.raises(ValidationError) as error:
        register_person(**{"username": "baru", "name": "Baru"} | wrong, by=people.farid)

    by_field = hasattr(error.value, "error_dict")
    found = error.value.error_dict[field] if by_field else error.value.error_list
    assert (found[0].code, by_field) == (code, field != "__all__")
    assert acts() == []


def test_register_person_refuses_strangers_and_operators_elsewhere():
    people = cast()
    elsewhere = OrganisationFactory()

    for person, where in [
        (people.eka, people.house),
        (people.budi, people.house),
        (people.dewi, elsewhere),
    ]:
        with pytest.raises(PermissionDenied):
            register_person(username="baru", name="Baru", by=person, organisation=where)
    assert not Person.objects.filter(username="baru").exists()


def test_one_sign_in_name_entered_twice_at_once_is_one_person(together):
    people = cast()

    outcomes = together(
        *[lambda: register_person(username="baru", name="Baru", by=people.farid)] * 3
    )

    refused = [each for each in outcomes if isinstance(each, ValidationError)]
    assert len(refused) == 2
    assert {error.error_dict["username"][0].code for error in refused} == {"unique"}
    assert Person.objects.filter(username="baru").count() == 1


def test_a_name_taken_between_the_look_and_the_write_is_refused_in_words(monkeypatch):
    people = cast()
    PersonFactory(username="baru")
    monkeypatch.setattr(Person, "full_clean", lambda self: None)  # the look came too early

    with pytest.raises(Refusal) as refusal:
        register_person(username="baru", name="Baru", by=people.farid)

    assert refusal.value.codes == ["unique"]
    assert Person.objects.filter(username="baru").count() == 1


def test_give_role_twice_gives_one_membership():
    people = cast()
    people.eka.living_memberships  # noqa: B018 -- asked before: must be forgotten

    first = give_role(person=people.eka, organisation=people.house, role=Role.COACH, by=people.dewi)
    second = give_role(
        person=people.eka, organisation=people.house, role=Role.COACH, by=people.dewi
    )

    assert first == second
    assert [held.role for held in people.eka.living_memberships] == [Role.COACH]
    assert acts() == ["give_role"]


@pytest.mark.parametrize(("age", "is_given"), [(17, False), (18, True), (None, True)])
def test_a_role_of_responsibility_is_for_adults(age, is_given):
    people, person = cast(), PersonFactory(age=age)

    if is_given:
        assert give_role(person=person, organisation=people.house, role=Role.COACH, by=people.dewi)
        return
    with pytest.raises(Refusal) as refusal:
        give_role(person=person, organisation=people.house, role=Role.COACH, by=people.dewi)
    assert refusal.value.codes == ["too_young"]
    assert not person.memberships.exists()


def test_a_minor_may_be_a_santri():
    people, person = cast(), PersonFactory(age=12)

    assert give_role(person=person, organisation=people.house, role=Role.SANTRI, by=people.dewi)


def test_nobody_gives_roles_beyond_the_own():
    people = cast()

    for person, role in [
        (people.eka, Role.SANTRI),
        (people.budi, Role.SANTRI),
        (people.aisyah, Role.COACH),
        (people.dewi, Role.OPERATOR),
        (people.dewi, Role.PROGRAMME_MANAGER),
        (people.citra, Role.CURATOR),
    ]:
        with pytest.raises(PermissionDenied):
            give_role(person=people.eka, organisation=people.house, role=role, by=person)
    assert not people.eka.memberships.exists()


def test_a_role_given_twice_at_once_is_one_membership(together):
    people = cast()

    outcomes = together(
        *[
            lambda: give_role(
                person=Person.objects.get(pk=people.eka.pk),
                organisation=people.house,
                role=Role.SANTRI,
                by=people.dewi,
            )
        ]
        * 3
    )

    assert len({held.pk for held in outcomes}) == 1
    assert acts() == ["give_role"]


def test_end_role_ends_it_once_and_for_this_request_too():
    people = cast()
    held = people.budi.memberships.get()
    assert people.budi.living_memberships
    held.person = people.budi

    end_role(membership=held, by=people.dewi)
    end_role(membership=held, by=people.dewi)

    assert people.budi.living_memberships == []
    assert acts() == ["end_role"]


def test_end_role_on_a_laptop_whose_clock_went_back():
    people = cast()
    held = people.budi.memberships.get()
    ahead = timezone.now() + timedelta(days=400)
    Membership.objects.filter(pk=held.pk).update(since=ahead)

    end_role(membership=held, by=people.dewi)

    held.refresh_from_db()
    assert held.until == held.since == ahead


def test_end_role_refuses_strangers():
    people = cast()
    held = people.budi.memberships.get()

    for person in (people.eka, people.budi, people.citra):
        with pytest.raises(PermissionDenied):
            end_role(membership=held, by=person)
    assert Membership.objects.get(pk=held.pk).until is None


def test_an_operator_does_not_end_what_only_a_manager_gives():
    people = cast()

    with pytest.raises(PermissionDenied):
        end_role(membership=people.dewi.memberships.get(), by=people.dewi)


def test_choose_language_remembers_it():
    aisyah = PersonFactory()

    choose_language(person=aisyah, language="zh-hans")

    aisyah.refresh_from_db()
    assert aisyah.language == "zh-hans"


def test_choose_language_refuses_one_that_the_site_does_not_speak():
    aisyah = PersonFactory()

    with pytest.raises(Refusal) as refusal:
        choose_language(person=aisyah, language="tlh")

    assert refusal.value.codes == ["unknown_language"]


def test_memberships_of_a_factory_are_those_of_the_person():
    held = MembershipFactory(role=Role.KIAI)

    assert held.person.living_memberships == [held]
