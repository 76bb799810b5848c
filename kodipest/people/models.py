from datetime import date
from typing import Any, ClassVar

import rules
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from kodipest.kernel.ids import new_id
from kodipest.kernel.permissions import is_signed
from kodipest.kernel.time import age_on, today
from kodipest.people.provinces import PROVINCES

AGE_OF_MAJORITY = 18  # PP 17/2025 (PP TUNAS)
AGE_OF_PUBLIC_PROFILE = 13  # PP 17/2025: below it nothing of a child is shown, consent or not


class People(BaseUserManager["Person"]):
    """Finds and makes persons for Django's own sign-in machinery; the site uses operations."""

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "Person":
        """Make a person who may sign in when a password is given."""
        person = self.model(username=username, **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, username: str, password: str, **fields: Any) -> "Person":
        """Make the person who set up this site; `manage.py createsuperuser` calls it."""
        return self.create_user(username, password, is_superuser=True, is_staff=True, **fields)


class Person(AbstractBaseUser, PermissionsMixin):
    """Anyone the site knows: santri, teacher, curator, partner. Not everyone can sign in."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    username = models.CharField(
        _("sign-in name"), max_length=150, unique=True, validators=[UnicodeUsernameValidator()]
    )
    name = models.CharField(_("full name"), max_length=200)
    display_name = models.CharField(_("nickname"), max_length=80, blank=True)
    language = models.CharField(
        _("language"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    birth_date = models.DateField(_("birth date"), null=True, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_staff = models.BooleanField(_("runs this site"), default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[People] = People()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.nickname

    @property
    def nickname(self) -> str:
        """What people who work with the person call them."""
        return self.display_name or self.name

    def get_full_name(self) -> str:
        """Return the full name; Django's own pages ask for it."""
        return self.name

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Say whether the person holds `perm` on `obj`; somebody shut out holds none.

        Whoever set up the site holds all of them, but those by which people sign in their own name.
        """
        if is_signed(perm):
            return self.is_active and bool(rules.has_perm(perm, self, obj))
        return self.is_active and super().has_perm(perm, obj)

    def age(self, on: date | None = None) -> int | None:
        """Return full years on `on` (default today), or None when the birth date is unknown."""
        return age_on(on or today(), self.birth_date) if self.birth_date else None

    @property
    def is_minor(self) -> bool:
        """Say whether a guardian decides. An unknown age is read strictly: a minor's."""
        age = self.age()
        return age is None or age < AGE_OF_MAJORITY

    @cached_property
    def living_memberships(self) -> list["Membership"]:
        """List the memberships held now, with their organisations: one query a request."""
        return list(self.memberships.filter(until=None).select_related("organisation"))


class Organisation(models.Model):
    """A pesantren, a company, a ministry or a community."""

    class Kind(models.TextChoices):
        PESANTREN = "pesantren", _("Pesantren")
        COMPANY = "company", _("Company")
        MINISTRY = "ministry", _("Ministry")
        COMMUNITY = "community", _("Community")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    name = models.CharField(_("name"), max_length=200)
    province = models.CharField(_("province"), max_length=2, choices=PROVINCES, blank=True)
    place = models.CharField(_("place"), max_length=120, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Jakarta")
    about = models.TextField(_("about"), blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        indexes = [models.Index(fields=["kind", "name"])]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a person does in an organisation. Codes are the words of the glossary."""

    SANTRI = "santri", _("Santri")
    COACH = "coach", _("Mentor")
    CURATOR = "curator", _("Curator")
    MUTASHAHIH = "mutashahih", _("Text verifier")
    KIAI = "kiai", _("Kiai")
    OPERATOR = "operator", _("Operator")
    PROGRAMME_MANAGER = "programme_manager", _("Programme manager")
    ORGANISER = "organiser", _("Organiser")
    COMPANY_CONTACT = "company_contact", _("Company contact")
    APPLICANT = "applicant", _("Applicant")


class Membership(models.Model):
    """One role of one person in one organisation, for a time. Ended, never deleted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="memberships"
    )
    role = models.CharField(_("role"), max_length=20, choices=Role)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organisation", "role"],
                condition=Q(until=None),
                name="one_living_membership_per_role",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")),
                name="membership_ends_after_it_begins",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "role", "until"])]

    def __str__(self) -> str:
        return f"{self.person} ({self.get_role_display()}, {self.organisation})"


class Purpose(models.TextChoices):
    """What a consent is for: each purpose its own choice (UU PDP art. 22)."""

    TRAINING = "training", _("May take part in training")
    NAME = "name", _("Name is shown as")
    VOICE = "voice", _("Voice may be heard")
    FACE = "face", _("Face may be seen")
    PUBLIC = "public", _("Works may be shown to everyone")
    ABROAD = "abroad", _("Works may be shown at Indonesia-China events")


class NameForm(models.TextChoices):
    """How a name is written in public; the `choice` of a consent for the purpose NAME."""

    FULL = "full", _("Full name")
    NICKNAME = "nickname", _("Nickname")
    INITIALS = "initials", _("Initials")


class Consent(models.Model):
    """One choice for one purpose, as given. Never edited: a change is a withdrawal and a new row.

    It lives while no Withdrawal names it. The withdrawal is a row of its own because it may be
    authored at the other site (a guardian withdraws at the hub what a node recorded), and so that an
    old copy of a consent can never undo it.
    """

    class Giver(models.TextChoices):
        SELF = "self", _("the person, being of age")
        GUARDIAN = "guardian", _("the guardian")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=10, choices=Purpose)
    choice = models.CharField(max_length=10, choices=NameForm, blank=True)
    giver = models.CharField(max_length=8, choices=Giver)
    giver_name = models.CharField(_("name of the guardian"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose=Purpose.NAME) & ~Q(choice="")
                | ~Q(purpose=Purpose.NAME) & Q(choice=""),
                name="only_a_name_consent_has_a_form",
            ),
            models.CheckConstraint(
                condition=Q(giver="self") | ~Q(giver_name=""), name="a_guardian_has_a_name"
            ),
        ]
        indexes = [models.Index(fields=["person", "purpose"])]

    def __str__(self) -> str:
        return f"{self.get_purpose_display()}: {self.get_choice_display() or _('yes')}"


class Withdrawal(models.Model):
    """The end of one consent."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    consent = models.OneToOneField(Consent, on_delete=models.PROTECT, related_name="withdrawal")
    recorded_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.consent} / {self.withdrawn_at:%Y-%m-%d}"


class AuditEntry(models.Model):
    """One line of the audit trail: who did what, to which thing, on whose behalf. Append-only.

    Lines form a chain: `digest` covers the line and the digest before it, `sequence` has no gap.
    `facts` holds ids, codes and counts, never a name or an address.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sequence = models.PositiveBigIntegerField(unique=True)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    act = models.CharField(max_length=60)
    thing = models.CharField(max_length=60)
    thing_id = models.UUIDField()
    facts = models.JSONField(default=dict)
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        indexes = [models.Index(fields=["thing_id", "sequence"])]

    def __str__(self) -> str:
        return f"{self.sequence} {self.act} {self.thing}"


class AuditHead(models.Model):
    """The end of the audit chain: one row, locked while a line is appended."""

    sequence = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    def __str__(self) -> str:
        return str(self.sequence)
