"""Captions of a published film: with it for everybody, gone with it."""

import pytest
from django.urls import reverse

from kodipest.engines.media.captions import Cue
from kodipest.kernel.freshness import bump
from kodipest.people.models import Purpose
from kodipest.works.captions.operations import save_captions
from tests.factories.people import cast, consent, withdraw
from tests.factories.stages import published, started_film

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return cast()


@pytest.fixture
def edition(people):
    film = started_film(people)
    save_captions(work=film, language="id", cues=[Cue(0, 2, "Satu < dua")], by=people.aisyah)
    save_captions(work=film, language="ar", cues=[Cue(0, 2, "بسم الله")], by=people.aisyah)
    return published(people, film)


def address(edition, language="id"):
    return reverse("work_captions", args=[edition.work.slug, language])


def test_everybody_reads_them(client, edition):
    answer = client.get(address(edition, "ar"))
    assert answer.headers["Content-Type"] == "text/vtt; charset=utf-8"
    assert "بسم الله" in answer.content.decode()
    assert "max-age" in answer.headers["Cache-Control"]


def test_the_player_offers_each_language(client, edition):
    page = client.get(reverse("work", args=[edition.work.slug]))
    tracks = page.context["film"].captions
    assert [(track.language, track.src) for track in tracks] == [
        ("id", address(edition)),
        ("ar", address(edition, "ar")),
    ]
    assert page.content.decode().count("<track") == 2


def test_a_language_that_is_not_there_is_nowhere(client, edition):
    assert client.get(address(edition, "en")).status_code == 404


def test_they_go_with_the_consent(client, people, edition):
    given = edition.work.credits.get().person.consents.filter(purpose=Purpose.PUBLIC).get()
    assert client.get(address(edition)).status_code == 200
    withdraw(given)
    bump()  # as the operation does; the page of a moment ago is kept
    assert client.get(address(edition)).status_code == 404
    consent(people.aisyah, Purpose.PUBLIC)
    bump()
    assert client.get(address(edition)).status_code == 200
