"""Whose an upload is, and who lets go of it."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from kodipest.engines.media.models import Arrival
from kodipest.engines.media.operations import begin_arrival, find_arrival, remove_arrival
from kodipest.kernel.errors import Refusal
from tests.engines.media.operations.arrivals.hands import codes
from tests.factories.media import OriginalFactory

pytestmark = pytest.mark.django_db


def test_who_is_nobody_begins_nothing(db):
    with pytest.raises(PermissionDenied):
        begin_arrival(by=AnonymousUser(), length=1, name="f")


def test_who_was_locked_out_begins_nothing(aisyah):
    aisyah.is_active = False
    with pytest.raises(PermissionDenied):
        begin_arrival(by=aisyah, length=1, name="f")


def test_an_upload_is_found_by_its_owner_alone(arrival):
    other = get_user_model().objects.create(username="eka")

    assert find_arrival(arrival_id=arrival.pk, by=arrival.owner) == arrival
    with pytest.raises(Refusal) as refused:
        find_arrival(arrival_id=arrival.pk, by=other)
    assert codes(refused) == ["arrival_unknown"]


def test_what_was_put_in_its_place_is_not_removed(arrival):
    Arrival.objects.update(
        offset=arrival.length,
        original=OriginalFactory(),
        adopted_at=timezone.now(),
        settled_at=timezone.now(),
    )

    with pytest.raises(Refusal) as refused:
        remove_arrival(arrival=arrival)
    assert codes(refused) == ["arrival_taken"]


def test_letting_go_twice_is_letting_go_once(arrival):
    for _ in range(2):
        remove_arrival(arrival=arrival)

    assert not Arrival.objects.exists()
