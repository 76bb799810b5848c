"""Termination and expiration, as the specification of tus 1.0.0 words it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from kodipest.engines.media import storage
from kodipest.engines.media.models import Arrival
from tests.engines.media.arrivals.hands import CONTENT, code
from tests.factories.media import OriginalFactory

pytestmark = pytest.mark.django_db


def test_an_upload_is_let_go_of(tus):
    address = tus.begun(len(CONTENT))
    tus.send(address, CONTENT[:1000])

    assert tus.ask("DELETE", address).status_code == 204
    assert code(tus.ask("DELETE", address)) == (404, "arrival_unknown")
    assert tus.ask("HEAD", address).status_code == 404
    assert code(tus.send(address, b"x", 1000)) == (404, "arrival_unknown")
    assert list(storage.incoming().iterdir()) == []


def settled(tus):
    """An upload that was put where it belongs."""
    address = tus.begun(100)
    Arrival.objects.update(
        offset=100, original=OriginalFactory(), adopted_at=timezone.now(), settled_at=timezone.now()
    )
    return address


def test_what_was_taken_reads_as_whole_and_is_not_let_go_of(tus):
    address = settled(tus)

    assert tus.offset(address) == 100
    assert tus.send(address, b"", 100)["Upload-Offset"] == "100"
    assert code(tus.send(address, b"x", 3)) == (409, "offset_differs")
    assert code(tus.ask("DELETE", address)) == (409, "arrival_taken")
    assert tus.ask("GET").json()["arrivals"] == []


def test_each_part_makes_an_upload_young_again(tus, settings):
    settings.UPLOAD_EXPIRES_SECONDS = 3600
    address = tus.begun(100)
    Arrival.objects.update(expires_at=timezone.now() + timedelta(minutes=1))

    tus.send(address, b"x" * 10)

    assert Arrival.objects.get().expires_at > timezone.now() + timedelta(minutes=50)


def test_what_rested_too_long_is_gone(tus):
    address = tus.begun(100)
    Arrival.objects.update(expires_at=timezone.now())

    assert tus.ask("HEAD", address).status_code == 410
    assert code(tus.send(address, b"x")) == (410, "arrival_expired")
    assert tus.ask("GET").json()["arrivals"] == []
