from pathlib import Path

import pytest
from django.urls import reverse

from kodipest.engines.media.models import Transcode
from kodipest.works.models import Revision
from tests.factories.media import TranscodeFactory
from tests.factories.people import cast
from tests.factories.stages import started, started_film
from tests.factories.works import asset

pytestmark = pytest.mark.django_db

ICONS = Path("kodipest/web/static/web/icons.svg")
State = Transcode.State
STATES = [
    {"failed": True, "error_detail": "exit 1;\n[mov] moov atom not found"},
    {"running": True, "progress": 0.25, "seconds_left": 30},
    {},
    {"cancelled": True},
    {"done": True},
]


@pytest.fixture
def people():
    return cast()


@pytest.fixture
def dewi(client, people):
    client.force_login(people.dewi)
    return client


def films(people, count=1):
    """Let every state stand on the page `count` times."""
    made = []
    for number in range(count):
        for state in STATES:
            work = started(people, title=f"Film {number}")
            transcode = TranscodeFactory(**state)
            asset(Revision.objects.get(work=work), transcode=transcode, file_name="day one.mp4")
            made.append(transcode)
    return made


def text_of(response):
    return response.content.decode()


def test_what_is_not_ready_stands_there_with_reason_and_log(dewi, people):
    failed, running, waiting, cancelled, done = films(people)
    page = text_of(dewi.get("/en" + reverse("preparations")))

    order = [page.find(f"preparation-{row.pk}") for row in (failed, running, waiting, cancelled)]
    assert order == sorted(order)
    assert -1 not in order
    assert f"preparation-{done.pk}" not in page
    assert "The original is kept; export it anew" in page
    assert "moov atom not found" in page
    assert "30 seconds left" in page
    assert reverse("preparation_retry", args=[failed.pk]) in page
    assert reverse("preparation_call_off", args=[running.pk]) in page
    assert reverse("preparation_retry", args=[waiting.pk]) not in page


@pytest.mark.parametrize(
    ("kind", "part", "words", "icon"),
    [
        ("video", "base", "video", "video"),
        ("audio", "base", "sound", "audio"),
        ("image", "base", "picture", "poster"),
        ("document", "base", "document", "ebook"),
        ("video", "high", "larger pictures", "video"),
    ],
)
def test_a_file_is_called_and_drawn_as_what_it_is(dewi, people, kind, part, words, icon):
    transcode = TranscodeFactory(original__kind=kind)
    asset(Revision.objects.get(work=started(people)), transcode=transcode)
    if part != "base":
        transcode = TranscodeFactory(original=transcode.original, part=part, base=transcode)

    page = text_of(dewi.get("/en" + reverse("preparations")))

    row = page.split(f"preparation-{transcode.pk}")[1]
    assert f"· {words} ·" in " ".join(row.split())
    assert f"icons.svg#{icon}" in row.split("<h3")[0]
    assert f'<symbol id="{icon}"' in ICONS.read_text()


def test_filters_stand_in_the_address(dewi, people):
    *_others, done = films(people)
    address = reverse("preparations")

    assert f"preparation-{done.pk}" in text_of(dewi.get(address, {"state": "done"}))
    assert "preparation-" in text_of(dewi.get(address, {"q": "day one"}))
    assert "preparation-" in text_of(dewi.get(address, {"q": "film 0"}))
    nothing = text_of(dewi.get("/en" + address, {"q": "nothing of the kind"}))
    assert "Nothing found" in nothing


def test_an_operator_sees_the_files_of_the_house_only(dewi, people):
    films(people)
    stranger = TranscodeFactory(failed=True)
    addition = TranscodeFactory(
        high=True, failed=True, base=Transcode.objects.get(state=State.DONE)
    )
    address = reverse("preparations")
    page = text_of(dewi.get(address))
    assert str(stranger.pk) not in page
    assert str(addition.pk) in page

    dewi.force_login(people.farid)
    page = text_of(dewi.get("/en" + address))
    assert str(stranger.pk) in page
    assert "A file that no work uses" in page


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_few_and_many(
    dewi, people, count, django_assert_max_num_queries
):
    films(people, count)
    with django_assert_max_num_queries(9):
        dewi.get(reverse("preparations"))


def test_an_empty_page_says_so(dewi):
    assert "Everything is ready" in text_of(dewi.get("/en" + reverse("preparations")))


@pytest.mark.parametrize("name", ["preparation_call_off", "preparation_retry", "studio_call_off"])
def test_buttons_answer_no_get(dewi, people, name):
    file = asset(started_film(people).newest_revision, role="cover")
    key = file.pk if name == "studio_call_off" else file.transcode_id

    assert dewi.get(reverse(name, args=[key])).status_code == 405


def test_pressing_a_button_leads_back(dewi, people):
    failed, running, *_others = films(people)

    for name, row, state in (
        ("preparation_retry", failed, State.WAITING),
        ("preparation_call_off", running, State.CANCELLED),
    ):
        answer = dewi.post(reverse(name, args=[row.pk]))
        row.refresh_from_db()
        assert answer.headers["Location"] == reverse("preparations")
        assert row.state == state


# --- the panel of its makers


@pytest.fixture
def film(client, people):
    client.force_login(people.aisyah)
    work = started_film(people)
    revision = Revision.objects.get(work=work)
    revision.assets.all().delete()

    def put(**state):
        return asset(revision, transcode=TranscodeFactory(**state))

    return put


def test_makers_call_off_what_is_on_its_way_and_try_again(client, film):
    file = film(running=True)
    desk = "/en" + reverse("studio_work", args=[file.revision.work_id])
    assert reverse("studio_call_off", args=[file.pk]) in text_of(client.get(desk))

    client.post(reverse("studio_call_off", args=[file.pk]))
    page = text_of(client.get(desk))
    assert "was called off" in page
    assert "Call off" not in page
    client.post(reverse("studio_retry", args=[file.pk]))
    file.transcode.refresh_from_db()
    assert file.transcode.state == State.WAITING


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({}, "Larger pictures follow"),
        ({"failed": True}, "can be watched without them"),
        ({"done": True}, ""),
    ],
)
def test_makers_are_told_quietly_of_larger_pictures(client, film, state, words):
    file = film(done=True)
    TranscodeFactory(high=True, base=file.transcode, **state)
    page = text_of(client.get("/en" + reverse("studio_files", args=[file.revision.work_id])))

    assert ("arger pictures" in page) is bool(words)
    assert words in page
    assert "note error" not in page


def test_makers_keep_the_fast_motion_of_sport_and_let_it_go(client, film):
    file = film(done=True)
    file.original.probe |= {"fps": 59.94}
    file.original.save(update_fields=["probe"])
    desk = "/en" + reverse("studio_work", args=[file.revision.work_id])
    press = reverse("studio_motion", args=[file.pk])
    assert "Prepare 60 pictures" in text_of(client.get(desk))

    client.post("/en" + press, {"keep": "1"})
    page = text_of(client.get(desk))
    assert "prepared anew, with 60 pictures a second" in page
    assert "The fast motion is kept" in page
    assert "Prepare 60 pictures" not in page
    file.refresh_from_db()
    assert file.transcode.max_fps == 60

    client.post("/en" + press)
    assert "30 pictures a second again" in text_of(client.get(desk))
    file.refresh_from_db()
    assert file.transcode.max_fps == 30


def test_a_film_without_fast_motion_is_offered_none(client, film):
    file = film(done=True)
    address = "/en" + reverse("studio_work", args=[file.revision.work_id])

    assert "fast motion" not in text_of(client.get(address))
    assert client.post(reverse("studio_motion", args=[file.pk]), {"keep": "1"}).status_code == 409


def test_whoever_only_looks_is_offered_no_fast_motion(client, people, film):
    file = film(done=True)
    file.original.probe |= {"fps": 60.0}
    file.original.save(update_fields=["probe"])
    client.force_login(people.budi)

    page = client.get("/en" + reverse("studio_work", args=[file.revision.work_id]))

    assert page.status_code == 200
    assert "fast motion" not in text_of(page)
