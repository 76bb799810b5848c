import pytest

from kodipest.engines.media.models import Transcode
from kodipest.engines.media.storage import private_url, public_url
from kodipest.works import exhibits
from tests.factories.people import cast
from tests.factories.works import RevisionFactory, asset
from tests.works.reading.shelf import book_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "start"), [(public_url, "/media/public/"), (private_url, "/media/s/")]
)
def test_whoever_asks_chooses_the_address(address: exhibits.Address, start: str) -> None:
    revision = RevisionFactory()
    asset(revision, "video")

    film = exhibits.film_of(revision, address, str, remembered_as="me")

    assert film is not None
    assert film.playlist.startswith(start)
    assert film.poster.startswith(start)
    assert film.work_id == "me"


def test_a_film_that_nobody_has_begun_to_prepare_is_none_yet() -> None:
    revision = RevisionFactory()
    assert exhibits.film_of(revision, public_url, str, remembered_as="me") is None

    main = asset(revision, "video")
    Transcode.objects.filter(pk=main.transcode_id).update(
        state="waiting",
        manifest=None,
        progress=0,
        folder="",
        started_at=None,
        finished_at=None,
        first_playable_at=None,
    )
    revision.__dict__.pop("files", None)
    assert exhibits.film_of(revision, public_url, str, remembered_as="me") is None


def test_pictures_come_in_their_widths_and_in_every_kind_that_was_made() -> None:
    revision = RevisionFactory()
    picture = asset(revision, "image")
    picture.transcode.manifest |= {
        "images": [
            {"file": f"{width}.{kind}", "width": width, "height": width // 2}
            for width in (960, 480)
            for kind in ("jpg", "webp", "avif")
        ]
    }

    found = exhibits.picture_of(picture, public_url)

    assert found is not None
    assert found.src.endswith("/960.jpg")
    assert [width.split()[1] for width in found.srcset.split(", ")] == ["480w", "960w"]
    assert (found.width, found.height) == (960, 480)
    assert [source.mime for source in found.sources] == ["image/avif", "image/webp"]
    assert found.sources[0].srcset.count(".avif ") == 2


def test_a_picture_prepared_before_there_were_more_kinds_is_shown() -> None:
    revision = RevisionFactory()
    picture = asset(revision, "image")
    picture.transcode.manifest |= {"images": [{"file": "40.webp", "width": 40, "height": 20}]}

    found = exhibits.picture_of(picture, public_url)

    assert found is not None
    assert found.src.endswith("/40.webp")
    assert found.sources == []


def test_the_cover_stands_for_a_sound() -> None:
    revision = RevisionFactory()
    asset(revision, "audio")
    asset(revision, "image", role="cover")

    assert exhibits.poster_of(revision, public_url).endswith("/poster-480.jpg")
    assert exhibits.poster_of(revision, public_url, "poster").endswith("/poster.jpg")


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


def test_a_wave_has_one_stroke_for_each_figure_and_is_never_nothing() -> None:
    assert exhibits.wave_of([100, 50, 0]) == "M0.5 0v100M1.5 25v50M2.5 49v2"
    assert exhibits.wave_of([]) == ""


def test_a_sound_brings_its_wave_to_the_player() -> None:
    revision = RevisionFactory()
    sound = asset(revision, "audio")
    sound.transcode.manifest |= {"peaks": [10, 100]}
    sound.transcode.save(update_fields=["manifest"])
    revision.__dict__.pop("files", None)

    film = exhibits.film_of(revision, public_url, str, remembered_as="me")

    assert film is not None
    assert film.wave == "M0.5 45v10M1.5 0v100"


def test_a_comic_in_one_file_is_as_many_pictures_as_it_has_pages() -> None:
    work = book_of(cast(), pages=12)

    found = exhibits.pictures_of(work.newest_revision, public_url)

    assert len(found) == 12
    assert found[11].src.endswith("/reader/0012-1280.webp")
    assert (found[11].width, found[11].height, found[11].srcset.count(" 640w")) == (1280, 1800, 1)


def test_chapters_are_no_pictures() -> None:
    work = book_of(cast(), "chapters")

    assert exhibits.pictures_of(work.newest_revision, public_url) == []
