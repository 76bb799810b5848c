import json

import pytest
from django.test import Client

from kodipest.engines.media.models import Transcode
from kodipest.people.models import NameForm, Purpose
from kodipest.stages.publication import views
from kodipest.stages.publication.models import Edition
from kodipest.works.models import Asset, Work
from kodipest.works.operations import change_text, start_work
from tests.factories.people import cast, consent, withdraw
from tests.factories.stages import ChannelFactory, passed, published, started, started_film
from tests.factories.works import asset
from tests.works.reading.shelf import book_of

pytestmark = pytest.mark.django_db


def brought_out(people, kind: str, file: str, *, files: int = 1, **texts: str) -> Edition:
    """Bring a work of `kind` out whose main files are of the kind `file`."""
    work = start_work(
        kind=Work.Kind(kind), title=f"My {kind}", organisation=people.house, by=people.aisyah
    )
    change_text(work=work, by=people.aisyah, title=f"My {kind}", **texts)
    for position in range(files):
        asset(work.newest_revision, file, position=position)
    return published(people, work)


def path_of(edition: Edition) -> str:
    return f"/karya/{edition.work.slug}/"


# --- the list


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


# --- one work


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


def test_a_book_can_be_read_and_kept(client: Client) -> None:
    response = client.get(path_of(brought_out(cast(), "ebook", "document")))

    assert response.context["book"]["is_pdf"]
    assert response.context["book"]["url"].endswith("/document.pdf")


def test_a_published_book_is_read_by_everybody_page_by_page(client: Client) -> None:
    people = cast()
    edition = published(people, book_of(people))

    work = client.get(path_of(edition))
    page = client.get(f"{path_of(edition)}baca/", {"bagian": "2"})

    assert f'href="{path_of(edition)}baca/"' in work.text
    assert page.text.count("<figure>") == 10
    assert page.text.count("/media/public/") == 30
    assert "/media/s/" not in page.text
    assert page.headers["Cache-Control"] == work.headers["Cache-Control"]
    assert client.get(f"{path_of(edition)}baca/", {"bagian": "4"}).status_code == 404


def test_reading_costs_the_same_for_short_and_long_books(
    client: Client, django_assert_num_queries
) -> None:
    people = cast()
    for pages in (3, 300):
        edition = published(people, book_of(people, pages=pages, title=f"Buku {pages}"))
        client.get(f"{path_of(edition)}baca/")
        with django_assert_num_queries(3):
            client.get(f"{path_of(edition)}baca/?bagian=1&x={pages}")


def test_what_is_no_book_or_not_published_is_not_read(client: Client) -> None:
    people = cast()
    article = published(people, started(people))
    draft = book_of(people, title="Rahasia")

    assert client.get(f"{path_of(article)}baca/").status_code == 404
    assert client.get(f"/karya/{draft.slug}/baca/").status_code == 404


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


@pytest.mark.parametrize("path", ["/karya/", "/kanal/"])
def test_public_pages_are_only_read(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405


# --- channels


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
