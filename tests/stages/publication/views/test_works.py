"""A work in public: title, names, sanad, and that it goes with a consent."""

import json

import pytest
from django.test import Client

from kodipest.people.models import NameForm, Purpose
from tests.factories.people import cast, consent, withdraw
from tests.factories.stages import ChannelFactory, passed, published, started, started_film
from tests.stages.publication.views.hands import brought_out, path_of

pytestmark = pytest.mark.django_db


def test_an_arabic_title_is_set_right_to_left(client: Client) -> None:
    people = cast()
    edition = published(people, started(people, title="كتاب الصبر"))

    assert 'class="work-title" lang="ar" dir="rtl"' in client.get(path_of(edition)).text


def test_names_are_shown_as_consented_and_never_otherwise(client: Client) -> None:
    people = cast()
    edition = published(people)
    silent = client.get(path_of(edition))
    assert people.aisyah.name not in silent.text
    assert people.aisyah.nickname not in silent.text
    assert f"/orang/{people.aisyah.pk}/" not in silent.text

    given = consent(people.aisyah, Purpose.NAME, NameForm.NICKNAME)
    named = Client().get(path_of(edition))
    assert people.aisyah.nickname in named.text
    assert people.aisyah.name not in named.text
    assert f"/orang/{people.aisyah.pk}/" in named.text

    withdraw(given)
    assert people.aisyah.nickname not in Client().get(path_of(edition)).text


def test_the_sanad_is_drawn_link_by_link(client: Client) -> None:
    people = cast()
    edition = published(people)

    links = client.get(path_of(edition)).context["links"]

    assert [link["act"] for link in links] == ["made", "approved", "passed", "published"]
    assert links[-1]["note"] == edition.channel.name


def test_more_from_the_same_pesantren_and_from_nowhere_else(client: Client) -> None:
    people, others = cast(), cast()
    edition = published(people)
    sister = published(people, started(people, title="Sister"))
    published(others, started(others, title="From afar"))

    more = client.get(path_of(edition)).context["more"]

    assert [card.title for card in more] == [sister.revision.title]


def test_a_work_costs_eight_queries_whatever_it_holds(
    client: Client, django_assert_max_num_queries
) -> None:
    people = cast()
    small = published(people)
    film = published(people, started_film(people))
    large = brought_out(people, "comic", "image", files=3)
    for edition in (small, film, large):
        Client().get(path_of(edition))
        with django_assert_max_num_queries(8):
            Client().get(path_of(edition))


@pytest.mark.parametrize("address", ["/karya/{}/", "/karya/{}/sanad.json"])
def test_what_is_not_out_is_not_here(client: Client, address: str) -> None:
    work = passed(cast())

    assert client.get(address.format(work.slug)).status_code == 404


def test_a_work_goes_when_the_consent_of_anyone_in_it_goes(client: Client) -> None:
    people = cast()
    work = passed(people)
    given = consent(people.aisyah, Purpose.PUBLIC)
    from kodipest.stages.publication.operations import publish_work

    edition = publish_work(
        work=work, read=work.newest_revision.pk, channel=ChannelFactory(), by=people.farid
    )
    assert client.get(path_of(edition)).status_code == 200

    withdraw(given)

    assert Client().get(path_of(edition)).status_code == 404
    assert Client().get(f"/kanal/{edition.channel.slug}/").context["cards"] == []


def test_the_sanad_can_be_taken_home_and_checked(client: Client) -> None:
    people = cast()
    edition = published(people)

    response = client.get(f"{path_of(edition)}sanad.json")

    assert response.headers["Content-Type"] == "application/json"
    assert f'filename="{edition.work.slug}.sanad.json"' in response.headers["Content-Disposition"]
    assert people.aisyah.nickname not in response.text
    assert len(json.loads(response.content)["links"]) == 4
