from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from kodipest.kernel.time import today
from kodipest.people.models import (
    AuditEntry,
    AuditHead,
    Consent,
    Membership,
    Person,
    Purpose,
    Role,
    Withdrawal,
)
from tests.factories.people import (
    MembershipFactory,
    OrganisationFactory,
    PersonFactory,
    born_years_ago,
    consent,
)

pytestmark = pytest.mark.django_db


def test_a_person_is_called_by_the_nickname():
    aisyah = PersonFactory.build(name="Aisyah binti Umar", display_name="Aisyah")

    assert (str(aisyah), aisyah.nickname, aisyah.get_full_name()) == (
        "Aisyah",
        "Aisyah",
        "Aisyah binti Umar",
    )
    assert PersonFactory.build(name="Budi").nickname == "Budi"


@pytest.mark.parametrize(
    ("age", "is_minor"), [(None, True), (0, True), (17, True), (18, False), (60, False)]
)
def test_an_unknown_age_is_read_as_a_minor(age, is_minor):
    person = Person(birth_date=None if age is None else born_years_ago(age))

    assert person.age() == age
    assert person.is_minor is is_minor


def test_age_can_be_asked_for_another_day():
    person = Person(birth_date=born_years_ago(18))

    assert person.age(on=today() - timedelta(days=1)) == 17


def test_create_user_needs_no_password_and_create_superuser_runs_the_site():
    aisyah = Person.objects.create_user("aisyah", name="Aisyah")
    founder = Person.objects.create_superuser("dewi", "rahasia sekali", name="Dewi")

    assert not aisyah.has_usable_password()
    assert founder.check_password("rahasia sekali")
    assert (founder.is_superuser, founder.is_staff) == (True, True)
    assert (aisyah.is_superuser, aisyah.is_staff) == (False, False)


def test_somebody_shut_out_holds_no_permission():
    manager = MembershipFactory(role=Role.PROGRAMME_MANAGER).person
    assert manager.has_perm("people.found_organisation")

    manager.is_active = False

    assert not manager.has_perm("people.found_organisation")


def test_a_membership_lives_once_per_role_and_never_ends_before_it_begins():
    held = MembershipFactory()
    twin = {"person": held.person, "organisation": held.organisation, "role": held.role}

    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(**twin)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.filter(pk=held.pk).update(until=held.since - timedelta(seconds=1))

    Membership.objects.filter(pk=held.pk).update(until=timezone.now())
    Membership.objects.create(**twin)


@pytest.mark.parametrize(
    "wrong",
    [
        {"purpose": Purpose.NAME, "choice": ""},
        {"purpose": Purpose.PUBLIC, "choice": "full"},
        {"giver": Consent.Giver.GUARDIAN, "giver_name": ""},
    ],
)
def test_the_database_refuses_half_a_consent(wrong):
    person = PersonFactory()
    whole = {"purpose": Purpose.PUBLIC, "choice": "", "giver": Consent.Giver.SELF}

    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.create(person=person, recorded_by=person, **whole | wrong)


def test_rows_say_what_they_are():
    person, house = PersonFactory(name="Budi"), OrganisationFactory(name="Al-Hikmah")
    held = MembershipFactory(person=person, organisation=house, role=Role.COACH)
    named, shown = consent(person, Purpose.NAME, "initials"), consent(person, Purpose.PUBLIC)
    ended = Withdrawal(consent=shown, withdrawn_at=timezone.datetime(2026, 11, 23))

    assert str(house) == "Al-Hikmah"
    assert str(held) == f"Budi ({held.get_role_display()}, Al-Hikmah)"
    assert str(named) == f"{named.get_purpose_display()}: {named.get_choice_display()}"
    assert str(shown).startswith(f"{shown.get_purpose_display()}: ")
    assert str(ended).endswith("/ 2026-11-23")
    assert str(AuditEntry(sequence=3, act="approve", thing="works.work")) == "3 approve works.work"
    assert str(AuditHead(sequence=3)) == "3"
