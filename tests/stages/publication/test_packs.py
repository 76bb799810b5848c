"""What published works are taken away in: asked for by the sweep, offered on the page, gone with it."""

import html
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone, translation

from kodipest.engines.media.messages import words_for_transcode
from kodipest.engines.media.models import Transcode
from kodipest.engines.media.operations import request_pack
from kodipest.kernel.errors import Refusal
from kodipest.people.models import AuditEntry
from kodipest.stages.publication.operations import (
    ask_for_pack,
    ask_for_packs,
    wishes_for,
    withdraw_work,
)
from tests.factories.people import cast
from tests.factories.stages import passed, published, started_film

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def packed(settings):
    settings.PACKS_OF_PUBLISHED = {"video": ["whatsapp"]}


@pytest.fixture
def people():
    return cast()


@pytest.fixture
def edition(people):
    return published(people, started_film(people))


def packs():
    return Transcode.objects.exclude(part="base")


def test_a_sweep_asks_once_for_what_is_out(edition):
    assert ask_for_packs() == 1
    asked = packs().get()
    assert (asked.part, asked.base) == ("whatsapp", edition.revision.main.transcode)
    assert asked.wishes["title"] == edition.revision.title
    assert asked.wishes["artist"] == edition.work.organisation.name
    assert asked.wishes["of"] == str(edition.revision_id)
    assert set(asked.wishes) == {"of", "title", "artist", "card"}
    assert ask_for_packs() == 0


def test_what_is_not_out_is_not_packed(people):
    passed(people, started_film(people))
    assert ask_for_packs() == 0


def test_what_was_taken_off_is_not_packed(people, edition):
    withdraw_work(work=edition.work, by=people.farid, why="A song without permission.")
    assert ask_for_packs() == 0


def test_no_person_is_named(people, edition):
    ask_for_packs()
    said = str(packs().get().wishes | {"card": ""})
    assert not any(name in said for name in (people.aisyah.name, people.aisyah.nickname))


def test_the_page_offers_what_is_there(client, edition):
    transcode = edition.revision.main.transcode
    file = {"role": "film", "file": "whatsapp/0a0b0c0d/film.mp4", "bytes": 3_400_000}
    sound = {"role": "sound", "file": "whatsapp/0a0b0c0d/sound.m4a", "bytes": 400_000}
    transcode.manifest |= {
        "packs": {"whatsapp": {"of": str(edition.revision_id), "files": [sound, file]}}
    }
    transcode.save()
    page = client.get(reverse("work", args=[edition.work.slug]))
    kinds = [download.kind for download in page.context["film"].downloads]
    assert [kind.split(" · ")[1].replace("\xa0", " ") for kind in kinds] == ["390,6 KB", "3,2 MB"]
    assert "whatsapp/0a0b0c0d/film.mp4" in page.content.decode()


def test_chapters_of_the_synopsis_go_into_the_podcast_and_nowhere_else(edition):
    main = edition.revision.main
    assert "chapters" not in wishes_for(main, "podcast")
    main.revision.synopsis = "0:00 The river\n0:30 The leaves"

    assert wishes_for(main, "podcast")["chapters"] == [(0, "The river"), (30, "The leaves")]
    assert "chapters" not in wishes_for(main, "sheet")


# --- asked for at the desk


@pytest.mark.parametrize("who", ["farid", "dewi"])
def test_the_programme_and_the_house_may_ask_and_asking_twice_is_asking_once(people, edition, who):
    asker = getattr(people, who)
    one = ask_for_pack(work=edition.work, name="sheet", by=asker)
    two = ask_for_pack(work=edition.work, name="sheet", by=asker)

    assert one == two == packs().get()
    assert (one.part, one.base) == ("sheet", edition.revision.main.transcode)
    assert set(one.wishes) == {"of", "title", "artist"}
    entries = AuditEntry.objects.filter(act="ask_for_pack")
    assert [(entry.by, entry.facts["pack"]) for entry in entries] == [(asker, "sheet")] * 2


@pytest.mark.parametrize("who", ["aisyah", "budi", "citra", "eka"])
def test_nobody_else_may(people, edition, who):
    with pytest.raises(PermissionDenied):
        ask_for_pack(work=edition.work, name="sheet", by=getattr(people, who))
    assert not packs().exists()


@pytest.mark.parametrize("name", ["podcast", "base", "high", "", "nonsense"])
def test_a_pack_that_there_is_not_is_refused(people, edition, name):
    with pytest.raises(Refusal) as refused:
        ask_for_pack(work=edition.work, name=name, by=people.farid)
    assert refused.value.code == "no_such_pack"


def test_an_article_has_no_packs(people):
    with pytest.raises(Refusal) as refused:
        ask_for_pack(work=published(people).work, name="sheet", by=people.farid)
    assert refused.value.code == "no_such_pack"


def test_what_is_not_out_any_more_is_not_packed_at_the_desk(people, edition):
    withdraw_work(work=edition.work, by=people.farid, why="A song without permission.")
    with pytest.raises(Refusal) as refused:
        ask_for_pack(work=edition.work, name="sheet", by=people.farid)
    assert refused.value.code == "not_out"


def test_what_is_still_being_prepared_is_not_packed_yet(people, edition):
    Transcode.objects.filter(part="base").update(
        state="waiting", folder="", manifest=None, finished_at=None, progress=0,
        first_playable_at=None,
    )  # fmt: skip
    with pytest.raises(Refusal) as refused:
        ask_for_pack(work=edition.work, name="sheet", by=people.farid)
    assert refused.value.code == "not_ready"


@pytest.fixture
def desk(client, people, edition):
    """The page of packs, at the desk of the programme manager."""
    client.force_login(people.farid)
    return reverse("publication_packs", args=[edition.work.pk])


def test_the_desk_has_a_pack_made(client, desk, django_assert_num_queries):
    with django_assert_num_queries(6):
        page = client.get(desk).content.decode()
    assert page.count('name="name"') == 3
    assert "hx-trigger" not in page

    answer = client.post(desk, {"name": "television"})

    assert (answer.status_code, answer.url) == (302, desk)
    page = client.get(desk).content.decode()
    assert page.count('name="name"') == 2
    assert 'hx-trigger="every 3s"' in page
    Transcode.objects.filter(part="television").update(
        state="running", progress=0.4, lease_by="w", lease_until="2126-01-01T00:00:00Z",
        started_at="2026-01-01T00:00:00Z", folder="f-1",
    )  # fmt: skip
    assert 'value="40.0"' in client.get(desk).content.decode()


def ready(pack):
    Transcode.objects.filter(pk=pack.pk).update(
        state="done", progress=1, manifest={}, finished_at="2026-01-01T00:00:00Z"
    )
    return pack


def larger(edition, state="waiting"):
    base = edition.revision.main.transcode
    return Transcode.objects.create(
        original=base.original, base=base, part="high", fingerprint="high", state=state,
        finished_at=None if state == "waiting" else "2026-01-01T00:00:00Z",
    )  # fmt: skip


LARGER_FIRST = "The larger pictures of this film are made first"


def test_the_desk_says_that_a_channel_waits_for_the_larger_pictures(client, desk, edition):
    larger(edition)
    with translation.override("en"):
        client.post(desk, {"name": "television"})
        client.post(desk, {"name": "sheet"})
        rows = {row.name: row for row in client.get(desk).context["rows"]}
    assert [name for name, row in rows.items() if row.waits_for_larger] == ["television"]
    assert edition.revision.main.transcode.additions.get(part="high").turn_at < timezone.now() + (
        timedelta(hours=1)
    )


@pytest.mark.parametrize("language", ["en", "id", "zh-hans"])
def test_what_is_awaited_is_said_in_every_language(client, desk, edition, language):
    larger(edition)
    client.post(desk, {"name": "television"})
    with translation.override(language):
        address = reverse("publication_packs", args=[edition.work.pk])
        said = translation.gettext(
            "The larger pictures of this film are made first; then it is packed by itself."
        )
    page = html.unescape(client.get(address).content.decode())
    assert said in page
    assert said.startswith(LARGER_FIRST) is (language == "en")


def test_a_pack_for_a_channel_can_be_made_anew_when_larger_pictures_have_come(
    client, desk, people, edition
):
    larger(edition, "cancelled")
    small = ready(ask_for_pack(work=edition.work, name="television", by=people.farid))
    rows = {row.name: row for row in client.get(desk).context["rows"]}
    assert not rows["television"].may_be_asked_for

    Transcode.objects.filter(part="high").update(state="waiting", finished_at=None)
    rows = {row.name: row for row in client.get(desk).context["rows"]}
    assert rows["television"].may_be_asked_for
    client.post(desk, {"name": "television"})
    assert not Transcode.objects.filter(pk=small.pk).exists()
    assert Transcode.objects.get(part="television").state == "waiting"


def test_a_pack_that_is_there_is_fetched_under_the_name_of_the_work(client, desk, edition):
    transcode = edition.revision.main.transcode
    files = [
        {"role": "sheet", "file": "sheet/0a/sheet.jpg", "bytes": 90_000},
        {"role": "240p", "file": "television/0a/240p/index.m3u8", "bytes": 9_000},
    ]
    of = {"of": str(edition.revision_id)}
    packed = {"sheet": of | {"files": files}, "television": of | {"files": files[1:]}}
    transcode.manifest |= {"packs": packed}
    transcode.save()
    for name in ("sheet", "television"):
        ready(request_pack(transcode=transcode, name=name, wishes=of))

    page = client.get(desk)

    rows = {row.name: row for row in page.context["rows"]}
    (sheet,) = rows["sheet"].downloads
    assert f"?name={edition.work.slug}.jpg" in sheet.url
    assert "/media/s/" in sheet.url  # held back by a consent, it is for the desk all the same
    assert (rows["television"].is_there, rows["television"].downloads) == (True, [])
    assert page.content.decode().count('name="name"') == 1


def test_a_pack_that_went_wrong_says_why_and_can_be_tried_again(client, desk, edition, people):
    asked = ask_for_pack(work=edition.work, name="sheet", by=people.farid)
    Transcode.objects.filter(pk=asked.pk).update(
        state="failed", error_code="stalled", finished_at="2026-01-01T00:00:00Z"
    )

    page = client.get(desk).content.decode()

    assert str(words_for_transcode("stalled")) in html.unescape(page)
    assert page.count('name="name"') == 3
    client.post(desk, {"name": "sheet"})
    asked.refresh_from_db()
    assert (asked.state, asked.error_code) == ("waiting", "")


def test_a_name_that_is_none_is_refused_in_words(client, desk):
    answer = client.post(desk, {"name": "nonsense"})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()


def test_what_cannot_be_packed_says_so(client, people):
    work = published(people).work
    client.force_login(people.farid)

    page = client.get(reverse("publication_packs", args=[work.pk])).content.decode()

    assert 'class="empty' in page
    assert reverse("work", args=[work.slug]) in page


def test_the_desks_lead_to_the_packs_of_films_only(client, people, edition):
    article = published(people).work
    client.force_login(people.farid)
    there = client.get(reverse("publication_out")).content.decode()
    client.force_login(people.dewi)
    inside = client.get(reverse("studio_work", args=[edition.work.pk])).content.decode()

    address = reverse("publication_packs", args=[edition.work.pk])
    assert address in there
    assert address in inside
    assert reverse("publication_packs", args=[article.pk]) not in there
