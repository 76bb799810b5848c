"""The studio over HTTP: what makers see, what they send, and what is kept when something is wrong."""

import pytest
from django.urls import reverse

from kodipest.people.models import Role
from kodipest.stages.coaching.operations import return_to_makers
from kodipest.works.models import Work
from tests.factories.people import somebody
from tests.factories.stages import (
    approved,
    handed_in,
    passed,
    published,
    started,
    submitted,
)
from tests.works.studio_views.hands import SAY_NO, newest, text_of

pytestmark = pytest.mark.django_db


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
