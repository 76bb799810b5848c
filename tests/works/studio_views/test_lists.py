"""The studio over HTTP: what makers see, what they send, and what is kept when something is wrong."""

import pytest
from django.urls import reverse

from kodipest.people.models import Role
from kodipest.works.models import Work
from tests.factories.people import MembershipFactory, OrganisationFactory
from tests.factories.stages import (
    handed_in,
    started,
    started_film,
)
from tests.works.studio_views.hands import SAY_NO, text_of

pytestmark = pytest.mark.django_db
LIST_QUERIES = 10  # session, person, roles, count, works and five for how they stand


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
