from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from kodipest.kernel.permissions import require


def actor(*, is_active: bool = True, may: bool = True) -> SimpleNamespace:
    return SimpleNamespace(is_active=is_active, has_perm=lambda permission, thing: may)


def test_require_lets_pass_who_may_and_asks_about_that_very_thing():
    asked, thing = [], object()
    who = SimpleNamespace(is_active=True, has_perm=lambda *question: not asked.append(question))

    require(who, "works.change_work", thing)

    assert asked == [("works.change_work", thing)]


@pytest.mark.parametrize("who", [actor(may=False), actor(is_active=False), AnonymousUser()])
def test_require_stops_everybody_else(who):
    with pytest.raises(PermissionDenied):
        require(who, "works.change_work", object())
