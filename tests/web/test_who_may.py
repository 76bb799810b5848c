"""Every address of the desks, for everybody: one table, compared whole."""

import pytest
from django.urls import reverse

from kodipest.people.models import Organisation, Role
from kodipest.stages.coaching.operations import approve, ask_for_coaching
from kodipest.stages.curation.models import Submission
from kodipest.stages.incubation.operations import enter_incubation
from kodipest.works.models import Revision
from tests.factories.media import TranscodeFactory
from tests.factories.people import OrganisationFactory, cast, somebody
from tests.factories.stages import approved, handed_in, passed, published, started, submitted
from tests.factories.works import asset

pytestmark = pytest.mark.django_db

WHO = "anonymous eka aisyah friend budi far_coach citra kin_curator dewi kiai farid".split()
LOGIN, OK, GO, NO, NONE, WRONG, METHOD, SIGNED_OUT = 302, 200, 302, 403, 404, 422, 405, 401


@pytest.fixture
def people():
    return cast()


@pytest.fixture
def everybody(people):
    """One of each kind: those of the house, those of another one, and those without a tie."""
    far = OrganisationFactory()
    return {
        "anonymous": None,
        "eka": people.eka,
        "aisyah": people.aisyah,
        "friend": somebody("Fauzan Rizqi", people.house, Role.SANTRI, age=17),
        "budi": people.budi,
        "far_coach": somebody("Hasan Basri", far, Role.COACH),
        "citra": people.citra,
        "kin_curator": somebody("Kurniawan", people.house, Role.CURATOR),
        "dewi": people.dewi,
        "kiai": somebody("Abdul Ghafur", people.house, Role.KIAI),
        "farid": people.farid,
    }


def statuses(client, everybody, address, *, post=None):
    """Ask as everybody; return what each was answered."""
    found = {}
    for who, person in everybody.items():
        client.logout()
        if person is not None:
            client.force_login(person)
        found[who] = (
            client.get(address) if post is None else client.post(address, post)
        ).status_code
    return found


def table(**answers):
    """Spell the expected answers out: those not named are `rest`."""
    rest = answers.pop("rest")
    return {who: answers.get(who, LOGIN if who == "anonymous" else rest) for who in WHO}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("today", table(rest=OK)),
        ("studio", table(rest=OK)),
        ("studio_new", table(rest=OK)),
        ("studio_all", table(rest=OK)),
        ("coaching", table(rest=NO, budi=OK, far_coach=OK)),
        ("incubation", table(rest=NO, farid=OK)),
        ("curation", table(rest=NO, citra=OK, kin_curator=OK)),
        ("curation_decided", table(rest=NO, citra=OK, kin_curator=OK)),
        ("publication", table(rest=NO, farid=OK)),
        ("publication_out", table(rest=NO, farid=OK)),
        ("publication_channel", table(rest=NO, farid=OK)),
        ("preparations", table(rest=NO, farid=OK, dewi=OK)),
    ],
)
def test_desks_open_to_their_roles(client, everybody, name, expected):
    assert statuses(client, everybody, reverse(name)) == expected


LEADING = {"budi": OK, "dewi": OK, "kiai": OK, "farid": OK}


@pytest.mark.parametrize("make", [started, handed_in, passed], ids=lambda make: make.__name__)
@pytest.mark.parametrize(("name", "door"), [("studio_work", LOGIN), ("studio_files", SIGNED_OUT)])
def test_the_inside_of_a_work_is_for_its_makers_and_those_who_lead(
    client, people, everybody, make, name, door
):
    work = make(people)

    found = statuses(client, everybody, reverse(name, args=[work.pk]))

    assert found == table(rest=NONE, aisyah=OK, **LEADING) | {"anonymous": door}


def test_a_work_in_coaching_is_reviewed_by_the_mentors_of_the_house(client, people, everybody):
    work = handed_in(people)

    for name in ("coaching_review", "coaching_approve"):
        found = statuses(client, everybody, reverse(name, args=[work.pk]))
        assert found == table(rest=NONE, budi=OK)


def test_a_work_in_incubation_is_seen_by_programme_managers(client, people, everybody):
    work = approved(people)
    enter_incubation(work=work, by=people.aisyah)

    found = statuses(client, everybody, reverse("incubation_work", args=[work.pk]))

    assert found == table(rest=NONE, farid=OK)


def test_a_submission_is_seen_by_curators_of_other_houses(client, people, everybody):
    submission = submitted(people)

    found = statuses(client, everybody, reverse("curation_review", args=[submission.pk]))

    assert found == table(rest=NONE, citra=OK)


@pytest.mark.parametrize("name", ["publication_publish", "curation_return"])
def test_a_passed_work_is_seen_by_programme_managers(client, people, everybody, name):
    work = passed(people)

    found = statuses(client, everybody, reverse(name, args=[work.pk]))

    assert found == table(rest=NONE, farid=OK)


@pytest.mark.parametrize("name", ["publication_withdraw", "publication_packs"])
def test_a_published_work_is_taken_off_and_packed_by_the_programme_and_the_house(
    client, people, everybody, name
):
    work = published(people).work

    found = statuses(client, everybody, reverse(name, args=[work.pk]))

    assert found == table(rest=NONE, farid=OK, dewi=OK, kiai=OK)


POSTED = [
    # address, what is sent, who is let through and how it is answered
    ("studio_work", {"title": ""}, {"aisyah": WRONG} | dict.fromkeys(LEADING, WRONG)),
    ("studio_work", {"title": "T"}, {"aisyah": GO} | dict.fromkeys(LEADING, NO)),
    ("studio_preview", {"body": "x"}, {"aisyah": OK, "anonymous": SIGNED_OUT} | LEADING),
    ("studio_upload", {}, {"aisyah": WRONG} | dict.fromkeys(LEADING, WRONG)),
    ("studio_begin", {}, {"aisyah": WRONG} | dict.fromkeys(LEADING, NO)),
    ("studio_credit", {}, {"aisyah": WRONG} | dict.fromkeys(LEADING, WRONG)),
    ("coaching_hand_in", {}, {"aisyah": GO} | dict.fromkeys(LEADING, NO)),
    ("incubation_enter", {}, {"aisyah": WRONG} | dict.fromkeys(LEADING, NO)),
    ("curation_submit", {}, {"aisyah": WRONG} | dict.fromkeys(LEADING, NO)),
    ("coaching_advise", {"text": "x"}, {"budi": GO}),
    ("coaching_return", {"text": "x"}, {"budi": WRONG}),
    ("coaching_approve", {}, {"budi": WRONG}),
    ("incubation_work", {"why": "x"}, {"farid": WRONG}),
    ("publication_publish", {}, {"farid": WRONG}),
    ("publication_withdraw", {}, {}),
    ("publication_packs", {"name": "whatsapp"}, {}),
    ("curation_return", {"why": "x"}, {"farid": WRONG}),
]


@pytest.mark.parametrize(
    ("name", "sent", "let_through"), POSTED, ids=[f"{row[0]}-{len(row[1])}" for row in POSTED]
)
def test_what_is_sent_about_a_draft_is_taken_from_those_who_may(
    client, people, everybody, name, sent, let_through
):
    """A draft on Aisyah's desk: each act by each person once, she being the last to go."""
    work = started(people)
    order = sorted(everybody, key=lambda who: who == "aisyah")

    found = statuses(
        client, {who: everybody[who] for who in order}, reverse(name, args=[work.pk]), post=sent
    )

    assert found == table(rest=NONE, **let_through)


@pytest.mark.parametrize("name", ["studio_remove", "studio_retry"])
def test_files_are_touched_by_makers_only(client, people, everybody, name):
    work = started(people)
    file = asset(Revision.objects.get(work=work), "image", role="cover")
    answer = GO if name == "studio_remove" else 409  # nothing to retry: it is ready
    order = sorted(everybody, key=lambda who: who == "aisyah")

    found = statuses(
        client, {who: everybody[who] for who in order}, reverse(name, args=[file.pk]), post={}
    )

    assert found == table(rest=NONE, aisyah=answer, **dict.fromkeys(LEADING, NO))


@pytest.mark.parametrize("name", ["preparation_call_off", "preparation_retry"])
def test_preparations_are_run_by_the_house_and_the_programme(client, people, everybody, name):
    work = started(people)
    state = {} if name == "preparation_call_off" else {"failed": True}
    file = asset(Revision.objects.get(work=work), transcode=TranscodeFactory(**state), role="cover")
    address = reverse(name, args=[file.transcode_id])
    order = sorted(everybody, key=lambda who: who == "dewi")

    found = statuses(client, {who: everybody[who] for who in order}, address, post={})

    assert found == table(rest=NONE, farid=GO, dewi=409)  # farid was first: nothing is left to do


def test_a_preparation_is_called_off_by_its_makers_only(client, people, everybody):
    work = started(people)
    file = asset(Revision.objects.get(work=work), transcode=TranscodeFactory(), role="cover")
    address = reverse("studio_call_off", args=[file.pk])
    order = sorted(everybody, key=lambda who: who == "aisyah")

    found = statuses(client, {who: everybody[who] for who in order}, address, post={})

    assert found == table(rest=NONE, aisyah=GO, **dict.fromkeys(LEADING, NO))


def test_fast_motion_is_asked_for_by_makers_only(client, people, everybody):
    work = started(people)
    file = asset(Revision.objects.get(work=work))
    file.original.probe |= {"fps": 60.0}
    file.original.save(update_fields=["probe"])
    address = reverse("studio_motion", args=[file.pk])
    order = sorted(everybody, key=lambda who: who == "aisyah")

    found = statuses(client, {who: everybody[who] for who in order}, address, post={"keep": "1"})

    assert found == table(rest=NONE, aisyah=GO, **dict.fromkeys(LEADING, NO))


def test_credits_are_taken_out_by_makers_only(client, people, everybody):
    work = started(people)
    slip = work.credits.create(person=everybody["friend"], role="actor")
    order = sorted(everybody, key=lambda who: who == "aisyah")
    address = reverse("studio_uncredit", args=[slip.pk])

    found = statuses(client, {who: everybody[who] for who in order}, address, post={})

    assert found == table(rest=NONE, aisyah=GO, **dict.fromkeys(LEADING, NO))


def test_a_verdict_is_taken_from_curators_of_other_houses(client, people, everybody):
    submission = submitted(people)
    address = reverse("curation_review", args=[submission.pk])

    assert statuses(client, everybody, address, post={}) == table(rest=NONE, citra=WRONG)


def test_a_channel_is_opened_by_programme_managers(client, everybody):
    address = reverse("publication_channel")

    assert statuses(client, everybody, address, post={}) == table(rest=NO, farid=WRONG)


@pytest.mark.parametrize(
    "name",
    "studio_preview studio_upload studio_begin studio_credit coaching_hand_in coaching_advise "
    "coaching_return incubation_enter curation_submit".split(),
)
def test_addresses_that_change_something_answer_no_get(client, people, name):
    client.force_login(people.aisyah)

    assert client.get(reverse(name, args=[started(people).pk])).status_code == METHOD


def test_who_left_the_house_sees_nothing_of_it_any_more(client, people):
    work = handed_in(people)
    people.budi.memberships.update(until=people.budi.created_at.replace(year=2100))

    client.force_login(people.budi)

    assert client.get(reverse("coaching_review", args=[work.pk])).status_code == NONE
    assert client.get(reverse("studio_work", args=[work.pk])).status_code == NONE


def test_neither_403_nor_404_tells_a_title(client, people):
    work = started(people, title="Very secret title")
    client.force_login(people.dewi)

    refused = client.post(reverse("coaching_hand_in", args=[work.pk]))
    client.force_login(people.eka)
    missing = client.get(reverse("studio_work", args=[work.pk]))

    assert (refused.status_code, missing.status_code) == (403, 404)
    assert b"secret" not in refused.content + missing.content


def test_curators_are_shown_no_name(client, people):
    Organisation.objects.filter(pk=people.house.pk).update(name="Pesantren Rahasia")
    submitted(people)
    submission = Submission.objects.get()
    client.force_login(people.citra)

    for address in (
        reverse("curation"),
        reverse("curation_review", args=[submission.pk]),
        reverse("today"),
    ):
        page = client.get(address).content.decode()
        assert "Sholawat" in page
        for name in ("Aisyah", "Rahasia", "Jombang", "Budi", "tugas."):
            assert name not in page


def test_nobody_keeps_the_page_of_a_signed_in_person(client, people):
    work = started(people)
    client.force_login(people.aisyah)

    for address in (reverse("today"), reverse("studio"), reverse("studio_work", args=[work.pk])):
        header = client.get(address).headers["Cache-Control"]
        assert {part.strip() for part in header.split(",")} == {"private", "no-store"}


@pytest.mark.parametrize("prefix", ["", "/en", "/zh-hans"])
def test_desks_speak_three_languages(client, people, prefix):
    client.force_login(people.aisyah)

    page = client.get(f"{prefix}/studio/")

    assert page.status_code == OK
    assert page.headers["Content-Language"] == (prefix.strip("/") or "id")


def test_two_mentors_of_one_house_each_approve_once(client, people):
    work = started(people)
    ask_for_coaching(work=work, by=people.aisyah)
    second = somebody("Ustazah Nur", people.house, Role.COACH)
    newest = Revision.objects.get(work=work)
    approve(work=work, read=work.newest_revision.pk, by=people.budi)
    client.force_login(second)

    answer = client.post(reverse("coaching_approve", args=[work.pk]), {"read": newest.pk})

    assert answer.status_code == WRONG
    assert work.attestations.filter(act="approved").count() == 1
