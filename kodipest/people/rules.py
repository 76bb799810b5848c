"""Who may do what with people. Each predicate reads as a word of the rule below it."""

from collections.abc import Iterable
from typing import Any

import rules
from django.contrib.auth.models import AnonymousUser

from kodipest.people.models import Membership, Organisation, Person, Role

ADULT_ROLES = {role for role in Role if role not in {Role.SANTRI, Role.APPLICANT}}
ROLES_AN_OPERATOR_GIVES = {Role.SANTRI, Role.COACH, Role.KIAI, Role.MUTASHAHIH}


def has_role(person: Person, *roles: Role, within: Organisation | None = None) -> bool:
    """Say whether `person` holds one of `roles` now (in the organisation `within`, when given)."""
    return any(
        held.role in roles and (within is None or held.organisation_id == within.pk)
        for held in memberships(person)
    )


def decides_alone(person: Person) -> bool:
    """Say whether no guardian is asked: the person is of age, or holds a role only adults hold."""
    if person.birth_date is None:
        return any(held.role in ADULT_ROLES for held in person.living_memberships)
    return not person.is_minor


def memberships(person: Person | AnonymousUser) -> Iterable[Membership]:
    """Return what `person` holds now; nothing for a stranger or somebody shut out."""
    return person.living_memberships if isinstance(person, Person) and person.is_active else ()


@rules.predicate
def is_programme_manager(person: Person) -> bool:
    return has_role(person, Role.PROGRAMME_MANAGER)


@rules.predicate
def is_curator(person: Person) -> bool:
    return has_role(person, Role.CURATOR)


@rules.predicate
def is_operator_of(person: Person, organisation: Organisation | None) -> bool:
    return organisation is not None and has_role(person, Role.OPERATOR, within=organisation)


@rules.predicate
def runs_home_of(person: Person, subject: Person | None) -> bool:
    """Hold when `person` is an operator where `subject` belongs."""
    return subject is not None and any(
        has_role(person, Role.OPERATOR, within=held.organisation)
        for held in subject.living_memberships
    )


@rules.predicate
def is_oneself_of_age(person: Person, subject: Person | None) -> bool:
    return subject is not None and person.pk == subject.pk and decides_alone(person)


@rules.predicate
def may_give_role(person: Person, membership: Any) -> bool:
    """Hold when `membership` is one that an operator of its organisation gives and ends.

    Only to newcomers and to people who belong there already: whoever gives a role runs the home of
    that person from then on, and records consents.
    """
    here = membership.organisation
    homes = {held.organisation_id for held in membership.person.living_memberships}
    return (
        membership.role in ROLES_AN_OPERATOR_GIVES
        and has_role(person, Role.OPERATOR, within=here)
        and (not homes or here.pk in homes)
    )


rules.add_perm("people.found_organisation", is_programme_manager)
rules.add_perm("people.register_person", is_programme_manager | is_operator_of)
rules.add_perm("people.give_role", is_programme_manager | may_give_role)
rules.add_perm("people.record_consent", runs_home_of | is_oneself_of_age)
rules.add_perm("people.withdraw_consent", runs_home_of | is_oneself_of_age | is_programme_manager)
