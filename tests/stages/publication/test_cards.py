import pytest

from kodipest.engines.media.storage import public_url
from kodipest.stages.publication import cards
from kodipest.works import exhibits
from tests.factories.people import cast
from tests.factories.stages import published, started, started_film
from tests.factories.works import RevisionFactory, asset

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


def test_the_cover_stands_for_a_sound() -> None:
    revision = RevisionFactory()
    asset(revision, "audio")
    asset(revision, "image", role="cover")

    assert exhibits.poster_of(revision, public_url).endswith("/poster-480.jpg")
    assert cards.large_poster(revision).endswith("/poster.jpg")


def test_an_upright_picture_is_known_as_one() -> None:
    revision = RevisionFactory()
    transcode = asset(revision, "video").transcode
    transcode.manifest |= {"width": 720, "height": 1280}
    transcode.save()
    revision.__dict__.pop("files", None)

    assert exhibits.is_upright(revision)


def test_a_book_without_its_file_and_a_picture_without_widths_are_nothing_yet() -> None:
    revision = RevisionFactory()
    image = asset(revision, "image")
    image.transcode.manifest = None

    assert exhibits.picture_of(image, public_url) is None
    assert exhibits.manifest_of(None) == {}
