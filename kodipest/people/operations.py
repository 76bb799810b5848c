"""Verbs about people; the only writers of this app, apart from the audit chain."""

from datetime import date, datetime
from functools import partial

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from kodipest.kernel import freshness
from kodipest.kernel.errors import Refusal
from kodipest.kernel.journal import Entry
from kodipest.kernel.permissions import require
from kodipest.kernel.signals import consent_changed
from kodipest.kernel.text import clean_line, clean_text
from kodipest.kernel.time import today
from kodipest.people import audit, journal
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
from kodipest.people.queries import living_consents, recorder_of, withdrawal_entry
from kodipest.people.rules import ADULT_ROLES, decides_alone


@transaction.atomic
def found_site(*, username: str, name: str, password: str | None = None) -> Person:
    """Make the first person of an empty site, who may do everything.

    Raises Refusal `site_exists` when anybody is there already.
    """
    if Person.objects.exists():
        raise Refusal(_("This site already has people; ask one of them."), code="site_exists")
    username, name = clean_line(username).lower(), clean_line(name)
    founder = Person.objects.create_superuser(username, password or "", name=name)
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
    """Enter an organisation.

    Raises PermissionDenied unless `by` is a programme manager, ValidationError by field.
    """
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
    organisation.full_clean(validate_unique=False)  # the address is ours to find
    try:
        with transaction.atomic():
            organisation.save(force_insert=True)
    except IntegrityError:  # somebody entered the same name a moment ago
        organisation.slug = own_slug(organisation)
        organisation.save(force_insert=True)
    audit.record("found_organisation", organisation, by=by, kind=kind)
    freshness.bump()
    return organisation


def free_slug(organisation: Organisation) -> str:
    """Return a readable address part; the id makes it unique when the name is taken or has no Latin."""
    slug = slugify(organisation.name)[:60]
    if slug and not Organisation.objects.filter(slug=slug).exists():
        return slug
    return own_slug(organisation)


def own_slug(organisation: Organisation) -> str:
    """Return an address part that no other organisation can have."""
    return f"{slugify(organisation.name)[:60] or organisation.kind}-{organisation.pk.hex[-8:]}"


@transaction.atomic
def register_person(  # noqa: PLR0913 -- one form
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
    ValidationError by field: `unique` for a taken sign-in name, `birth_date_ahead`, those of the
    password validators and of the fields.
    """
    require(by, "people.register_person", organisation)
    person = Person(
        username=clean_line(username).lower(),  # nobody is told apart by a capital letter
        name=clean_line(name),
        display_name=clean_line(display_name),
        birth_date=birth_date,
        language=language,
        email=email,
    )
    if birth_date and birth_date > today():
        words = _("A birth date lies in the past.")
        raise Refusal({"birth_date": Refusal(words, code="birth_date_ahead")})
    enter(person, password)
    audit.record("register_person", person, by=by)
    return person


def enter(person: Person, password: str | None) -> None:
    """Write a new person down, with a password that holds or without any."""
    if password is not None:
        validate_password(password, person)
    person.set_password(password)
    person.full_clean()
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError as error:  # the same name, entered elsewhere a moment ago
        words = _("This sign-in name is taken; choose another one.")
        raise Refusal({"username": Refusal(words, code="unique")}) from error


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
    # Never before it began, whatever the clock of a laptop says now.
    end = Greatest(Value(timezone.now()), F("since"))
    if Membership.objects.filter(pk=membership.pk, until=None).update(until=end):
        audit.record("end_role", membership, by=by, role=membership.role)
    membership.person.__dict__.pop("living_memberships", None)


@transaction.atomic
def record_consent(
    *, person: Person, purpose: Purpose, by: Person, choice: str = "", guardian_name: str = ""
) -> Consent:
    """Record that `person`, or the guardian of a minor, says yes to one purpose.

    A new choice takes the place of the living one. Raises PermissionDenied unless `by` operates the
    person's organisation or is the person, being of age; Refusal `guardian_needed` for a minor
    without a guardian's name, `decides_alone` for an adult with one, `birth_date_missing`, `too_young` for anything
    public of a child under 13, `choice_missing` for a name without its form.
    """
    require(by, "people.record_consent", person)
    person = lock(person)  # one living consent a purpose
    guardian_name = clean_line(guardian_name)
    refuse_wrong_giver(person, purpose, guardian_name)
    if purpose == Purpose.NAME and choice not in NameForm.values:
        words = _("Choose how the name is written.")
        raise Refusal({"choice": Refusal(words, code="choice_missing")})
    replaced = [
        Withdrawal.objects.create(consent=living, recorded_by=by)
        for living in living_consents(purpose).filter(person=person)
    ]
    giver = Consent.Giver.GUARDIAN if guardian_name else Consent.Giver.SELF
    consent = Consent(
        person=person,
        purpose=purpose,
        choice=NameForm(choice) if purpose == Purpose.NAME else "",
        giver=giver,
        giver_name=guardian_name,
        recorded_by=by,
    )
    consent.clean_fields()
    consent.save(force_insert=True)
    audit.record("record_consent", consent, by=by, on_behalf_of=person, purpose=purpose)
    tell_what_may_be_shown(person)
    for withdrawal in replaced:
        journal.note(withdrawal_entry(withdrawal))
    return consent


def lock(person: Person) -> Person:
    """Return `person` as they stand now; one writer at a time decides on their consents.

    `no_key`, because rows that merely name the person (every audit line does) must not wait: the
    end of the audit chain is locked by then, and the two would wait for each other.
    """
    return Person.objects.select_for_update(no_key=True).get(pk=person.pk)


def tell_what_may_be_shown(person: Person) -> None:
    """Make every public page ask again; after commit, whoever keeps files open looks at them again."""
    freshness.bump()
    tell = partial(consent_changed.send, sender=Person, person_id=person.pk)
    transaction.on_commit(tell, robust=True)  # a sweep puts right what goes wrong here


def refuse_wrong_giver(person: Person, purpose: Purpose, guardian_name: str) -> None:
    """Raise Refusal unless the right one of person and guardian has decided, at the right age."""
    age = person.age()
    if purpose != Purpose.TRAINING and age is not None and age < AGE_OF_PUBLIC_PROFILE:
        raise Refusal(
            _("Under 13 a child takes part in training only; nothing is shown in public."),
            code="too_young",
        )
    is_alone = decides_alone(person)
    if purpose != Purpose.TRAINING and age is None and not is_alone:
        raise Refusal(
            _("Enter the birth date first: without it nothing of a santri is shown in public."),
            code="birth_date_missing",
        )
    if not is_alone and not guardian_name:
        raise Refusal(_("A guardian decides for a minor; write the name."), code="guardian_needed")
    if is_alone and guardian_name:
        raise Refusal(_("A person of 18 or older decides alone."), code="decides_alone")


@transaction.atomic
def withdraw_consent(*, consent: Consent, by: Person) -> Withdrawal:
    """End a consent at once; asking twice changes nothing.

    Every public page is stale from this moment, and the files of works with the person are closed.
    """
    require(by, "people.withdraw_consent", consent.person)
    lock(consent.person)
    withdrawal, created = Withdrawal.objects.get_or_create(
        consent=consent, defaults={"recorded_by": by}
    )
    if created:
        audit.record("withdraw_consent", consent, by=by, on_behalf_of=consent.person)
        tell_what_may_be_shown(consent.person)
    journal.note(withdrawal_entry(withdrawal))  # once more for whoever asks twice after a crash
    return withdrawal


@transaction.atomic
def withdraw_consent_again(withdrawn: Entry) -> None:
    """End a consent that the journal knows as withdrawn and an older copy of the database does not.

    Nobody is asked: it was decided long ago. Whoever recorded it then may be missing here; the line
    in the audit trail names them all the same.
    """
    consent = Consent.objects.select_related("person", "recorded_by").get(pk=withdrawn.thing)
    lock(consent.person)
    recorder = recorder_of(withdrawn) or consent.recorded_by
    _withdrawal, created = Withdrawal.objects.get_or_create(
        consent=consent,
        defaults={
            "recorded_by": recorder,
            "withdrawn_at": datetime.fromisoformat(withdrawn.at),
        },
    )
    if created:
        audit.record(
            "withdraw_consent_again",
            consent,
            by=None,
            on_behalf_of=consent.person,
            recorded_by=withdrawn.by,
        )
        tell_what_may_be_shown(consent.person)


def choose_language(*, person: Person, language: str) -> None:
    """Remember the language a person reads in. Refusal `unknown_language`: the site has none such."""
    if language not in dict(settings.LANGUAGES):
        raise Refusal(_("This site does not speak that language."), code="unknown_language")
    Person.objects.filter(pk=person.pk).update(language=language)
