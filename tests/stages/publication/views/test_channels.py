"""Channels, each with its own works."""

import pytest
from django.test import Client

from tests.factories.people import cast
from tests.factories.stages import ChannelFactory, published, started, started_film

pytestmark = pytest.mark.django_db


def test_a_channel_costs_the_same_with_one_work_and_with_three(
    client: Client, django_assert_num_queries
) -> None:
    people, channel = cast(), ChannelFactory()
    for count in range(3):
        published(people, started_film(people, title=f"Film {count}"), channel)
        if count in {0, 2}:
            Client().get(f"/kanal/{channel.slug}/")
            with django_assert_num_queries(5):
                response = Client().get(f"/kanal/{channel.slug}/")
            assert len(response.context["cards"]) == count + 1


def test_channels_count_what_the_public_sees(client: Client) -> None:
    people = cast()
    empty, full = ChannelFactory(name="A quiet one"), ChannelFactory(name="B full")
    published(people, channel=full)

    shown = client.get("/kanal/").context["channels"]

    assert [(channel.pk, channel.edition_count) for channel in shown] == [
        (empty.pk, 0),
        (full.pk, 1),
    ]


def test_a_site_without_channels_says_so(client: Client) -> None:
    assert 'class="empty"' in client.get("/kanal/").text


def test_a_channel_shows_its_own(client: Client) -> None:
    people = cast()
    edition = published(people)
    published(people, started(people, title="Elsewhere"))

    response = client.get(f"/kanal/{edition.channel.slug}/")

    assert [card.title for card in response.context["cards"]] == [edition.revision.title]
    assert client.get("/kanal/no-such-channel/").status_code == 404
    assert 'class="empty"' in client.get(f"/kanal/{ChannelFactory().slug}/").text
