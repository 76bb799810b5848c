"""What a maker began to send, shown where he looks."""

import base64
import io

import pytest
from django.urls import reverse

from kodipest.engines.media.operations import Part, begin_arrival, take_part
from kodipest.works.models import Asset, Work
from kodipest.works.operations import target_of
from kodipest.works.unfinished import MOST_SHOWN, unfinished_of
from tests.factories.people import cast
from tests.factories.works import WorkFactory

pytestmark = pytest.mark.django_db
PRINT = "s5-8-00c0ffee00c0ffee"


@pytest.fixture
def people():
    return cast()


@pytest.fixture
def work(people):
    return film_of(people)


def film_of(people):
    return WorkFactory(
        organisation=people.house,
        authors=[people.aisyah],
        created_by=people.aisyah,
        kind=Work.Kind.VIDEO,
    )


def begun(work, by, *, bytes_here=3, metadata="", role=Asset.Role.MAIN):
    arrival = begin_arrival(
        by=by,
        length=8,
        name="antre.mp4",
        target=target_of(work, role),
        metadata=metadata,
    )
    part = io.BytesIO(bytes(bytes_here))
    take_part(arrival=arrival, part=Part(0, bytes_here, part.read))
    return arrival


def test_it_tells_how_much_is_here_and_what_the_browser_said_of_the_file(people, work):
    encoded = base64.b64encode(PRINT.encode()).decode()
    arrival = begun(work, people.aisyah, metadata=f"filename YQ==,fingerprint {encoded}")

    (told,) = unfinished_of(people.aisyah, work)

    assert (told.name, told.length, told.offset, told.percent) == ("antre.mp4", 8, 3, 37)
    assert (told.work_id, told.role, told.fingerprint) == (work.pk, "main", PRINT)
    assert told.url == reverse("arrival", args=[arrival.pk])
    assert not told.is_whole


@pytest.mark.parametrize("metadata", ["", "filename YQ==", "neither key nor value!"])
def test_a_foreign_program_says_nothing_of_the_content(people, work, metadata):
    begun(work, people.aisyah, metadata=metadata)

    assert [told.fingerprint for told in unfinished_of(people.aisyah, work)] == [""]


def test_only_the_last_byte_makes_it_whole(people, work):
    begun(work, people.aisyah, bytes_here=8)

    (told,) = unfinished_of(people.aisyah, work)

    assert told.is_whole
    assert told.percent == 100


def test_a_work_shows_its_own_uploads_and_a_person_only_his(people, work):
    other = film_of(people)
    begun(work, people.aisyah)
    begun(other, people.aisyah, role=Asset.Role.COVER)

    assert [told.work_id for told in unfinished_of(people.aisyah, work)] == [work.pk]
    assert {told.work_id for told in unfinished_of(people.aisyah)} == {work.pk, other.pk}
    assert unfinished_of(people.budi) == []


@pytest.mark.parametrize("count", [1, 3])
def test_all_of_them_take_one_query(people, work, count, django_assert_num_queries):
    for _each in range(count):
        begun(work, people.aisyah)

    with django_assert_num_queries(1):
        assert len(unfinished_of(people.aisyah)) == count


def test_a_long_list_is_cut(people, work):
    for _each in range(MOST_SHOWN + 1):
        begun(work, people.aisyah, bytes_here=0)

    assert len(unfinished_of(people.aisyah)) == MOST_SHOWN


def test_the_page_of_the_work_and_the_list_show_it_to_whoever_began_it(client, people, work):
    begun(work, people.aisyah)
    client.force_login(people.aisyah)

    desk = client.get(reverse("studio_work", args=[work.pk])).content.decode()
    listed = client.get(reverse("studio")).content.decode()

    assert desk.count('data-here="3"') == 1
    assert f'href="{reverse("studio_work", args=[work.pk])}#files"' in listed
    client.force_login(people.budi)
    assert (
        'data-here="3"' not in client.get(reverse("studio_work", args=[work.pk])).content.decode()
    )
