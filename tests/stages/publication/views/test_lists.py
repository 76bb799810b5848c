"""The list of all works, with its filters and pages."""

import pytest
from django.test import Client

from kodipest.stages.publication import views
from tests.factories.people import cast
from tests.factories.stages import published, started, started_film

pytestmark = pytest.mark.django_db


def test_the_list_is_newest_first_and_searches_titles(client: Client) -> None:
    people = cast()
    first = published(people, started(people, title="Sungai yang sabar"))
    second = published(people, started_film(people, title="Dapur santri"))

    assert [card.title for card in client.get("/karya/").context["cards"]] == [
        second.revision.title,
        first.revision.title,
    ]
    found = client.get("/karya/", {"q": "SUNGAI"})
    assert [card.title for card in found.context["cards"]] == [first.revision.title]
    assert found.context["words"] == "SUNGAI"


def test_the_list_filters_by_kind_and_ignores_a_kind_it_does_not_know(client: Client) -> None:
    people = cast()
    published(people, started(people))
    film = published(people, started_film(people))

    films = client.get("/karya/", {"kind": "video"})
    everything = client.get("/karya/", {"kind": "hologram"})

    assert [card.title for card in films.context["cards"]] == [film.revision.title]
    assert len(everything.context["cards"]) == 2
    assert everything.context["kind"] == ""


@pytest.mark.parametrize("query", ["", "?q=zzz", "?kind=comic"])
def test_an_empty_list_says_what_to_do(client: Client, query: str) -> None:
    assert 'class="empty"' in client.get(f"/karya/{query}").text


def test_the_list_has_pages_that_keep_the_filter(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PAGE_SIZE", 1)
    people = cast()
    for title in ("One", "Two"):
        published(people, started(people, title=title))

    first = client.get("/karya/?kind=article")
    last = client.get("/karya/?kind=article&page=2")
    nonsense = client.get("/karya/?page=nonsense")

    assert 'href="?kind=article&amp;page=2"' in first.text
    assert 'href="?kind=article"' in last.text
    assert nonsense.context["page"].number == 1


def test_the_list_costs_the_same_with_one_work_and_with_three(
    client: Client, django_assert_num_queries
) -> None:
    people = cast()
    for count in range(3):
        published(people, started_film(people, title=f"Film {count}"))
        if count in {0, 2}:
            Client().get("/karya/")
            with django_assert_num_queries(4):
                Client().get("/karya/")


@pytest.mark.parametrize("path", ["/karya/", "/kanal/"])
def test_public_pages_are_only_read(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
