"""The curator's inbox and table over HTTP."""

import pytest
from django.urls import reverse

from kodipest.stages.curation.models import Submission, Verdict
from kodipest.stages.curation.operations import send_back
from kodipest.works.journey import Stage
from tests.factories.people import cast
from tests.factories.stages import GOOD_SCORES, approved, passed, started_film, submitted

pytestmark = pytest.mark.django_db

SAY_NO = 422
VERDICT = {key: str(score) for key, score in GOOD_SCORES.items()} | {
    "praise": "A voice of its own.",
    "advice": "Shorter in the middle.",
}


@pytest.fixture
def people():
    return cast()


@pytest.fixture
def citra(client, people):
    client.force_login(people.citra)
    return client


def text_of(response):
    return response.content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_inbox_costs_the_same_for_one_and_for_three(
    citra, people, count, django_assert_num_queries
):
    for number in range(count):
        submitted(people, started_film(people, title=f"Film {number}"))

    with django_assert_num_queries(5):
        page = citra.get(reverse("curation"))

    assert text_of(page).count('class="work-row"') == count


@pytest.mark.parametrize("count", [1, 3])
def test_the_decided_cost_the_same_for_one_and_for_three(
    citra, people, count, django_assert_num_queries
):
    for number in range(count):
        passed(people, started_film(people, title=f"Film {number}"))

    with django_assert_num_queries(5):
        page = citra.get(reverse("curation_decided"))

    assert text_of(page).count("<tr>") == count + 1


def test_the_totals_stand_under_each_other_with_the_same_decimals(citra, people):
    passed(people, started_film(people, title="Hujan"))

    assert ">92,50</td>" in text_of(citra.get(reverse("curation_decided")))

    Verdict.objects.update(total=100)

    assert ">100,00</td>" in text_of(citra.get(reverse("curation_decided")))


@pytest.mark.parametrize("name", ["curation", "curation_decided"])
def test_empty_lists_say_what_will_come(citra, name):
    assert 'class="empty"' in text_of(citra.get(reverse(name)))


@pytest.mark.parametrize(
    ("outcome", "stage"), [("passed", Stage.CURATION), ("returned", Stage.TRAINING)]
)
def test_a_verdict_is_written_once(citra, people, outcome, stage):
    submission = submitted(people)
    address = reverse("curation_review", args=[submission.pk])

    first = citra.post(address, VERDICT | {"outcome": outcome})
    second = citra.post(address, VERDICT | {"outcome": outcome})

    verdict = Verdict.objects.get()
    assert first.url == reverse("curation")
    assert second.status_code == SAY_NO
    assert "A voice of its own.</textarea>" in text_of(second)  # nothing typed is lost
    assert submission.revision.title not in text_of(second)
    assert citra.get(address).status_code == 404  # decided: it waits for nobody any more
    assert (verdict.outcome, verdict.scores, verdict.curator) == (
        outcome,
        GOOD_SCORES,
        people.citra,
    )
    assert float(verdict.total) == 92.5
    submission.work.refresh_from_db()
    assert submission.work.stage == stage


@pytest.mark.parametrize(
    "wrong",
    [
        {"message": ""},
        {"message": "5"},
        {"message": "0"},
        {"adab": "x"},
        {"outcome": "passed", "adab": "1"},  # the gate
        {"outcome": "passed", "message": "2", "craft": "2", "adab": "2"},  # below the bar
        {"praise": ""},
        {"outcome": "returned", "advice": ""},
        {"outcome": "maybe"},
        {"outcome": ""},
        {"praise": "x" * 2001},
    ],
)
def test_an_unfounded_verdict_keeps_every_word(citra, people, wrong):
    submission = submitted(people)

    answer = citra.post(
        reverse("curation_review", args=[submission.pk]), VERDICT | {"outcome": "passed"} | wrong
    )

    page = text_of(answer)
    assert answer.status_code == SAY_NO
    assert 'class="wrong"' in page or 'class="note error"' in page
    assert not Verdict.objects.exists()
    if "praise" not in wrong:
        assert "A voice of its own.</textarea>" in page
    if "craft" not in wrong:
        assert 'value="3" data-weight="30" required id="id_craft_2" checked' in " ".join(
            page.split()
        ) or ("checked" in page.split('id="id_craft_2"')[1][:40])


def test_the_total_is_told_without_a_script(citra, people):
    submission = submitted(people)

    answer = citra.post(
        reverse("curation_review", args=[submission.pk]),
        VERDICT | {"outcome": "passed", "message": "2", "craft": "2", "adab": "2"},
    )

    assert "<output data-total>50</output>" in text_of(answer)


def test_the_note_of_the_makers_is_shown(citra, people, client):
    work = approved(people)
    client.force_login(people.aisyah)
    client.post(reverse("curation_submit", args=[work.pk]), {"note": "Episode one of four."})
    client.force_login(people.citra)

    page = text_of(client.get(reverse("curation_review", args=[Submission.objects.get().pk])))

    assert "Episode one of four." in page


def test_a_note_that_is_too_long_stays_on_the_page(client, people):
    work = approved(people)
    client.force_login(people.aisyah)

    answer = client.post(reverse("curation_submit", args=[work.pk]), {"note": "x" * 2001})

    assert answer.status_code == SAY_NO
    assert "x" * 2001 in text_of(answer)
    assert not Submission.objects.exists()


def test_a_passed_work_is_given_back_with_a_reason(client, people):
    work = passed(people)
    client.force_login(people.farid)
    address = reverse("curation_return", args=[work.pk])
    empty = client.post(address, {"why": " "})

    answer = client.post(address, {"why": "The consent will not come."})

    work.refresh_from_db()
    assert (empty.status_code, answer.status_code) == (SAY_NO, 302)
    assert work.stage == Stage.TRAINING
    assert client.get(address).status_code == 404


def test_a_new_version_waits_for_its_own_verdict(client, people):
    """An older verdict on a work that came round again opens no door."""
    work = passed(people)
    send_back(work=work, by=people.farid, why="Another length.")
    client.force_login(people.aisyah)
    client.post(reverse("studio_begin", args=[work.pk]))
    submitted(people, work)
    client.force_login(people.farid)

    answer = client.post(reverse("curation_return", args=[work.pk]), {"why": "Wait."})

    assert answer.status_code == SAY_NO
    work.refresh_from_db()
    assert work.stage == Stage.CURATION
    assert client.get(reverse("publication_publish", args=[work.pk])).status_code == 404
