import pytest

from kodipest.stages.publication import cards
from tests.factories.people import cast
from tests.factories.stages import published, started, started_film

pytestmark = pytest.mark.django_db


def test_a_card_says_what_a_work_is() -> None:
    people = cast()
    card = cards.card_of(published(people, started_film(people)))

    assert (card.kind, card.house) == ("video", people.house.name)
    assert card.poster.endswith("/poster-480.jpg")
    assert card.excerpt == ""
    assert not card.is_portrait


def test_an_article_without_a_picture_shows_its_first_words() -> None:
    people = cast()
    edition = published(people, started(people))
    edition.revision.body = "**Bismillah.** " + "kata " * 100

    card = cards.card_of(edition)

    assert card.poster == ""
    assert card.excerpt.startswith("Bismillah. kata")
    assert len(card.excerpt) <= cards.EXCERPT
