"""People with names: Aisyah makes, Budi mentors, Citra curates, Dewi runs the house, Eka is a stranger."""

from datetime import date
from typing import NamedTuple

import factory
from factory.django import DjangoModelFactory

from kodipest.kernel.time import born_for_age, today
from kodipest.people.models import (
    Consent,
    Membership,
    NameForm,
    Organisation,
    Person,
    Purpose,
    Role,
    Withdrawal,
)


def born_years_ago(years: int) -> date:
    """Return the birthday of somebody who turns `years` today."""
    return born_for_age(today(), years)


class OrganisationFactory(DjangoModelFactory):
    """A pesantren."""

    class Meta:
        model = Organisation

    kind = Organisation.Kind.PESANTREN
    name = factory.Sequence("Pesantren Darul Ulum {}".format)
    slug = factory.Sequence("darul-ulum-{}".format)
    province = "JI"
    place = "Jombang"


class PersonFactory(DjangoModelFactory):
    """A grown-up without a role. `age=None` makes somebody whose birth date nobody wrote down."""

    class Meta:
        model = Person

    class Params:
        age = 30

    username = factory.Sequence("person-{}".format)
    name = factory.Sequence("Eka Stranger {}".format)
    birth_date = factory.LazyAttribute(lambda it: it.age and born_years_ago(it.age))
    password = "!"  # no password fits it


class MembershipFactory(DjangoModelFactory):
    """A role held now."""

    class Meta:
        model = Membership

    person = factory.SubFactory(PersonFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    role = Role.SANTRI


class Cast(NamedTuple):
    """A pesantren and the five, with Farid, who manages the programme."""

    house: Organisation
    aisyah: Person
    budi: Person
    citra: Person
    dewi: Person
    eka: Person
    farid: Person


def cast(house: Organisation | None = None) -> Cast:
    """Bring everyone on stage. Aisyah is sixteen, and her guardian has not been asked anything yet."""
    house = house or OrganisationFactory()
    guild = OrganisationFactory(kind=Organisation.Kind.COMMUNITY)
    return Cast(
        house=house,
        aisyah=somebody("Aisyah binti Umar", house, Role.SANTRI, age=16, display_name="Aisyah"),
        budi=somebody("Budi Santoso", house, Role.COACH, display_name="Ustaz Budi"),
        citra=somebody("Citra Lestari", guild, Role.CURATOR),
        dewi=somebody("Dewi Anggraini", house, Role.OPERATOR),
        eka=somebody("Eka Putri"),
        farid=somebody("Farid Rahman", guild, Role.PROGRAMME_MANAGER),
    )


def somebody(
    name: str,
    organisation: Organisation | None = None,
    *roles: Role,
    age: int | None = 30,
    display_name: str = "",
) -> Person:
    """Make a person of that name who holds `roles` in `organisation`."""
    person = PersonFactory(name=name, display_name=display_name, age=age)
    for role in roles:
        MembershipFactory(person=person, organisation=organisation, role=role)
    return person


def consent(person: Person, purpose: Purpose, choice: str = "") -> Consent:
    """Write a living consent down as it would stand had the right one of person and guardian given it."""
    if purpose == Purpose.NAME:
        choice = choice or NameForm.FULL
    return Consent.objects.create(
        person=person,
        purpose=purpose,
        choice=choice,
        giver=Consent.Giver.GUARDIAN if person.is_minor else Consent.Giver.SELF,
        giver_name="Umar" if person.is_minor else "",
        recorded_by=person,
    )


def withdraw(given: Consent) -> Withdrawal:
    """End a consent."""
    return Withdrawal.objects.create(consent=given, recorded_by=given.person)
