"""Who may do what with a work."""

import rules

from kodipest.people.models import Organisation, Person, Role
from kodipest.people.rules import has_role, is_curator, is_programme_manager, memberships
from kodipest.works.journey import Stage
from kodipest.works.models import Credit, Work


@rules.predicate
def is_author(person: Person, work: Work | None) -> bool:
    """Hold for whoever is credited as an author: authors change a work and hand it on."""
    return work is not None and any(
        credit.person_id == person.pk and credit.role == Credit.Role.AUTHOR
        for credit in work.credits.all()
    )


@rules.predicate
def is_coach_of(person: Person, work: Work | None) -> bool:
    """Hold for a mentor of the pesantren in which the work is made."""
    return work is not None and has_role(person, Role.COACH, within=work.organisation)


@rules.predicate
def belongs_here(person: Person, organisation: Organisation | None) -> bool:
    """Hold for a santri or mentor of the organisation."""
    return organisation is not None and has_role(
        person, Role.SANTRI, Role.COACH, within=organisation
    )


@rules.predicate
def is_in_curation(person: Person, work: Work | None) -> bool:
    return work is not None and work.stage == Stage.CURATION


@rules.predicate
def is_outsider(person: Person, work: Work | None) -> bool:
    """Hold for somebody without a tie to the makers: a curator of the same house never judges."""
    return work is not None and not any(
        held.organisation_id == work.organisation_id for held in memberships(person)
    )


@rules.predicate
def leads_the_house(person: Person, work: Work | None) -> bool:
    """Hold for the kiai and the operator of the pesantren in which the work is made."""
    return work is not None and has_role(person, Role.KIAI, Role.OPERATOR, within=work.organisation)


rules.add_perm("works.start_work", belongs_here)
rules.add_perm("works.change_work", is_author)
rules.add_perm(
    "works.see_work",
    is_author
    | is_coach_of
    | leads_the_house
    | is_programme_manager
    | (is_curator & is_in_curation & is_outsider),
)
