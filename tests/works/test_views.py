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
from kodipest.stages.coaching.operations import return_to_makers
from kodipest.works.models import Asset, Revision, Work
from kodipest.works.operations import start_work
from tests.factories.media import TranscodeFactory
from tests.factories.people import MembershipFactory, OrganisationFactory, cast, somebody
from tests.factories.stages import (
    approved,
    handed_in,
    passed,
    published,
    started,
    started_film,
    submitted,
)
from tests.factories.works import asset

pytestmark = pytest.mark.django_db

SAY_NO = 422
LIST_QUERIES = 10  # session, person, roles, count, works and five for how they stand


@pytest.fixture
def people():
    return cast()


@pytest.fixture
def aisyah(client, people):
    client.force_login(people.aisyah)
    return client


@pytest.fixture
def picture():
    """A file as a browser sends it."""

    def make(name="serambi.png", colour="green"):
        out = io.BytesIO()
        Image.new("RGB", (640, 360), colour).save(out, "PNG")
        return SimpleUploadedFile(name, out.getvalue(), "image/png")

    return make


def text_of(response):
    return response.content.decode()


def newest(work):
    return Revision.objects.filter(work=work).latest()


# --- lists


@pytest.mark.parametrize("count", [1, 3])
def test_my_works_cost_the_same_for_one_and_for_three(
    aisyah, people, count, django_assert_num_queries
):
    for number in range(count):
        started_film(people, title=f"Film {number}")

    with django_assert_num_queries(LIST_QUERIES + 1):  # and what was begun to be sent
        page = aisyah.get(reverse("studio"))

    assert text_of(page).count("work-card") == count


@pytest.mark.parametrize("count", [1, 3])
def test_all_works_cost_the_same_for_one_and_for_three(
    client, people, count, django_assert_num_queries
):
    for number in range(count):
        started_film(people, title=f"Film {number}")
    client.force_login(people.dewi)

    with django_assert_num_queries(LIST_QUERIES + 1):
        page = client.get(reverse("studio_all"))

    assert text_of(page).count('class="work-row"') == count


def test_an_empty_studio_says_what_to_do_first(aisyah):
    page = text_of(aisyah.get(reverse("studio")))

    assert reverse("studio_new") in page
    assert "work-card" not in page


def test_a_guest_is_told_whom_to_ask(client, people):
    client.force_login(people.eka)

    for name in ("studio", "studio_new"):
        page = text_of(client.get(reverse(name)))
        assert "<form" not in page.split("<main")[1].split("</main")[0]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Bedug", "Sambal"]),
        ("?q=SAMB", ["Sambal"]),
        ("?kind=video", ["Bedug"]),
        ("?where=others", ["Sambal"]),
        ("?where=desk", ["Bedug"]),
        ("?where=out", []),
        ("?kind=nothing&where=nowhere", ["Bedug", "Sambal"]),
        ("?page=99", ["Bedug", "Sambal"]),
    ],
)
def test_my_works_are_searched_and_filtered_in_the_address(aisyah, people, query, found):
    started_film(people, title="Bedug")
    handed_in(people, started(people, title="Sambal"))

    page = text_of(aisyah.get(reverse("studio") + query))

    assert [title for title in ("Bedug", "Sambal") if f">{title}</a>" in page] == found


@pytest.mark.parametrize(
    ("stage", "found"),
    [("training", ["Bedug"]), ("coaching", ["Sambal"]), ("x", ["Bedug", "Sambal"])],
)
def test_all_works_are_filtered_by_stage(client, people, stage, found):
    started(people, title="Bedug")
    handed_in(people, started(people, title="Sambal"))
    client.force_login(people.dewi)

    page = text_of(client.get(reverse("studio_all"), {"stage": stage}))

    assert [title for title in ("Bedug", "Sambal") if f">{title}</a>" in page] == found


# --- starting


@pytest.mark.parametrize("kind", Work.Kind.values)
def test_a_work_is_started_with_one_title(aisyah, people, kind):
    sent = {
        "kind": kind,
        "title": "  Serambi  كتاب ",
        "language": "jv",
        "organisation": people.house.pk,
    }

    answer = aisyah.post(reverse("studio_new"), sent)

    work = Work.objects.get()
    assert answer.url == reverse("studio_work", args=[work.pk])
    assert (work.kind, work.title, work.language, work.created_by) == (
        kind,
        "Serambi كتاب",
        "jv",
        people.aisyah,
    )
    assert aisyah.get(answer.url).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"title": "   "},
        {"title": "x" * 201},
        {"kind": "opera"},
        {"kind": ""},
        {"language": "xx"},
    ],
)
def test_a_wrong_start_keeps_what_was_typed(aisyah, people, wrong):
    sent = {"kind": "video", "title": "Judul", "language": "id", "organisation": people.house.pk}

    answer = aisyah.post(reverse("studio_new"), sent | wrong)

    assert answer.status_code == SAY_NO
    assert 'class="wrong"' in text_of(answer)
    assert not Work.objects.exists()
    if "title" not in wrong:
        assert 'value="Judul"' in text_of(answer)


def test_a_work_is_started_in_ones_own_house_only(aisyah, people):
    far = OrganisationFactory()

    answer = aisyah.post(
        reverse("studio_new"),
        {"kind": "video", "title": "Judul", "language": "id", "organisation": far.pk},
    )

    assert answer.status_code == SAY_NO
    assert not Work.objects.exists()


def test_who_has_two_houses_chooses_one(aisyah, people):
    second = OrganisationFactory(name="Pesantren Kedua")
    MembershipFactory(person=people.aisyah, organisation=second, role=Role.SANTRI)

    page = text_of(aisyah.get(reverse("studio_new")))

    assert "Pesantren Kedua" in page
    assert '<select name="organisation"' in page


# --- the desk of one work


def test_words_are_saved(aisyah, people):
    work = started(people)

    answer = aisyah.post(
        reverse("studio_work", args=[work.pk]),
        {"title": "Baru", "synopsis": "Pendek.", "body": "Satu.\r\n\r\nDua."},
    )

    assert answer.url == reverse("studio_work", args=[work.pk])
    saved = newest(work)
    assert (saved.title, saved.synopsis, saved.body) == ("Baru", "Pendek.", "Satu.\n\nDua.")
    assert Work.objects.get().title == "Baru"


def test_refused_words_stay_on_the_page(aisyah, people):
    work = started(people)

    answer = aisyah.post(
        reverse("studio_work", args=[work.pk]),
        {"title": "", "synopsis": "S", "body": "A long text."},
    )

    assert answer.status_code == SAY_NO
    assert "A long text.</textarea>" in text_of(answer)
    assert newest(work).title == "Sholawat from the rice field"


def test_words_for_a_version_that_was_handed_in_meanwhile_stay_on_the_page(aisyah, people):
    work = handed_in(people)

    answer = aisyah.post(
        reverse("studio_work", args=[work.pk]), {"title": "Late", "body": "Typed in the other tab."}
    )

    assert answer.status_code == SAY_NO
    assert "Typed in the other tab." in text_of(answer)
    assert newest(work).body == "Every evening we sing."


def test_the_preview_sets_arabic_right_to_left_and_lets_no_html_in(aisyah, people):
    work = started(people)

    answer = aisyah.post(
        reverse("studio_preview", args=[work.pk]),
        {"body": "## Judul\n\nفَإِنَّ مَعَ الْعُسْرِ يُسْرًا\n\n<script>x</script>"},
    )

    page = text_of(answer)
    assert '<p lang="ar" dir="rtl">' in page
    assert "<h2>Judul</h2>" in page
    assert "<script" not in page
    assert newest(work).body == "Every evening we sing."


@pytest.mark.parametrize(
    ("make", "address"),
    [
        (started, "coaching_hand_in"),
        (approved, "curation_submit"),
        (approved, "incubation_enter"),
    ],
    ids=["started", "approved", "approved-growing"],
)
def test_the_next_step_of_the_makers_is_one_button(aisyah, people, make, address):
    work = make(people)

    page = text_of(aisyah.get(reverse("studio_work", args=[work.pk])))

    assert f'action="{reverse(address, args=[work.pk])}"' in page


def test_a_work_that_came_back_offers_a_new_version_once(aisyah, people):
    work = handed_in(people)
    return_to_makers(work=work, by=people.budi, text="Nearer to the microphone.")
    address = reverse("studio_begin", args=[work.pk])
    page = text_of(aisyah.get(reverse("studio_work", args=[work.pk])))
    assert "Nearer to the microphone." in page
    assert f'action="{address}"' in page

    first, second = aisyah.post(address), aisyah.post(address)

    assert (first.status_code, second.status_code) == (302, SAY_NO)
    assert list(work.revisions.values_list("number", flat=True)) == [2, 1]
    assert f'action="{address}"' not in text_of(second)


@pytest.mark.parametrize("make", [handed_in, lambda people: submitted(people).work, passed])
def test_while_others_have_it_nothing_can_be_sent(aisyah, people, make):
    work = make(people)

    page = text_of(aisyah.get(reverse("studio_work", args=[work.pk])))

    assert "<form" not in page.split("<main")[1].split("</main")[0]


def test_a_published_work_links_to_its_public_page(aisyah, people):
    work = published(people).work

    page = text_of(aisyah.get(reverse("studio_work", args=[work.pk])))

    assert f'href="{reverse("work", args=[work.slug])}"' in page


def test_a_work_held_back_says_by_whom(aisyah, people):
    work = published(people).work
    work.credits.create(person=somebody("Fauzan Rizqi", people.house, Role.SANTRI, age=17))

    page = text_of(aisyah.get(reverse("studio_work", args=[work.pk])))

    assert "Fauzan Rizqi" in page.split('id="next"')[1].split("</aside>")[0]
    assert reverse("work", args=[work.slug]) not in page


def test_handing_in_twice_from_two_tabs_hands_in_once(aisyah, people):
    work = started(people)
    address = reverse("coaching_hand_in", args=[work.pk])

    first, second = aisyah.post(address), aisyah.post(address)

    assert (first.status_code, second.status_code) == (302, SAY_NO)
    assert work.passages.count() == 1
    assert 'class="note error"' in text_of(second)


def test_submitting_twice_keeps_the_note_and_submits_once(aisyah, people):
    work = approved(people)
    address = reverse("curation_submit", args=[work.pk])

    first = aisyah.post(address, {"note": "Episode one of four."})
    second = aisyah.post(address, {"note": "Episode one of four."})

    assert (first.status_code, second.status_code) == (302, SAY_NO)
    assert [each.note for each in work.submissions.all()] == ["Episode one of four."]


# --- credits


def test_somebody_of_the_house_is_named_and_somebody_else_is_not(aisyah, people):
    work = started(people)
    friend = somebody("Fauzan Rizqi", people.house, Role.SANTRI, age=17)
    address = reverse("studio_credit", args=[work.pk])

    named = aisyah.post(address, {"person": friend.pk, "role": "camera"})
    stranger = aisyah.post(address, {"person": people.eka.pk, "role": "camera"})

    assert (named.status_code, stranger.status_code) == (302, SAY_NO)
    assert {(credit.person, credit.role) for credit in work.credits.all()} == {
        (people.aisyah, "author"),
        (friend, "camera"),
    }


def test_nobody_is_named_while_others_have_the_work(aisyah, people):
    work = handed_in(people)
    friend = somebody("Fauzan Rizqi", people.house, Role.SANTRI, age=17)

    answer = aisyah.post(
        reverse("studio_credit", args=[work.pk]), {"person": friend.pk, "role": "camera"}
    )

    assert answer.status_code == SAY_NO
    assert work.credits.count() == 1


# --- files


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


# --- preparation


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

    assert "42 %" in page
    assert "50" in page.split("42 %")[1][:40]
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

    with django_assert_num_queries(17):
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
