"""The one gate before every operation."""

from typing import Any, Protocol

import rules
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

_in_own_name: set[str] = set()


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


def let_sign(permission: str, rule: Any) -> None:
    """Give `permission` by `rule` and by nothing else, for acts that somebody signs in their own name.

    Whoever set up a site may do everything else there. A signature says what its giver is to the
    work, and that nobody vouches for, or judges, what they made themselves: no office stands above it.
    """
    rules.add_perm(permission, rule)
    _in_own_name.add(permission)


def is_signed(permission: str) -> bool:
    """Say whether `permission` hangs on its rule alone."""
    return permission in _in_own_name
