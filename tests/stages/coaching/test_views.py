"""The mentor's inbox and desk over HTTP."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from kodipest.stages.coaching.models import Advice, Approval
from kodipest.stages.coaching.operations import approve, return_to_makers
from kodipest.works.journey import Stage
from kodipest.works.models import Revision, Work
from tests.factories.people import cast
from tests.factories.stages import approved, handed_in, reopened, started, started_film

pytestmark = pytest.mark.django_db

SAY_NO = 422


@pytest.fixture
def people():
    return cast()


@pytest.fixture
def budi(client, people):
    client.force_login(people.budi)
    return client


def text_of(response):
    return response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_inbox_costs_the_same_for_one_and_for_three(
    budi, people, count, django_assert_num_queries
):
    for number in range(count):
        handed_in(people, started_film(people, title=f"Film {number}"))

    with django_assert_num_queries(10):
        page = budi.get(reverse("coaching"))

    assert text_of(page).count('class="work-row"') == count


def test_the_inbox_holds_what_waits_longest_first(budi, people):
    for title, days in [("New", 0), ("Old", 9), ("Middle", 3)]:
        work = handed_in(people, started(people, title=title))
        Work.objects.filter(pk=work.pk).update(stage_since=timezone.now() - timedelta(days=days))
    approved(people, started(people, title="Approved"))
    started(people, title="Draft")

    page = text_of(budi.get(reverse("coaching")))

    shown = page.split('dir="auto"><a href="')[1:]
    assert [row.split(">")[1].split("<")[0] for row in shown] == ["Old", "Middle", "New"]
    assert page.count('class="tag gold waits"') == 1  # more than a week


def test_an_empty_inbox_says_what_will_come(budi):
    page = text_of(budi.get(reverse("coaching")))

    assert 'class="empty"' in page
    assert "work-row" not in page


def test_a_work_is_returned_with_advice(budi, people):
    work = handed_in(people)

    answer = budi.post(reverse("coaching_return", args=[work.pk]), {"text": "Slower, please."})

    work.refresh_from_db()
    assert answer.url == reverse("coaching")
    assert work.stage == Stage.TRAINING
    assert [(each.text, each.coach) for each in Advice.objects.all()] == [
        ("Slower, please.", people.budi)
    ]


def test_a_word_may_be_written_while_the_work_stays(budi, people):
    work = handed_in(people)

    answer = budi.post(reverse("coaching_advise", args=[work.pk]), {"text": "I read on tonight."})

    work.refresh_from_db()
    assert answer.url == reverse("coaching_review", args=[work.pk])
    assert work.stage == Stage.COACHING
    assert "I read on tonight." in text_of(budi.get(answer.url))


@pytest.mark.parametrize("name", ["coaching_return", "coaching_advise"])
@pytest.mark.parametrize("text", ["", "   ", "x" * 4001])
def test_advice_that_is_empty_or_too_long_stays_on_the_page(budi, people, name, text):
    work = handed_in(people)

    answer = budi.post(reverse(name, args=[work.pk]), {"text": text})

    assert answer.status_code == SAY_NO
    assert 'class="wrong"' in text_of(answer)
    assert text.strip() in text_of(answer)
    assert not Advice.objects.exists()


def test_advice_on_a_work_that_went_back_meanwhile_is_not_lost(budi, people):
    work = handed_in(people)
    return_to_makers(work=work, by=people.budi, text="First.")

    answer = budi.post(reverse("coaching_return", args=[work.pk]), {"text": "Typed meanwhile."})

    assert answer.status_code == SAY_NO
    assert [each.text for each in Advice.objects.all()] == ["First."]
    assert 'class="note error"' in text_of(answer)
    assert "Typed meanwhile." in text_of(answer)


def test_approval_says_what_is_signed_and_by_whom(budi, people):
    work = handed_in(people)
    newest = Revision.objects.get(work=work)

    page = text_of(budi.get(reverse("coaching_approve", args=[work.pk])))

    assert newest.content_hash in page
    assert people.budi.name in page
    assert not Approval.objects.exists()


def test_approval_signs_once(budi, people):
    work = handed_in(people)
    newest = Revision.objects.get(work=work)
    address = reverse("coaching_approve", args=[work.pk])

    first = budi.post(address, {"read": newest.pk})
    second = budi.post(address, {"read": newest.pk})

    assert (first.status_code, second.status_code) == (302, SAY_NO)
    assert [(each.revision, each.coach) for each in Approval.objects.all()] == [
        (newest, people.budi)
    ]


@pytest.mark.parametrize("sent", ["", "nonsense", "01a20a5c-fb47-733a-a594-0ce178beaedc"])
def test_approval_of_another_version_signs_nothing(budi, people, sent):
    work = handed_in(people)

    answer = budi.post(reverse("coaching_approve", args=[work.pk]), {"read": sent})

    assert answer.status_code == SAY_NO
    assert not Approval.objects.exists()


def test_a_version_handed_in_since_the_page_was_opened_is_not_signed_unread(budi, people):
    work = handed_in(people)
    read = Revision.objects.get(work=work)
    return_to_makers(work=work, by=people.budi, text="Once more.")
    reopened(people, work)
    handed_in(people, work)

    answer = budi.post(reverse("coaching_approve", args=[work.pk]), {"read": read.pk})

    assert answer.status_code == SAY_NO
    assert not Approval.objects.exists()


def test_a_work_that_is_not_in_coaching_cannot_be_signed(budi, people):
    work = started(people)

    page = text_of(budi.get(reverse("coaching_approve", args=[work.pk])))

    assert "<form" not in page.split("<main")[1].split("</main")[0]


def test_earlier_advice_stands_beside_the_new_version(budi, people):
    work = handed_in(people)
    return_to_makers(work=work, by=people.budi, text="Nearer to the microphone.")
    reopened(people, work)
    handed_in(people, work)

    page = text_of(budi.get(reverse("coaching_review", args=[work.pk])))

    assert "Nearer to the microphone." in page
    assert "Every evening we sing. Twice." in page


def test_an_approved_work_tells_who_vouched_for_it(budi, people):
    work = handed_in(people)
    approve(work=work, read=work.newest_revision.pk, by=people.budi)

    page = text_of(budi.get(reverse("coaching_review", args=[work.pk])))

    assert people.budi.nickname in page.split('id="answer"')[1]
    assert "<form" not in page.split("<main")[1].split("</main")[0]
