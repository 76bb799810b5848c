"""Verbs about people; the only writers of this app, apart from the audit chain."""

from datetime import date
from functools import partial

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from kodipest.kernel import freshness
from kodipest.kernel.errors import Refusal
from kodipest.kernel.permissions import require
from kodipest.kernel.signals import consent_changed
from kodipest.kernel.text import clean_line, clean_text
from kodipest.people import audit
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
from kodipest.people.queries import living_consents
from kodipest.people.rules import ADULT_ROLES


@transaction.atomic
def found_site(*, username: str, name: str, password: str | None = None) -> Person:
    """Make the first person of an empty site, who may do everything.

    Raises Refusal `site_exists` when anybody is there already.
    """
    if Person.objects.exists():
        raise Refusal(_("This site already has people; ask one of them."), code="site_exists")
    founder = Person.objects.create_superuser(username, password or "", name=clean_line(name))
    if password is None:
        founder.set_unusable_password()
        founder.save(update_fields=["password"])
    audit.record("found_site", founder, by=founder)
    return founder


@transaction.atomic
def found_organisation(
    *,
    kind: Organisation.Kind,
    name: str,
    by: Person,
    province: str = "",
    place: str = "",
    time_zone: str = "Asia/Jakarta",
    about: str = "",
) -> Organisation:
    """Enter an organisation. Raises PermissionDenied unless `by` is a programme manager."""
    require(by, "people.found_organisation")
    organisation = Organisation(
        kind=kind,
        name=clean_line(name),
        province=province,
        place=clean_line(place),
        time_zone=time_zone,
        about=clean_text(about),
    )
    organisation.slug = free_slug(organisation)
    organisation.full_clean()
    organisation.save(force_insert=True)
    audit.record("found_organisation", organisation, by=by, kind=kind)
    freshness.bump()
    return organisation


def free_slug(organisation: Organisation) -> str:
    """Return a readable address part; the id makes it unique when the name is taken or has no Latin."""
    slug = slugify(organisation.name)[:60]
    if slug and not Organisation.objects.filter(slug=slug).exists():
        return slug
    return f"{slug or organisation.kind}-{organisation.pk.hex[-8:]}"


@transaction.atomic
def register_person(
    *,
    username: str,
    name: str,
    by: Person,
    organisation: Organisation | None = None,
    display_name: str = "",
    birth_date: date | None = None,
    language: str = "id",
    email: str = "",
    password: str | None = None,
) -> Person:
    """Enter a person, who can sign in once a password is set.

    Raises PermissionDenied unless `by` manages the programme or operates `organisation`, and
    ValidationError (by field) for a taken sign-in name, a future birth date or a weak password.
    """
    require(by, "people.register_person", organisation)
    person = Person(
        username=clean_line(username),
        name=clean_line(name),
        display_name=clean_line(display_name),
        birth_date=birth_date,
        language=language,
        email=email,
    )
    if birth_date and birth_date > timezone.localdate():
        raise Refusal({"birth_date": [_("A birth date lies in the past.")]})
    if password is not None:
        validate_password(password, person)
    person.set_password(password)
    person.full_clean()
    person.save(force_insert=True)
    audit.record("register_person", person, by=by)
    return person


@transaction.atomic
def give_role(*, person: Person, organisation: Organisation, role: Role, by: Person) -> Membership:
    """Let `person` act as `role` in `organisation`; asking twice gives the same membership.

    Raises PermissionDenied unless `by` may give that role there, and Refusal `too_young` when a
    role of responsibility is offered to a minor.
    """
    membership = Membership(person=person, organisation=organisation, role=role)
    require(by, "people.give_role", membership)
    age = person.age()
    if role in ADULT_ROLES and age is not None and person.is_minor:
        raise Refusal(_("This role is only for people of 18 or older."), code="too_young")
    membership, created = Membership.objects.get_or_create(
        person=person, organisation=organisation, role=role, until=None
    )
    if created:
        audit.record("give_role", membership, by=by, person=person.pk, role=role)
    person.__dict__.pop("living_memberships", None)
    return membership


@transaction.atomic
def end_role(*, membership: Membership, by: Person) -> None:
    """End a membership now. What the person did stays under their name."""
    require(by, "people.give_role", membership)
    if Membership.objects.filter(pk=membership.pk, until=None).update(until=timezone.now()):
        audit.record("end_role", membership, by=by, role=membership.role)
    membership.person.__dict__.pop("living_memberships", None)


@transaction.atomic
def record_consent(
    *, person: Person, purpose: Purpose, by: Person, choice: str = "", guardian_name: str = ""
) -> Consent:
    """Record that `person`, or the guardian of a minor, says yes to one purpose.

    A new choice takes the place of the living one. Raises PermissionDenied unless `by` operates the
    person's organisation or is the person, being of age; Refusal `guardian_needed` for a minor
    without a guardian's name, `decides_alone` for an adult with one, `too_young` for anything
    public of a child under 13.
    """
    require(by, "people.record_consent", person)
    person = Person.objects.select_for_update().get(pk=person.pk)  # one living consent a purpose
    refuse_wrong_giver(person, purpose, guardian_name)
    for living in living_consents(purpose).filter(person=person):
        Withdrawal.objects.create(consent=living, recorded_by=by)
    giver = Consent.Giver.GUARDIAN if guardian_name else Consent.Giver.SELF
    consent = Consent(
        person=person,
        purpose=purpose,
        choice=NameForm(choice) if purpose == Purpose.NAME else "",
        giver=giver,
        giver_name=clean_line(guardian_name),
        recorded_by=by,
    )
    consent.save(force_insert=True)
    audit.record("record_consent", consent, by=by, on_behalf_of=person, purpose=purpose)
    tell_what_may_be_shown(person)
    return consent


def tell_what_may_be_shown(person: Person) -> None:
    """Make every public page ask again; after commit, whoever keeps files open looks at them again."""
    freshness.bump()
    tell = partial(consent_changed.send, sender=Person, person_id=person.pk)
    transaction.on_commit(tell)


def refuse_wrong_giver(person: Person, purpose: Purpose, guardian_name: str) -> None:
    """Raise Refusal unless the right one of person and guardian has decided, at the right age."""
    age = person.age()
    if purpose != Purpose.TRAINING and age is not None and age < AGE_OF_PUBLIC_PROFILE:
        raise Refusal(
            _("Under 13 a child takes part in training only; nothing is shown in public."),
            code="too_young",
        )
    decides_alone = not person.is_minor or (
        age is None and any(held.role in ADULT_ROLES for held in person.living_memberships)
    )
    if not decides_alone and not guardian_name:
        raise Refusal(_("A guardian decides for a minor; write the name."), code="guardian_needed")
    if decides_alone and guardian_name:
        raise Refusal(_("A person of 18 or older decides alone."), code="decides_alone")


@transaction.atomic
def withdraw_consent(*, consent: Consent, by: Person) -> Withdrawal:
    """End a consent at once; asking twice changes nothing.

    Every public page is stale from this moment, and the files of works with the person are closed.
    """
    require(by, "people.withdraw_consent", consent.person)
    withdrawal, created = Withdrawal.objects.get_or_create(
        consent=consent, defaults={"recorded_by": by}
    )
    if created:
        audit.record("withdraw_consent", consent, by=by, on_behalf_of=consent.person)
        tell_what_may_be_shown(consent.person)
    return withdrawal


def choose_language(*, person: Person, language: str) -> None:
    """Remember the language a person reads in."""
    Person.objects.filter(pk=person.pk).update(language=language)
