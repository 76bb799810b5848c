import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from kodipest.stages.publication.models import Edition
from kodipest.web import views
from kodipest.web.views import Shelf, arranged
from kodipest.works.models import Work
from tests.factories.people import OrganisationFactory, cast
from tests.factories.stages import published, started, started_film

pytestmark = pytest.mark.django_db


def test_an_empty_site_says_what_will_stand_here(client: Client) -> None:
    response = client.get("/")

    assert response.status_code == 200
    assert 'class="empty"' in response.text
    assert response.context["hero"] is None


def test_home_shows_the_newest_film_and_the_newest_of_each_kind(client: Client) -> None:
    people = cast()
    film = published(people, started_film(people, title="A day in the dapur"))
    article = published(people, started(people, title="Sholawat"))

    response = client.get("/")

    assert response.context["hero"].title == film.revision.title
    shelves = [
        (kind, [card.title for card in cards])
        for kind, *_names, cards in response.context["shelves"]
    ]
    assert shelves == [("video", [film.revision.title]), ("article", [article.revision.title])]
    assert str(people.house) in response.text


def test_home_costs_the_same_with_one_work_and_with_three(
    client: Client, django_assert_num_queries
) -> None:
    people = cast()
    published(people, started_film(people))
    client.get("/")
    with django_assert_num_queries(5):
        Client().get("/")

    for number in range(2):
        published(people, started_film(people, title=f"Film {number}"))
    with django_assert_num_queries(5):
        Client().get("/")


def test_a_kind_that_is_rare_among_the_newest_is_still_shown(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "LOOKED_AT", 2)
    people = cast()
    old = published(people, started(people, title="An old article"))
    films = [published(people, started_film(people, title=f"Film {n}")) for n in range(6)]

    newest = views.newest_of_each_kind()

    assert [edition.pk for edition in newest if edition.kind == Work.Kind.ARTICLE] == [old.pk]
    assert [edition.pk for edition in newest if edition.kind == Work.Kind.VIDEO] == [
        film.pk for film in reversed(films[-4:])
    ]
    assert Edition.objects.count() == 7


def test_home_names_at_most_six_pesantren(client: Client) -> None:
    OrganisationFactory.create_batch(8)

    assert len(client.get("/").context["houses"]) == 6


@pytest.mark.parametrize("path", ["/tentang/", "/en/tentang/", "/zh-hans/tentang/"])
def test_about_draws_the_five_stages(client: Client, path: str) -> None:
    response = client.get(path)

    assert response.status_code == 200
    assert [stop.stage for stop in response.context["stops"]] == [
        "training",
        "coaching",
        "incubation",
        "curation",
        "publication",
    ]


def test_health_is_told_to_monitors(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "health", lambda: {"ok": True, "version": "1"})
    well = client.get("/healthz")
    monkeypatch.setattr(views, "health", lambda: {"ok": False})
    ill = client.get("/healthz")

    assert (well.status_code, well.json()) == (200, {"ok": True, "version": "1"})
    assert ill.status_code == 503
    assert "no-store" in well.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("prefix", "language"), [("", "id"), ("/en", "en"), ("/zh-hans", "zh-hans")]
)
def test_a_phone_can_install_the_site_in_each_language(
    client: Client, prefix: str, language: str
) -> None:
    response = client.get(f"{prefix}/manifest.webmanifest")
    described = json.loads(response.content)

    assert response.headers["Content-Type"] == "application/manifest+json"
    assert described["lang"] == language
    assert described["start_url"] == f"{prefix}/"
    assert {icon["purpose"] for icon in described["icons"]} == {"any", "maskable"}
    for icon in described["icons"]:
        assert Path(finders.find(icon["src"].removeprefix("/static/"))).stat().st_size < 10_000


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        ([4], [4]),
        ([1], [1]),
        ([4, 1], [3, 1]),
        ([4, 1, 4], [4, 3, 1]),
        ([4, 1, 4, 2, 1, 1], [4, 1, 2, 1, 3, 1]),
        ([3, 1], [3, 1]),
        ([4, 2, 4, 2], [4, 2, 2, 4]),
        ([4, 3, 2, 1], [4, 3, 1, 2]),
        ([2, 2, 1], [2, 2, 1]),
        ([4, 2, 2, 1, 4], [4, 2, 2, 3, 1]),
    ],
)
def test_short_shelves_share_a_row_and_no_card_stands_alone(found, shown) -> None:
    kinds = list(Work.Kind)
    shelves = [
        Shelf(kind, str(kind.label), [SimpleNamespace(title=f"{kind} {n}") for n in range(count)])
        for kind, count in zip(kinds, found, strict=False)
    ]

    put = arranged(shelves)

    assert [len(shelf.cards) for shelf in put] == shown
    assert {shelf.kind for shelf in put} == {shelf.kind for shelf in shelves}
    for shelf in put:
        assert [card.title for card in shelf.cards] == [
            f"{shelf.kind} {n}" for n in range(len(shelf.cards))
        ]
