"""Books that everybody reads."""

import pytest
from django.test import Client

from tests.factories.people import cast
from tests.factories.stages import published, started
from tests.stages.publication.views.hands import brought_out, path_of
from tests.works.reading.shelf import book_of

pytestmark = pytest.mark.django_db


def test_a_book_can_be_read_and_kept(client: Client) -> None:
    response = client.get(path_of(brought_out(cast(), "ebook", "document")))

    assert response.context["book"]["is_pdf"]
    assert response.context["book"]["url"].endswith("/document.pdf")


def test_a_published_book_is_read_by_everybody_page_by_page(client: Client) -> None:
    people = cast()
    edition = published(people, book_of(people))

    work = client.get(path_of(edition))
    page = client.get(f"{path_of(edition)}baca/", {"bagian": "2"})

    assert f'href="{path_of(edition)}baca/"' in work.text
    assert page.text.count("<figure>") == 10
    assert page.text.count("/media/public/") == 30
    assert "/media/s/" not in page.text
    assert page.headers["Cache-Control"] == work.headers["Cache-Control"]
    assert client.get(f"{path_of(edition)}baca/", {"bagian": "4"}).status_code == 404


def test_reading_costs_the_same_for_short_and_long_books(
    client: Client, django_assert_num_queries
) -> None:
    people = cast()
    for pages in (3, 300):
        edition = published(people, book_of(people, pages=pages, title=f"Buku {pages}"))
        client.get(f"{path_of(edition)}baca/")
        with django_assert_num_queries(3):
            client.get(f"{path_of(edition)}baca/?bagian=1&x={pages}")


def test_what_is_no_book_or_not_published_is_not_read(client: Client) -> None:
    people = cast()
    article = published(people, started(people))
    draft = book_of(people, title="Rahasia")

    assert client.get(f"{path_of(article)}baca/").status_code == 404
    assert client.get(f"/karya/{draft.slug}/baca/").status_code == 404
