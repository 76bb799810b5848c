"""Files that came in parts, and the places they were sent for."""

import io

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.urls import reverse
from django.utils import translation
from PIL import Image

from kodipest.engines.media.models import Arrival, Original
from kodipest.engines.media.operations import Part, begin_arrival, take_part
from kodipest.engines.media.queries import pending_arrivals
from kodipest.kernel.errors import Refusal
from kodipest.works.forms import UploadForm
from kodipest.works.models import Asset, Revision, Work
from kodipest.works.operations import attach_arrival, files, remove_file, target_of
from kodipest.works.targets import group_of
from tests.factories.people import cast
from tests.factories.stages import handed_in
from tests.factories.works import RevisionFactory, WorkFactory

pytestmark = pytest.mark.django_db
Kind, Role = Work.Kind, Asset.Role


@pytest.fixture
def people():
    return cast()


def work_of(people, kind=Kind.POSTER, **fields):
    return WorkFactory(
        organisation=people.house,
        authors=[people.aisyah],
        created_by=people.aisyah,
        kind=kind,
        **fields,
    )


def picture(colour="white"):
    data = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(data, "JPEG")
    return data.getvalue()


def arrived(work, by, content=None, role=Role.MAIN, most=None):
    """An upload for `work` of which `most` bytes have come, all unless told otherwise."""
    content = picture() if content is None else content
    arrival = begin_arrival(
        by=by, length=len(content), name="foto.jpg", target=target_of(work, role)
    )
    data = io.BytesIO(content[:most])
    take_part(arrival=arrival, part=Part(0, len(content[:most]), data.read))
    arrival.refresh_from_db()
    return arrival


def refused(act):
    with pytest.raises(Refusal) as refusal:
        act()
    return refusal.value.codes


# --- attach_arrival


def test_a_file_that_came_in_parts_takes_its_place(people):
    work = work_of(people)
    arrival = arrived(work, people.aisyah)

    attach_arrival(work=work, arrival=arrival, by=people.aisyah)

    asset = Asset.objects.get()
    assert (asset.file_name, asset.role) == ("foto.jpg", Role.MAIN)
    assert asset.original.path.read_bytes() == picture()
    assert not pending_arrivals(people.aisyah).exists()
    arrival.refresh_from_db()
    assert arrival.quota_group == str(people.house.pk)


def test_twice_is_once(people):
    work = work_of(people, kind=Kind.COMIC)
    arrival = arrived(work, people.aisyah)

    for _ in range(2):
        attach_arrival(work=work, arrival=Arrival.objects.get(pk=arrival.pk), by=people.aisyah)
    assert Asset.objects.count() == 1

    # the same picture sent once more is a page of its own
    attach_arrival(work=work, arrival=arrived(work, people.aisyah), by=people.aisyah)
    assert [it.position for it in Asset.objects.all()] == [0, 1]
    assert Original.objects.count() == 1


def test_a_page_taken_out_does_not_come_back_with_an_old_answer(people):
    work = work_of(people)
    arrival = arrived(work, people.aisyah)
    attach_arrival(work=work, arrival=arrival, by=people.aisyah)
    remove_file(asset=Asset.objects.get(), by=people.aisyah)

    attach_arrival(work=work, arrival=Arrival.objects.get(), by=people.aisyah)

    assert not Asset.objects.exists()


@pytest.mark.parametrize("other", ["work", "place"])
def test_a_file_sent_for_another_place_does_not_fit(people, other):
    work, second = work_of(people), work_of(people)
    arrival = arrived(second if other == "work" else work, people.aisyah)
    role = Role.COVER if other == "place" else Role.MAIN

    assert refused(
        lambda: attach_arrival(work=work, arrival=arrival, by=people.aisyah, role=role)
    ) == ["arrival_unknown"]
    assert not Original.objects.exists()


def test_somebody_elses_file_is_not_taken(people):
    work = work_of(people)
    work.credits.create(person=people.budi)
    arrival = arrived(work, people.budi)

    assert refused(lambda: attach_arrival(work=work, arrival=arrival, by=people.aisyah)) == [
        "arrival_unknown"
    ]


def test_strangers_take_nothing_in(people):
    work = work_of(people)
    arrival = arrived(work, people.aisyah)

    for person in (people.eka, people.budi, people.dewi, people.citra, people.farid):
        with pytest.raises(PermissionDenied):
            attach_arrival(work=work, arrival=arrival, by=person)
    assert not Original.objects.exists()


def test_half_a_file_is_not_taken_and_stays(people):
    work = work_of(people)
    arrival = arrived(work, people.aisyah, most=100)

    assert refused(lambda: attach_arrival(work=work, arrival=arrival, by=people.aisyah)) == [
        "not_whole"
    ]
    assert pending_arrivals(people.aisyah).get() == arrival


def test_a_file_of_the_wrong_kind_is_dealt_with(people):
    work = work_of(people, kind=Kind.VIDEO)
    arrival = arrived(work, people.aisyah)

    assert refused(lambda: attach_arrival(work=work, arrival=arrival, by=people.aisyah)) == [
        "wrong_kind"
    ]
    assert not pending_arrivals(people.aisyah).exists()
    assert not Asset.objects.exists()


def test_a_version_sealed_in_between_keeps_the_upload(people, monkeypatch):
    work = work_of(people)
    arrival = arrived(work, people.aisyah)
    adopt = files.adopt_arrival

    def adopt_slowly(**what):
        Revision.objects.update(sealed_at=work.created_at, content_hash="sha256:" + 64 * "a")
        return adopt(**what)

    monkeypatch.setattr(files, "adopt_arrival", adopt_slowly)

    assert refused(lambda: attach_arrival(work=work, arrival=arrival, by=people.aisyah)) == [
        "sealed"
    ]
    assert pending_arrivals(people.aisyah).get().settled_at is None


@pytest.mark.django_db(transaction=True)
def test_a_file_is_looked_at_outside_any_transaction(people, monkeypatch):
    seen, adopt = [], files.adopt_arrival
    monkeypatch.setattr(
        files,
        "adopt_arrival",
        lambda **what: seen.append(connection.in_atomic_block) or adopt(**what),
    )
    work = work_of(people)

    attach_arrival(work=work, arrival=arrived(work, people.aisyah), by=people.aisyah)

    assert seen == [False]


def test_two_windows_press_send_and_one_page_comes(together):
    people = cast()
    work = work_of(people, kind=Kind.COMIC)
    arrival = arrived(work, people.aisyah)

    def press():
        attach_arrival(work=work, arrival=Arrival.objects.get(pk=arrival.pk), by=people.aisyah)

    found = together(press, press, press)

    assert {it.code for it in found if it} <= {"arrival_busy"}
    assert Asset.objects.count() == 1


# --- where a file may be sent


def test_a_place_counts_for_the_pesantren_of_its_work(people):
    work = work_of(people)

    for role in Role:
        assert group_of(people.aisyah, target_of(work, role)) == str(people.house.pk)


@pytest.mark.parametrize(
    "target", ["", "work", "work:{}", "work:{}:poster", "film:{}:main", "work:x:main"]
)
def test_there_are_no_other_places(people, target):
    with pytest.raises(Work.DoesNotExist):
        group_of(people.aisyah, target.format(work_of(people).pk))


def test_who_may_not_see_a_work_does_not_learn_of_it(people):
    target = target_of(work_of(people), Role.MAIN)

    for person in (people.eka, people.citra):
        with pytest.raises(Work.DoesNotExist):
            group_of(person, target)
    for person in (people.budi, people.dewi, people.farid):
        with pytest.raises(PermissionDenied):
            group_of(person, target)


def test_a_work_that_takes_no_file_says_so_before_the_first_byte(people):
    sealed = work_of(people, revision=None)
    RevisionFactory(work=sealed, sealed=True)
    article = work_of(people, kind=Kind.ARTICLE)

    assert refused(lambda: group_of(people.aisyah, target_of(sealed, Role.MAIN))) == ["sealed"]
    assert refused(lambda: group_of(people.aisyah, target_of(article, Role.MAIN))) == ["no_files"]
    assert group_of(people.aisyah, target_of(article, Role.COVER))


def test_a_work_with_the_mentors_takes_no_file(people):
    work = handed_in(people)

    assert refused(lambda: group_of(people.aisyah, target_of(work, Role.COVER))) == ["sealed"]


# --- the form of the page


def post(client, work, **sent):
    return client.post(reverse("studio_upload", args=[work.pk]), sent)


def test_the_page_takes_what_came_in_parts(client, people):
    work = work_of(people)
    arrival = arrived(work, people.aisyah, role=Role.COVER)
    client.force_login(people.aisyah)

    answer = post(client, work, arrival=arrival.pk, role="cover")

    assert answer.status_code == 302
    assert Asset.objects.get().role == "cover"


@pytest.mark.parametrize(
    ("arrival", "words"),
    [
        ("", "Choose a file first."),
        ("not-an-id", "There is no such upload"),
        ("01900000-0000-7000-8000-000000000000", "There is no such upload"),
    ],
)
def test_the_page_says_what_is_missing(client, people, arrival, words):
    client.force_login(people.aisyah)

    with translation.override("en"):
        answer = post(client, work_of(people), arrival=arrival)

    assert answer.status_code == 422
    assert words in answer.content.decode().split('id="upload-errors"')[1]


def test_the_page_does_not_take_somebody_elses_upload(client, people):
    work = work_of(people)
    work.credits.create(person=people.budi)
    arrival = arrived(work, people.budi)
    client.force_login(people.aisyah)

    answer = post(client, work, arrival=arrival.pk)

    assert answer.status_code == 422
    assert not Asset.objects.exists()


def test_the_form_wants_one_or_the_other():
    form = UploadForm({"role": ""}, {})

    assert not form.is_valid()
    assert form.errors.as_data()["upload"][0].code == "required"
