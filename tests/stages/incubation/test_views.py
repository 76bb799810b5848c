"""Incubation over HTTP."""

import pytest
from django.urls import reverse

from kodipest.stages.incubation.operations import enter_incubation
from kodipest.works.journey import Stage
from tests.factories.people import cast
from tests.factories.stages import approved, handed_in, started_film

pytestmark = pytest.mark.django_db

SAY_NO = 422


@pytest.fixture
def people():
    return cast()


@pytest.fixture
def farid(client, people):
    client.force_login(people.farid)
    return client


def growing(people, title="Bedug"):
    work = approved(people, started_film(people, title=title))
    enter_incubation(work=work, by=people.aisyah)
    return work


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_three(
    farid, people, count, django_assert_num_queries
):
    for number in range(count):
        growing(people, f"Film {number}")

    with django_assert_num_queries(10):
        page = farid.get(reverse("incubation"))

    assert page.content.decode().count('class="work-row"') == count


def test_an_empty_list_says_what_will_come(farid):
    assert b'class="empty"' in farid.get(reverse("incubation")).content


def test_makers_let_an_approved_work_grow_once(client, people):
    work = approved(people)
    client.force_login(people.aisyah)
    address = reverse("incubation_enter", args=[work.pk])

    first, second = client.post(address), client.post(address)

    work.refresh_from_db()
    assert (first.status_code, second.status_code) == (302, SAY_NO)
    assert work.stage == Stage.INCUBATION
    assert work.passages.count() == 2


def test_a_work_without_approval_does_not_grow(client, people):
    work = handed_in(people)
    client.force_login(people.aisyah)

    answer = client.post(reverse("incubation_enter", args=[work.pk]))

    work.refresh_from_db()
    assert answer.status_code == SAY_NO
    assert 'class="note error"' in answer.content.decode()
    assert work.stage == Stage.COACHING


def test_a_growing_work_is_sent_back_with_a_reason_once(farid, people):
    work = growing(people)
    address = reverse("incubation_work", args=[work.pk])

    answer = farid.post(address, {"why": "A second episode first."})
    again = farid.post(address, {"why": "Typed in another tab."})

    work.refresh_from_db()
    assert (answer.url, again.status_code) == (reverse("incubation"), SAY_NO)
    assert "Typed in another tab.</textarea>" in again.content.decode()
    assert farid.get(address).status_code == 404
    assert work.stage == Stage.TRAINING
    assert work.passages.last().why == "A second episode first."


@pytest.mark.parametrize("why", ["", "  ", "x" * 2001])
def test_without_a_reason_nothing_goes_back(farid, people, why):
    work = growing(people)

    answer = farid.post(reverse("incubation_work", args=[work.pk]), {"why": why})

    work.refresh_from_db()
    assert answer.status_code == SAY_NO
    assert work.stage == Stage.INCUBATION
