import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from kodipest.kernel import freshness
from kodipest.kernel.errors import Refusal
from kodipest.stages.publication.models import Channel
from kodipest.stages.publication.operations import (
    open_channel,
)
from tests.factories.people import cast
from tests.factories.stages import (
    ChannelFactory,
)
from tests.stages.publication.operations.hands import acts

pytestmark = pytest.mark.django_db


def test_open_channel_gives_it_a_readable_address():
    people = cast()

    channel = open_channel(name=" Dapur  Santri ", by=people.farid, about="Masak.\r\n")

    assert (channel.name, channel.slug, channel.about) == ("Dapur Santri", "dapur-santri", "Masak.")
    assert str(channel) == "Dapur Santri"
    assert acts() == ["open_channel"]
    assert freshness.generation() == 1


@pytest.mark.parametrize(
    ("name", "start"), [("Dapur Santri", "dapur-santri-"), ("قناة", "kanal-"), ("频道", "kanal-")]
)
def test_open_channel_finds_an_address_for_any_name(name, start):
    people = cast()
    ChannelFactory(slug="dapur-santri")

    channel = open_channel(name=name, by=people.farid)

    assert channel.slug == f"{start}{channel.pk.hex[-8:]}"


def test_open_channel_refuses_half_a_channel():
    people = cast()

    with pytest.raises(Refusal) as refusal:
        open_channel(name=" \u202e", by=people.farid)
    assert refusal.value.codes == ["name_missing"]
    with pytest.raises(ValidationError) as error:
        open_channel(name=121 * "a", by=people.farid)
    assert list(error.value.error_dict) == ["name"]
    assert not Channel.objects.exists()


def test_open_channel_refuses_strangers():
    people = cast()

    for person in people[1:-1]:
        with pytest.raises(PermissionDenied):
            open_channel(name="Dapur", by=person)
    assert not Channel.objects.exists()


def test_two_managers_open_a_channel_of_one_name_at_once(together):
    people = cast()

    outcomes = together(*[lambda: open_channel(name="Dapur", by=people.farid)] * 3)

    assert len({channel.slug for channel in outcomes}) == 3
    assert "dapur" in {channel.slug for channel in outcomes}


def test_a_name_taken_between_the_look_and_the_write_gets_another_address(monkeypatch):
    people = cast()
    ChannelFactory(slug="dapur")
    monkeypatch.setattr(Channel.objects, "filter", lambda **_named: Channel.objects.none())

    channel = open_channel(name="Dapur", by=people.farid)

    assert channel.slug == f"dapur-{channel.pk.hex[-8:]}"
    assert Channel.objects.count() == 2
