"""Today: what waits for whom."""

import pytest
from django.urls import reverse

from kodipest.people.models import Role
from kodipest.stages.coaching.operations import return_to_makers
from kodipest.web.today.agenda import first_of, sections_for
from kodipest.web.today.funnel import NARROWEST, NONE, WIDTH, draw_funnel
from kodipest.works.journey import ORDER
from kodipest.works.models import Asset, Revision
from tests.factories.media import TranscodeFactory
from tests.factories.people import MembershipFactory, cast, somebody
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


@pytest.fixture
def people():
    return cast()


def asked(person):
    """Ask for the sections as a fresh request would."""
    person.__dict__.pop("living_memberships", None)
    return {section.key: section for section in sections_for(person)}


def titles(section):
    return [item.title for item in section.items]


def test_a_santri_sees_what_came_back_before_what_is_begun(people):
    started(people, title="Begun")
    approved(people, started(people, title="Approved"))
    handed_in(people, started(people, title="With the mentor"))
    back = handed_in(people, started(people, title="Came back"))
    return_to_makers(work=back, by=people.budi, text="Once more.")

    section = asked(people.aisyah)["mine"]

    assert titles(section) == ["Came back", "Approved", "Begun"]
    assert section.first.title == "Came back"
    assert section.first.url == reverse("studio_work", args=[back.pk])


def test_a_santri_without_a_work_is_led_to_the_first(people):
    section = asked(people.aisyah)["mine"]

    assert (section.items, section.first.url) == ([], reverse("studio_new"))


def test_a_santri_whose_works_are_all_with_others_has_nothing_to_do(people):
    handed_in(people)

    sections = asked(people.aisyah)

    assert first_of(list(sections.values())) is None
    assert sections["mine"].items == []


def test_a_film_being_prepared_shows_how_far_it_is(people):
    work = started_film(people)
    Asset.objects.all().delete()
    asset(Revision.objects.get(work=work), transcode=TranscodeFactory(running=True, progress=0.42))

    assert [item.percent for item in asked(people.aisyah)["preparing"].items] == [42]


def test_a_mentor_sees_what_waits(people):
    waiting = handed_in(people)

    section = asked(people.budi)["coaching"]

    assert (titles(section), section.count) == ([waiting.title], 1)
    assert section.first.url == reverse("coaching_review", args=[waiting.pk])


def test_a_curator_sees_what_waits(people):
    submission = submitted(people)

    section = asked(people.citra)["curation"]

    assert section.first.url == reverse("curation_review", args=[submission.pk])
    assert people.house.name not in str(section)


def test_a_manager_sees_what_can_come_out_and_whose_consent_is_missing(people):
    out = published(people, started(people, title="Out")).work
    ready = passed(people, started(people, title="Ready"))
    friend = somebody("Fauzan Rizqi", people.house, Role.SANTRI, age=17)
    barred = passed(people, started(people, title="Barred"))
    barred.credits.create(person=friend)
    out.credits.create(person=friend)

    sections = asked(people.farid)

    assert titles(sections["channel"]) == ["Ready", "Barred"]
    assert sections["channel"].first.url == reverse("publication_publish", args=[ready.pk])
    assert ["Fauzan Rizqi" in item.text for item in sections["channel"].items] == [False, True]
    assert [(item.title, "Fauzan Rizqi" in item.text) for item in sections["held"].items] == [
        ("Out", True)
    ]


@pytest.mark.parametrize("role", [Role.KIAI, Role.OPERATOR])
def test_who_leads_a_house_sees_its_works_by_stage(people, role):
    started(people)
    handed_in(people)
    leader = somebody("Abdul Ghafur", people.house, role)
    started(cast())  # in another house

    (section,) = sections_for(leader)

    assert [band.works for band in section.funnel.bands] == [1, 1, 0, 0, 0]
    assert section.count == 2


def test_who_holds_two_roles_sees_both_and_what_others_wait_for_first(people):
    started(people)
    MembershipFactory(person=people.aisyah, organisation=people.house, role=Role.COACH)
    friend = somebody("Fauzan Rizqi", people.house, Role.SANTRI, age=17)
    theirs = handed_in(
        people._replace(aisyah=friend), started(people._replace(aisyah=friend), title="Theirs")
    )

    sections = asked(people.aisyah)

    assert list(sections) == ["mine", "coaching"]
    assert first_of(list(sections.values())).text == theirs.title


def test_a_guest_is_led_to_the_works(client, people):
    client.force_login(people.eka)

    page = client.get(reverse("today")).content.decode()

    assert 'class="empty"' in page
    assert "Assalamualaikum, Eka Putri" in page


@pytest.mark.parametrize(
    ("who", "queries"), [("aisyah", 9), ("budi", 5), ("citra", 5), ("farid", 11), ("dewi", 4)]
)
@pytest.mark.parametrize("count", [1, 3])
def test_today_costs_the_same_for_one_and_for_three(
    client, people, who, queries, count, django_assert_num_queries
):
    for number in range(count):
        started_film(people, title=f"Begun {number}")
        handed_in(people, started_film(people, title=f"Waiting {number}"))
        submitted(people, started_film(people, title=f"Submitted {number}"))
        passed(people, started_film(people, title=f"Passed {number}"))
    client.force_login(getattr(people, who))

    with django_assert_num_queries(queries):
        client.get(reverse("today"))


def test_the_funnel_is_as_wide_as_its_figures():
    funnel = draw_funnel({"training": 10, "coaching": 5, "publication": 10})

    widths = [float(band.width) for band in funnel.bands]
    assert widths[0] == widths[4] == WIDTH
    assert widths[1] == pytest.approx((WIDTH + NARROWEST) / 2)
    assert widths[2] == widths[3] == NONE
    assert [band.stage for band in funnel.bands] == ORDER
    assert [bool(band.slope) for band in funnel.bands] == [True, True, True, True, False]
    assert funnel.total == 25


def test_an_empty_funnel_is_drawn_all_the_same():
    assert {float(band.width) for band in draw_funnel({}).bands} == {NONE}


@pytest.mark.parametrize(
    ("sent", "kept", "address"),
    [
        ("en", "en", "/en/hari-ini/"),
        ("zh-hans", "zh-hans", "/zh-hans/hari-ini/"),
        ("id", "id", "/hari-ini/"),
        ("xx", "id", "/hari-ini/"),
        ("", "id", "/hari-ini/"),
    ],
)
def test_a_person_chooses_the_language_to_read_in(client, people, sent, kept, address):
    client.force_login(people.aisyah)

    answer = client.post("/hari-ini/bahasa/", {"language": sent})

    people.aisyah.refresh_from_db()
    assert (answer.url, people.aisyah.language) == (address, kept)


@pytest.mark.parametrize(
    ("door", "address"),
    [("/akun/login/", "/zh-hans/hari-ini/"), ("/en/akun/login/", "/en/hari-ini/")],
)
def test_signing_in_leads_to_today_in_ones_own_language_unless_another_was_chosen(
    client, people, door, address
):
    people.dewi.language = "zh-hans"
    people.dewi.set_password("a-long-enough-secret")
    people.dewi.save()

    answer = client.post(door, {"login": people.dewi.username, "password": "a-long-enough-secret"})

    assert answer.url == address
