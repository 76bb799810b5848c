"""Questions about people; each list says who may see what."""

from collections.abc import Collection, Iterable, Iterator
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from kodipest.kernel.daily import daily
from kodipest.kernel.journal import Entry
from kodipest.kernel.time import born_for_age, today
from kodipest.people import journal
from kodipest.people.models import (
    AGE_OF_PUBLIC_PROFILE,
    Consent,
    Membership,
    NameForm,
    Organisation,
    Person,
    Purpose,
    Role,
    Withdrawal,
)
from kodipest.people.rules import memberships

WITHDRAW_CONSENT = "withdraw_consent"  # as the journal of withdrawals calls it


def living_consents(purpose: Purpose) -> QuerySet[Consent]:
    """Consents for `purpose` that nobody has withdrawn."""
    return Consent.objects.filter(purpose=purpose, withdrawal=None)


def withdrawal_entry(withdrawal: Withdrawal) -> Entry:
    """Spell `withdrawal` for the journal."""
    at, by = withdrawal.withdrawn_at, withdrawal.recorded_by_id
    return journal.entry(WITHDRAW_CONSENT, withdrawal.consent_id, at=at, by=by)


def recorder_of(withdrawn: Entry) -> Person | None:
    """Return who recorded a journaled withdrawal, if this database knows them."""
    return Person.objects.filter(pk=withdrawn.by).first() if withdrawn.by else None


def withdrawn_consents() -> Iterator[Entry]:
    """Every withdrawal this database knows, as the journal spells it."""
    return (withdrawal_entry(each) for each in Withdrawal.objects.iterator(chunk_size=2000))


def consents_alive(ids: Collection[str]) -> Iterable[UUID]:
    """Which of the consents `ids` nobody has withdrawn here."""
    return Consent.objects.filter(pk__in=ids, withdrawal=None).values_list("pk", flat=True)


def has_consent(person: Person, purpose: Purpose) -> bool:
    """Say whether a living consent of `person` for `purpose` exists, and age allows what it says."""
    return bool(people_with_consent(purpose).filter(pk=person.pk).exists())


@daily
def consents_in_force(purpose: Purpose) -> QuerySet[Consent]:
    """Living consents that age lets act today: the one gate for every page, feed and file.

    Under 13 nothing is public, consent or not (PP 17/2025). For whom a guardian decides and whose
    birth date is unknown may be under 13: nothing of them is public either.
    """
    given = living_consents(purpose)
    if purpose == Purpose.TRAINING:
        return given
    newest = born_for_age(today(), AGE_OF_PUBLIC_PROFILE)
    undated = Q(person__birth_date=None, giver=Consent.Giver.SELF)
    return given.filter(Q(person__birth_date__lte=newest) | undated)


def people_with_consent(purpose: Purpose) -> QuerySet[Person]:
    """People of whom `purpose` may be done now."""
    return Person.objects.filter(Exists(consents_in_force(purpose).filter(person=OuterRef("pk"))))


def public_names(people: Iterable[Person]) -> dict[UUID, str]:
    """Write each of `people` as consented, in one query; absent when not at all."""
    asked = {person.pk: person for person in people}
    forms = consents_in_force(Purpose.NAME).filter(person__in=asked).order_by("given_at")
    return {
        person_id: write_name(asked[person_id], NameForm(form))
        for person_id, form in forms.values_list("person_id", "choice")
    }


def public_name(person: Person) -> str | None:
    """Write one person as consented, or None."""
    return public_names([person]).get(person.pk)


def write_name(person: Person, form: NameForm) -> str:
    """Write the name of `person` in `form`."""
    if form == NameForm.FULL:
        return person.name
    if form == NameForm.NICKNAME:
        return person.nickname
    return "".join(f"{word[0]}." for word in person.name.split())


def organisations_in_public() -> QuerySet[Organisation]:
    """Pesantren that anyone may see, by name."""
    return Organisation.objects.filter(kind=Organisation.Kind.PESANTREN).order_by("name")


def organisations_of(person: Person, *roles: Role) -> list[Organisation]:
    """Organisations in which `person` holds one of `roles` now."""
    return [held.organisation for held in memberships(person) if held.role in roles]


def members(organisation: Organisation, *roles: Role) -> QuerySet[Person]:
    """People who hold one of `roles` in `organisation` now, by name. Only for its own staff."""
    held = Membership.objects.filter(
        organisation=organisation, role__in=roles, until=None, person=OuterRef("pk")
    )
    return Person.objects.filter(Exists(held)).order_by("name")


def people_with_role(role: Role) -> QuerySet[Person]:
    """People who hold `role` anywhere now: who is told, who may be asked. Not for pages."""
    return Person.objects.filter(
        Exists(Membership.objects.filter(role=role, until=None, person=OuterRef("pk")))
    )


def roles_of(person: Person) -> set[Role]:
    """Roles that `person` holds now, anywhere."""
    return {Role(held.role) for held in person.living_memberships}


def role_line(person: Person) -> str:
    """Say in words what `person` does and where, for the signed-in header and inboxes."""
    lines = [
        _("%(role)s, %(house)s")
        % {"role": held.get_role_display(), "house": held.organisation.name}
        for held in person.living_memberships
    ]
    return " · ".join(lines) or _("Guest")
