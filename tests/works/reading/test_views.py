import pytest
from django.urls import reverse

from kodipest.works.operations import change_text
from tests.factories.people import cast
from tests.factories.stages import started, submitted
from tests.web.test_who_may import LOGIN, NONE, OK, WHO, everybody, people, statuses

from .shelf import book_of, names_of

pytestmark = pytest.mark.django_db
__all__ = ["everybody", "people"]


def address(work, part: int | None = None) -> str:
    page = reverse("read_version", args=[work.newest_revision.pk])
    return f"{page}?bagian={part}" if part else page


def table(**answers):
    return {who: answers.get(who, LOGIN if who == "anonymous" else NONE) for who in WHO}


def test_a_book_is_read_by_those_who_may_see_its_version(client, people, everybody) -> None:
    work = book_of(people)

    found = statuses(client, everybody, address(work))

    assert found == table(aisyah=OK, budi=OK, dewi=OK, kiai=OK, farid=OK)


def test_in_curation_it_is_read_by_curators_of_other_houses_too(client, people, everybody) -> None:
    work = book_of(people)
    submitted(people, work)

    found = statuses(client, everybody, address(work))

    assert found == table(aisyah=OK, budi=OK, dewi=OK, kiai=OK, farid=OK, citra=OK)


def test_a_curator_reads_no_name(client, people) -> None:
    work = book_of(people)
    submitted(people, work)
    client.force_login(people.citra)

    page = client.get(address(work)).text

    told = names_of(people.aisyah, people.budi) | {people.house.name}
    assert {name for name in told if name in page} == set()
    assert reverse("studio_work", args=[work.pk]) not in page


@pytest.mark.parametrize("part", [4, 100_000])
def test_beyond_the_last_part_there_is_nothing(client, people, part: int) -> None:
    work = book_of(people)
    client.force_login(people.aisyah)

    assert client.get(address(work, part)).status_code == NONE


def test_what_is_no_book_cannot_be_read_here(client, people) -> None:
    client.force_login(people.aisyah)

    assert client.get(address(started(people))).status_code == NONE


def test_pages_come_with_their_words_escaped_and_by_private_address(client, people) -> None:
    work = book_of(people)
    client.force_login(people.aisyah)

    response = client.get(address(work, 3))
    page = response.text

    assert page.count("<figure>") == 3
    assert "Isi &lt;21&gt;" in page
    assert page.count("/media/s/") == 9
    assert "/media/public/" not in page
    assert 'rel="prev" href="?bagian=2"' in page
    assert 'rel="next"' not in page
    assert response.context["opened"].is_cut  # the rest stands in the file


def test_a_chapter_is_set_in_its_own_direction(client, people) -> None:
    work = book_of(people, "chapters")
    client.force_login(people.aisyah)

    page = client.get(address(work)).text

    assert '<div class="chapter" lang="id" dir="rtl">' in page
    assert '<h2 id="kutipan-a">بسم الله</h2>' in page
    assert page.count("<h1") == 1  # the title of the book
    assert 'data-reads="rtl"' in page


def test_a_long_book_costs_as_much_as_a_short_one(
    client, people, django_assert_num_queries
) -> None:
    client.force_login(people.aisyah)
    for pages in (3, 300):
        work = book_of(people, pages=pages, title=f"Buku {pages}")
        client.get(address(work))
        with django_assert_num_queries(6):
            client.get(address(work))


def test_a_work_shows_its_book_to_read(client, people) -> None:
    work = book_of(people)
    client.force_login(people.aisyah)

    assert address(work) in client.get(reverse("studio_work", args=[work.pk])).text


def test_the_title_of_a_book_is_escaped(client) -> None:
    house = cast()
    work = book_of(house)
    change_text(work=work, by=house.aisyah, title="<b>Buku</b>")
    client.force_login(house.aisyah)

    assert "&lt;b&gt;Buku" in client.get(address(work)).text
