"""The one gate before every operation."""

from typing import Any, Protocol

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _


class Actor(Protocol):
    """Whoever may hold a permission."""

    @property
    def is_active(self) -> bool:
        """Say whether the actor may do anything at all; an anonymous visitor may not."""

    def has_perm(self, perm: str, obj: Any = None, /) -> bool:
        """Say whether the actor holds `perm` on `obj`."""


def require(actor: Actor, permission: str, thing: Any = None) -> None:
    """Raise PermissionDenied unless `actor` is active and holds `permission` on `thing`."""
    if not (actor.is_active and actor.has_perm(permission, thing)):
        raise PermissionDenied(_("You may not do this. Ask the person who invited you."))
