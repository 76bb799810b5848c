"""What every page knows about the site and about the person who reads it."""

from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from kodipest.people.models import Role
from kodipest.people.queries import role_line, roles_of
from kodipest.web.passkeys import keys_work_at

LEADERS = {Role.COACH, Role.KIAI, Role.OPERATOR, Role.PROGRAMME_MANAGER}


class Place(NamedTuple):
    """One place in the menu of a signed-in person."""

    url_name: str
    icon: str
    label: Any
    roles: frozenset[Role] | None = None  # None: for everybody who signed in


PLACES = (
    Place("today", "today", _("Today")),
    Place("studio", "studio", _("My works"), frozenset({Role.SANTRI, Role.COACH})),
    Place("coaching", "coaching", _("Coaching"), frozenset({Role.COACH})),
    Place("incubation", "incubation", _("Incubation"), frozenset({Role.PROGRAMME_MANAGER})),
    Place("curation", "curation", _("Curation"), frozenset({Role.CURATOR})),
    Place("publication", "publication", _("Publication"), frozenset({Role.PROGRAMME_MANAGER})),
    Place("studio_all", "works", _("All works"), frozenset(LEADERS)),
    Place(
        "preparations",
        "speed",
        _("File preparation"),
        frozenset({Role.OPERATOR, Role.PROGRAMME_MANAGER}),
    ),
)


def site(request: HttpRequest) -> dict[str, Any]:
    """Name the site, and lazily the desks of the person: a public page asks nothing here."""
    return {
        "site_name": settings.SITE_NAME,
        "demo_sign_in": settings.DEMO_SIGN_IN,
        "keys_work": SimpleLazyObject(lambda: keys_work_at(request)),
        "desks": SimpleLazyObject(lambda: desks_of(request)),
        "what_i_do": SimpleLazyObject(lambda: what_i_do(request)),
    }


def desks_of(request: HttpRequest) -> list[Place]:
    """List the places that wait for this person, by role."""
    if not request.user.is_authenticated:
        return []
    held = roles_of(request.user)
    return [place for place in PLACES if place.roles is None or place.roles & held]


def what_i_do(request: HttpRequest) -> str:
    """Say in words what the person does and where."""
    return role_line(request.user) if request.user.is_authenticated else ""
