from datetime import timedelta

import pytest
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from kodipest.people.models import Consent, Membership, NameForm, Organisation, Purpose, Role
from kodipest.people.queries import (
    has_consent,
    members,
    organisations_in_public,
    organisations_of,
    people_with_consent,
    people_with_role,
    public_name,
    public_names,
    role_line,
    roles_of,
    write_name,
)
from tests.factories.people import (
    MembershipFactory,
    OrganisationFactory,
    PersonFactory,
    cast,
    consent,
    somebody,
    withdraw,
)

pytestmark = pytest.mark.django_db
PUBLIC_PURPOSES = [*Purpose][1:]


@pytest.mark.parametrize("purpose", Purpose)
@pytest.mark.parametrize("age", [12, 13, 30, None])
def test_a_living_consent_counts_except_for_anything_public_under_13(purpose, age):
    person = PersonFactory(age=age)
    assert not has_consent(person, purpose)

    consent(person, purpose)

    is_old_enough = age not in {12, None}  # a guardian decides, and nobody knows for whom
    assert has_consent(person, purpose) is (purpose == Purpose.TRAINING or is_old_enough)
    others = [each for each in Purpose if each != purpose]
    assert not any(has_consent(person, each) for each in others)


def test_who_decides_alone_needs_no_birth_date():
    coach = PersonFactory(age=30)
    given = consent(coach, Purpose.PUBLIC)
    assert given.giver == Consent.Giver.SELF
    coach.birth_date = None
    coach.save()

    assert has_consent(coach, Purpose.PUBLIC)


def test_the_thirteenth_birthday_opens_and_not_the_day_before():
    turns_13, tomorrow = PersonFactory(age=13), PersonFactory(age=13)
    tomorrow.birth_date += timedelta(days=1)
    tomorrow.save()
    for person in (turns_13, tomorrow):
        consent(person, Purpose.PUBLIC)

    assert [*people_with_consent(Purpose.PUBLIC)] == [turns_13]


@pytest.mark.parametrize("purpose", PUBLIC_PURPOSES)
def test_a_withdrawn_consent_counts_no_more_and_a_new_one_does(purpose):
    person = PersonFactory()
    withdraw(consent(person, purpose))
    assert not has_consent(person, purpose)

    consent(person, purpose)

    assert has_consent(person, purpose)


@pytest.mark.parametrize(
    ("form", "written"),
    [
        (NameForm.FULL, "Aisyah binti Umar"),
        (NameForm.NICKNAME, "Aisyah"),
        (NameForm.INITIALS, "A.b.U."),
    ],
)
def test_a_name_is_written_as_consented(form, written):
    aisyah = somebody("Aisyah binti Umar", display_name="Aisyah")
    assert public_name(aisyah) is None

    consent(aisyah, Purpose.NAME, form)

    assert public_name(aisyah) == written


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), st.sampled_from(NameForm))
def test_any_name_can_be_written_and_initials_tell_no_whole_word(name, form):
    person = PersonFactory.build(name=name)

    written = write_name(person, form)

    if form != NameForm.INITIALS:
        assert written == name
        return
    assert written == "".join(f"{word[0]}." for word in name.split())
    assert len(written) == 2 * len(name.split())


def test_public_names_ask_once_for_many(django_assert_num_queries):
    people = [PersonFactory(name=name) for name in ("Aisyah", "Budi", "Citra", "Dewi", "Eka")]
    aisyah, budi, citra, dewi, eka = people
    for named in (aisyah, budi, citra):
        consent(named, Purpose.NAME)
    withdraw(Consent.objects.get(person=budi))
    consent(dewi, Purpose.PUBLIC)
    PersonFactory.reset_sequence(0)
    citra.birth_date = timezone.localdate()
    citra.save()

    with django_assert_num_queries(1):
        names = public_names(people[:1])
    with django_assert_num_queries(1):
        names = public_names(iter([*people, aisyah]))

    assert names == {aisyah.pk: "Aisyah"}
    assert eka.pk not in names


def test_public_names_of_nobody_ask_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert public_names([]) == {}


def test_the_newest_of_two_living_forms_is_written():
    """Two sites may each have recorded one before they met."""
    budi = PersonFactory(name="Budi Santoso")
    newest = consent(budi, Purpose.NAME, NameForm.INITIALS)
    older = consent(budi, Purpose.NAME, NameForm.FULL)
    Consent.objects.filter(pk=older.pk).update(given_at=newest.given_at - timedelta(days=1))

    assert public_name(budi) == "B.S."


def test_only_pesantren_stand_in_public_by_name():
    second, first = OrganisationFactory(name="Tebuireng"), OrganisationFactory(name="Lirboyo")
    OrganisationFactory(kind=Organisation.Kind.COMPANY, name="A company")

    assert [*organisations_in_public()] == [first, second]


def test_roles_and_organisations_are_those_held_now(django_assert_num_queries):
    person, house, other = PersonFactory(), OrganisationFactory(name="A"), OrganisationFactory()
    MembershipFactory(person=person, organisation=house, role=Role.COACH)
    MembershipFactory(person=person, organisation=house, role=Role.KIAI)
    ended = MembershipFactory(person=person, organisation=other, role=Role.CURATOR)
    Membership.objects.filter(pk=ended.pk).update(until=timezone.now())

    with django_assert_num_queries(1):
        assert roles_of(person) == {Role.COACH, Role.KIAI}
        assert organisations_of(person, Role.COACH) == [house]
        assert organisations_of(person, Role.CURATOR) == []
        assert organisations_of(person) == []
        assert len(role_line(person).split(" · ")) == 2


def test_somebody_shut_out_stands_for_no_organisation():
    held = MembershipFactory(role=Role.OPERATOR)
    held.person.is_active = False

    assert organisations_of(held.person, Role.OPERATOR) == []


def test_a_role_is_told_in_the_order_of_the_language():
    held = MembershipFactory(role=Role.CURATOR, organisation__name="Rumah Baca")

    for language, words in (
        ("id", "Kurator, Rumah Baca"),
        ("en", "Curator, Rumah Baca"),
        ("zh-hans", "Rumah Baca 甄选评审"),
    ):
        with translation.override(language):
            assert role_line(held.person) == words


def test_a_person_without_a_role_is_a_guest():
    assert role_line(PersonFactory()) not in {"", None}


def test_members_are_those_who_hold_one_of_the_roles_here_now():
    people = cast()
    cast()

    assert [*members(people.house, Role.SANTRI, Role.COACH)] == [people.aisyah, people.budi]
    assert [*members(people.house)] == []
    Membership.objects.filter(person=people.budi).update(until=timezone.now())
    assert [*members(people.house, Role.SANTRI, Role.COACH)] == [people.aisyah]


def test_people_with_a_role_anywhere():
    people, others = cast(), cast()

    assert {*people_with_role(Role.CURATOR)} == {people.citra, others.citra}
    Membership.objects.filter(person=others.citra).update(until=timezone.now())
    assert {*people_with_role(Role.CURATOR)} == {people.citra}
