"""What the public sees of the files of a work: films, sounds, pictures, texts."""

import pytest
from django.test import Client

from kodipest.engines.media.models import Transcode
from kodipest.works.models import Asset
from kodipest.works.operations import change_text
from tests.factories.people import cast
from tests.factories.stages import published, started, started_film
from tests.stages.publication.views.hands import brought_out, path_of

pytestmark = pytest.mark.django_db


def test_a_film_has_a_player_with_words_and_a_way_without_script(client: Client) -> None:
    edition = published(cast_of_one := cast(), started_film(cast_of_one))

    response = client.get(path_of(edition))

    film = response.context["film"]
    assert film.playlist.endswith("/master.m3u8")
    assert film.poster.endswith("/poster.jpg")
    assert film.work_id == str(edition.work_id)
    assert not film.is_growing
    assert f'<video controls playsinline preload="none" src="{film.playlist}"' in response.text
    assert "data-say-broken=" in response.text


@pytest.mark.parametrize(("prefix", "half"), [("", "0,5×"), ("/en", "0.5×"), ("/zh-hans", "0.5×")])
def test_speeds_are_written_as_the_language_writes_numbers(
    client: Client, prefix: str, half: str
) -> None:
    people = cast()
    edition = published(people, started_film(people))

    page = client.get(prefix + path_of(edition)).text

    assert f'<option value="0.5">{half}</option>' in page
    assert '<option value="1" selected>1×</option>' in page


def test_a_film_that_is_still_being_prepared_can_be_watched_already(client: Client) -> None:
    people = cast()
    edition = published(people, started_film(people))
    transcode = Asset.objects.get(revision=edition.revision).transcode
    Transcode.objects.filter(pk=transcode.pk).update(
        state="running",
        manifest=None,
        progress=0.4,
        finished_at=None,
        lease_by="here/1/1",
        lease_until=transcode.finished_at,
    )

    response = client.get(path_of(edition))

    assert response.context["film"].is_growing
    assert response.context["film"].playlist.endswith("/master.m3u8")
    assert response.context["film"].seconds == 60.0
    assert "data-growing" in response.text


def test_a_film_without_a_first_second_says_so(client: Client) -> None:
    people = cast()
    edition = published(people, started_film(people))
    Transcode.objects.update(
        state="waiting",
        manifest=None,
        progress=0,
        folder="",
        started_at=None,
        finished_at=None,
        first_playable_at=None,
    )

    response = client.get(path_of(edition))

    assert response.status_code == 200
    assert response.context["film"] is None
    assert "data-player" not in response.text


def test_a_sound_can_be_heard_and_kept(client: Client) -> None:
    edition = brought_out(cast(), "audio", "audio")
    response = client.get(path_of(edition))

    kept_as = f"{edition.work.slug}.m4a"  # never the name of the file its maker sent
    assert response.context["film"].download.endswith(f"sound.m4a?name={kept_as}")
    assert 'class="player sound"' in response.text


def test_an_article_is_set_with_its_arabic_right_to_left(client: Client) -> None:
    people = cast()
    work = started(people)
    change_text(
        work=work, by=people.aisyah, title="Niat", body="Kata *Nabi*:\n\nإنما الأعمال بالنيات"
    )

    text = client.get(path_of(published(people, work))).text

    assert "<em>Nabi</em>" in text
    assert '<p lang="ar" dir="rtl">' in text


def test_a_poster_is_shown_whole_and_a_comic_page_by_page(client: Client) -> None:
    people = cast()
    poster = client.get(path_of(brought_out(people, "poster", "image")))
    comic = client.get(path_of(brought_out(people, "comic", "image", files=3)))

    assert len(poster.context["pictures"]) == 1
    assert len(comic.context["pictures"]) == 3
    assert comic.text.count("<figure>") == 3
    assert " 480w" in comic.context["pictures"][0].srcset


def test_a_sound_shows_its_wave_and_is_kept_in_two_kinds(client: Client) -> None:
    edition = brought_out(cast(), "audio", "audio")
    transcode = edition.revision.main.transcode
    transcode.manifest |= {"peaks": [7, 100], "downloads": ["sound.m4a", "sound.opus"]}
    transcode.save(update_fields=["manifest"])

    page = client.get(path_of(edition))

    assert 'd="M0.5 46.5v7M1.5 0v100"' in page.text
    slug = edition.work.slug
    assert [
        (each.kind, each.url.rpartition("/")[2]) for each in page.context["film"].downloads
    ] == [
        ("M4A", f"sound.m4a?name={slug}.m4a"),
        ("Opus", f"sound.opus?name={slug}.opus"),
    ]
    assert page.text.count(f"?name={slug}.") == 2
