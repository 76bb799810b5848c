"""The studio over HTTP: what makers see, what they send, and what is kept when something is wrong."""

import gzip
import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from kodipest.engines.media.models import Transcode
from kodipest.people.models import Role
from kodipest.works.models import Asset, Work
from kodipest.works.operations import start_work
from tests.factories.media import TranscodeFactory
from tests.factories.people import somebody
from tests.factories.stages import (
    published,
    started,
    started_film,
)
from tests.factories.works import asset
from tests.works.studio_views.hands import SAY_NO, newest, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def picture():
    """A file as a browser sends it."""

    def make(name="serambi.png", colour="green"):
        out = io.BytesIO()
        Image.new("RGB", (640, 360), colour).save(out, "PNG")
        return SimpleUploadedFile(name, out.getvalue(), "image/png")

    return make


def test_a_picture_is_sent_by_a_plain_form(aisyah, people, picture):
    work = started(people)

    answer = aisyah.post(
        reverse("studio_upload", args=[work.pk]),
        {"upload": picture("../../حديقة 花园 " + "x" * 300 + ".png"), "role": "cover"},
    )

    assert answer.status_code == 302
    cover = Asset.objects.get()
    assert (cover.role, cover.original.kind, cover.transcode.state) == ("cover", "image", "waiting")
    assert "/" not in cover.file_name
    assert cover.file_name.startswith("حديقة 花园")
    assert len(cover.file_name) <= 200


def test_comic_pages_come_one_after_the_other_and_go_one_by_one(aisyah, people, picture):
    sent = {"kind": "comic", "title": "Komik", "language": "id", "organisation": people.house.pk}
    aisyah.post(reverse("studio_new"), sent)
    work = Work.objects.get()
    for name, colour in [("satu.png", "red"), ("dua.png", "blue"), ("tiga.png", "gold")]:
        aisyah.post(reverse("studio_upload", args=[work.pk]), {"upload": picture(name, colour)})

    second = Asset.objects.get(file_name="dua.png")
    aisyah.post(reverse("studio_remove", args=[second.pk]))

    left = newest(work).main_files
    assert [page.file_name for page in left] == ["satu.png", "tiga.png"]
    assert aisyah.post(reverse("studio_remove", args=[second.pk])).status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("film.mp4", b"just text that calls itself a film", "not_media"),
        ("empty.mp4", b"", None),
        ("gambar.png", None, "wrong_kind"),
    ],
)
def test_a_wrong_file_changes_nothing_and_is_told_in_words(
    aisyah, people, picture, name, content, code
):
    work = started_film(people)
    before = newest(work).main
    file = picture(name) if content is None else SimpleUploadedFile(name, content, "video/mp4")

    answer = aisyah.post(reverse("studio_upload", args=[work.pk]), {"upload": file})

    assert answer.status_code == SAY_NO
    errors = text_of(answer).split('id="upload-errors"')[1].split("</div></div>")[0]
    assert 'class="note error"' in errors
    assert newest(work).main == before


def test_no_file_at_all_is_told_in_words(aisyah, people):
    answer = aisyah.post(reverse("studio_upload", args=[started_film(people).pk]), {"role": "main"})

    assert answer.status_code == SAY_NO
    assert 'class="note error"' in text_of(answer)


def test_a_strange_role_is_refused(aisyah, people, picture):
    answer = aisyah.post(
        reverse("studio_upload", args=[started(people).pk]), {"upload": picture(), "role": "poster"}
    )

    assert answer.status_code == SAY_NO
    assert not Asset.objects.exists()


def test_a_form_without_its_token_is_refused(people):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(people.aisyah)

    assert strict.post(reverse("coaching_hand_in", args=[started(people).pk])).status_code == 403


def running(people, **fields):
    work = started_film(people)
    Asset.objects.all().delete()
    transcode = TranscodeFactory(running=True, progress=0.42, seconds_left=50)
    Transcode.objects.filter(pk=transcode.pk).update(**fields)
    asset(newest(work), transcode=transcode)
    return work, transcode


def test_progress_is_told_with_a_true_figure_and_asks_again(aisyah, people):
    work, _transcode = running(people)

    address = reverse("studio_files", args=[work.pk])
    page = text_of(aisyah.get(address, {"seen": "0-0"}, HTTP_HX_REQUEST="true"))

    assert "42%" in page
    assert "50" in page.split("42%")[1][:40]
    assert 'value="42.0"' in page
    assert 'hx-trigger="every 2s"' in page
    assert "hx-swap-oob" not in page


def test_when_all_is_prepared_the_page_stops_asking_and_shows_the_next_step(aisyah, people):
    work = started_film(people)

    address = reverse("studio_files", args=[work.pk])
    page = text_of(aisyah.get(address, {"seen": "0-0"}, HTTP_HX_REQUEST="true"))

    assert "every 2s" not in page
    assert page.count("hx-swap-oob") == 3  # the look, the next step, and a word for who listens
    assert reverse("coaching_hand_in", args=[work.pk]) in page


def test_what_can_be_played_is_shown_while_the_rest_is_still_prepared(aisyah, people):
    work, _transcode = running(people, first_playable_at=timezone.now())
    address = reverse("studio_files", args=[work.pk])

    news = text_of(aisyah.get(address, {"seen": "0-0"}, HTTP_HX_REQUEST="true"))
    later = text_of(aisyah.get(address, {"seen": "1-0"}, HTTP_HX_REQUEST="true"))

    assert "data-player" in news
    assert reverse("coaching_hand_in", args=[work.pk]) in news
    assert "every 2s" in news
    assert "hx-swap-oob" not in later  # somebody may be watching: the player stays


def test_a_waiting_file_says_how_many_come_first(aisyah, people):
    work = started_film(people)
    Asset.objects.all().delete()
    mine = TranscodeFactory()
    other = TranscodeFactory()
    Transcode.objects.filter(pk=other.pk).update(turn_at=mine.turn_at - timedelta(minutes=1))
    asset(newest(work), transcode=mine)

    page = text_of(aisyah.get(reverse("studio_files", args=[work.pk])))

    assert '<progress max="100" aria-label' in page  # no figure while nobody knows
    assert "every 2s" in page


def test_a_failed_file_says_why_and_can_be_tried_again(aisyah, people):
    work = started_film(people)
    Asset.objects.all().delete()
    failed = TranscodeFactory(failed=True)
    file = asset(newest(work), transcode=failed)
    address = reverse("studio_retry", args=[file.pk])
    assert f'action="{address}"' in text_of(aisyah.get(reverse("studio_work", args=[work.pk])))

    answer = aisyah.post(address)

    assert answer.status_code == 302
    failed.refresh_from_db()
    assert failed.state == Transcode.State.WAITING
    assert aisyah.post(address).status_code == 409


@pytest.mark.parametrize(
    ("kind", "media"),
    [
        ("video", "video"),
        ("audio", "audio"),
        ("poster", "image"),
        ("comic", "image"),
        ("ebook", "document"),
    ],
)
def test_each_kind_is_shown_by_private_address(aisyah, people, kind, media):
    aisyah.post(
        reverse("studio_new"),
        {"kind": kind, "title": "Judul", "language": "id", "organisation": people.house.pk},
    )
    work = Work.objects.get()
    asset(newest(work), media)

    page = text_of(aisyah.get(reverse("studio_work", args=[work.pk])))

    assert "/media/s/" in page
    assert "/media/public/" not in page


def test_a_desk_weighs_at_most_250_kilobytes(aisyah, people):
    """HTML, styles, scripts and fonts as they travel, compressed; the engine of the player waits for play."""
    page = text_of(aisyah.get(reverse("studio_work", args=[started_film(people).pk])))
    static = {
        finders.find(path)
        for path in re.findall(r'(?:href|src|data-player)="/static/([^"#]+)', page)
    }
    fonts = {file for file in static if file.endswith(".woff2")}
    squeezed = sum(len(gzip.compress(Path(file).read_bytes())) for file in static - fonts)

    total = (
        len(gzip.compress(page.encode()))
        + squeezed
        + sum(Path(font).stat().st_size for font in fonts)
    )

    assert {Path(file).suffix for file in static} >= {".css", ".js", ".woff2", ".svg"}
    assert total <= 250_000


@pytest.mark.parametrize("count", [1, 3])
def test_a_desk_costs_the_same_for_one_page_and_for_three(
    aisyah, people, count, django_assert_num_queries
):
    work = start_work(
        kind=Work.Kind.COMIC, title="Komik", organisation=people.house, by=people.aisyah
    )
    for number in range(count):
        asset(newest(work), "image", position=number)
        work.credits.create(
            person=somebody(f"Santri {number}", people.house, Role.SANTRI), role="voice"
        )

    with django_assert_num_queries(19):
        page = aisyah.get(reverse("studio_work", args=[work.pk]))

    assert text_of(page).count('class="file-name"') == count


def test_onlookers_are_led_to_the_public_page_and_offered_nothing_else(client, people):
    published_work, draft = published(people).work, started(people, title="Draft")
    client.force_login(people.farid)

    out = text_of(client.get(reverse("studio_work", args=[published_work.pk])))
    made = text_of(client.get(reverse("studio_work", args=[draft.pk])))

    assert f'href="{reverse("work", args=[published_work.slug])}"' in out.split('id="next"')[1]
    assert "<form" not in made.split("<main")[1].split("</main")[0]
    assert "Every evening we sing." in made  # they read it all the same
