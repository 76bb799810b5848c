import threading
from collections.abc import Iterator
from contextlib import contextmanager

import brotli
import pytest
from django.db import DatabaseError, connection
from django.http import HttpResponse
from django.test import Client

from kodipest.kernel import freshness
from kodipest.kernel.errors import Refusal
from kodipest.kernel.public import public_page
from kodipest.stages.publication.operations import withdraw_work
from kodipest.web import middleware
from kodipest.web.middleware import PublicPages, Refusals
from kodipest.works.models import Revision
from tests.factories.people import cast
from tests.factories.stages import published, started

pytestmark = pytest.mark.django_db


class Kitchen:
    """A view that counts how often it had to cook."""

    def __init__(self, *, cookie: bool = False, public: bool = True) -> None:
        self.cooked = 0
        self.go = threading.Event()
        self.go.set()
        self.cookie = cookie
        self.view = public_page()(self.cook) if public else self.cook

    def cook(self, request) -> HttpResponse:
        self.cooked += 1
        self.go.wait(5)
        response = HttpResponse(f"dish {self.cooked} for {request.get_full_path()}" + " " * 300)
        if self.cookie:
            response.set_cookie("spoon", "1")
        return response


def serve(kitchen: Kitchen) -> PublicPages:
    return PublicPages(kitchen.view)


def test_a_stranger_meets_the_same_page_without_a_second_render(rf) -> None:
    kitchen = Kitchen()
    pages = serve(kitchen)

    first, second = pages(rf.get("/karya/")), pages(rf.get("/karya/"))

    assert kitchen.cooked == 1
    assert first.content == second.content
    assert second.headers["Cache-Control"] == "public, max-age=60"
    assert second.headers["Vary"] == "Accept-Encoding, Cookie"
    assert "Content-Encoding" not in second.headers


@pytest.mark.parametrize(
    "other", ["/karya/?q=a", "/en/karya/", "/karya/?q=A"], ids=["query", "language", "case"]
)
def test_every_address_has_its_own_page(rf, other: str) -> None:
    kitchen = Kitchen()
    pages = serve(kitchen)

    pages(rf.get("/karya/"))
    pages(rf.get(other))

    assert kitchen.cooked == 2


def test_hosts_never_share_a_page(rf) -> None:
    kitchen = Kitchen()
    pages = serve(kitchen)

    pages(rf.get("/", headers={"host": "localhost"}))
    pages(rf.get("/", headers={"host": "127.0.0.1"}))

    assert kitchen.cooked == 2


def test_a_public_change_is_seen_at_once(rf) -> None:
    kitchen = Kitchen()
    pages = serve(kitchen)

    pages(rf.get("/"))
    freshness.bump()
    pages(rf.get("/"))

    assert kitchen.cooked == 2


def test_a_browser_that_has_the_page_gets_no_body(rf) -> None:
    pages = serve(Kitchen())
    tag = pages(rf.get("/")).headers["ETag"]

    response = pages(rf.get("/", headers={"if-none-match": tag}))

    assert response.status_code == 304
    assert response.content == b""
    assert response.headers["ETag"] == tag
    assert response.headers["Vary"] == "Accept-Encoding, Cookie"


def test_the_tag_of_one_encoding_is_not_that_of_another(rf) -> None:
    pages = serve(Kitchen())
    plain = pages(rf.get("/"))
    packed = pages(rf.get("/", headers={"accept-encoding": "br"}))

    assert packed.headers["Content-Encoding"] == "br"
    assert brotli.decompress(packed.content) == plain.content
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert packed.headers["Content-Length"] == str(len(packed.content))


def test_head_tells_the_length_and_sends_nothing(rf) -> None:
    pages = serve(Kitchen())
    length = len(pages(rf.get("/")).content)

    response = pages(rf.head("/"))

    assert response.content == b""
    assert response.headers["Content-Length"] == str(length)


def test_a_signed_in_person_gets_a_page_that_nobody_keeps(rf) -> None:
    kitchen = Kitchen()
    pages = serve(kitchen)
    for _time in range(2):
        request = rf.get("/")
        request.COOKIES["kodipest"] = "a session"
        response = pages(request)

    assert kitchen.cooked == 2
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "Content-Encoding" not in response.headers


def test_a_page_that_sets_a_cookie_is_never_kept(rf, caplog: pytest.LogCaptureFixture) -> None:
    kitchen = Kitchen(cookie=True)
    pages = serve(kitchen)

    pages(rf.get("/"))
    response = pages(rf.get("/"))

    assert kitchen.cooked == 2
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "set a cookie" in caplog.text


def test_only_marked_pages_are_kept(rf) -> None:
    kitchen = Kitchen(public=False)
    pages = serve(kitchen)

    pages(rf.get("/akun/login/"))
    pages(rf.get("/akun/login/"))

    assert kitchen.cooked == 2


@pytest.mark.parametrize("ask", ["post", "static"])
def test_what_is_no_page_passes_untouched(rf, ask: str) -> None:
    kitchen = Kitchen()
    pages = serve(kitchen)
    for _time in range(2):
        pages(rf.post("/karya/") if ask == "post" else rf.get("/static/web/site.js"))

    assert kitchen.cooked == 2


def test_many_who_ask_at_once_wait_for_one_render(rf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "generation", lambda: 1)
    kitchen = Kitchen()
    kitchen.go.clear()
    pages, seen = serve(kitchen), []
    guests = [
        threading.Thread(target=lambda: seen.append(pages(rf.get("/")).content))
        for _guest in range(8)
    ]
    for guest in guests:
        guest.start()
    kitchen.go.set()
    for guest in guests:
        guest.join(5)

    assert kitchen.cooked == 1
    assert len(set(seen)) == 1
    assert len(seen) == 8


def test_without_a_database_the_page_itself_says_what_is_wrong(
    rf, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> int:
        raise DatabaseError

    monkeypatch.setattr(middleware, "generation", gone)

    assert serve(Kitchen(public=False))(rf.get("/")).status_code == 200


def test_what_is_withdrawn_is_gone_for_the_next_stranger() -> None:
    people = cast()
    edition = published(people)
    stranger = Client()
    address = f"/karya/{edition.work.slug}/"
    assert stranger.get(address).status_code == 200
    assert edition.revision.title in stranger.get("/").text

    withdraw_work(work=edition.work, by=people.farid, why="The family asked.")

    assert stranger.get(address).status_code == 404
    assert edition.revision.title not in stranger.get("/").text


def test_a_cached_page_costs_one_query_and_no_cookie(
    client: Client, django_assert_num_queries
) -> None:
    client.get("/")

    with django_assert_num_queries(1):
        response = client.get("/")

    assert not response.cookies
    assert not client.cookies


def test_a_kept_page_has_every_header_of_a_rendered_one(client: Client) -> None:
    freshness.bump()

    rendered, kept = client.get("/"), client.get("/")

    assert kept.headers == rendered.headers
    assert "script-src 'self'" in kept.headers["Content-Security-Policy"]
    assert kept.headers["X-Content-Type-Options"] == "nosniff"


def test_a_page_kept_for_https_is_never_given_without_it(client: Client, settings) -> None:
    settings.SECURE_SSL_REDIRECT, settings.SECURE_HSTS_SECONDS = True, 3600

    safe = [client.get("/", secure=True) for _ in range(2)]
    bare = client.get("/")

    assert [page.headers["Strict-Transport-Security"] for page in safe] == ["max-age=3600"] * 2
    assert (bare.status_code, bare.headers["Location"]) == (301, "https://testserver/")


def test_somebody_elses_message_is_never_kept(client: Client) -> None:
    people = cast()
    client.force_login(people.aisyah)
    client.post("/akun/logout/")
    assert "messages" in client.cookies

    first = client.get("/")
    second = client.get("/")

    assert first.context is not None
    assert first.headers["Cache-Control"] == "private, no-store"
    assert 'class="notes"' not in second.text


def test_signing_out_leaves_no_trace_on_a_shared_computer(client: Client) -> None:
    client.force_login(cast().aisyah)
    inside = client.get("/hari-ini/")
    goodbye = client.post("/akun/logout/")

    assert "no-store" in inside.headers["Cache-Control"]
    assert "Clear-Site-Data" not in inside.headers
    assert goodbye.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_a_refusal_that_no_form_showed_becomes_a_page(rf) -> None:
    from django.contrib.auth.models import AnonymousUser

    request = rf.post("/studio/")
    request.user = AnonymousUser()

    response = Refusals(lambda _request: HttpResponse()).process_exception(
        request, Refusal("The work has moved on.", code="moved_meanwhile")
    )

    assert response is not None
    assert response.status_code == 409
    assert "The work has moved on." in response.content.decode()


def test_other_exceptions_are_left_to_django(rf) -> None:
    assert (
        Refusals(lambda _request: HttpResponse()).process_exception(rf.get("/"), ValueError())
        is None
    )


@pytest.mark.django_db(transaction=True)  # SQLite ends the transaction in which its disk was full
def test_a_database_without_room_says_so_in_words(client: Client) -> None:
    people = cast()
    work = started(people)
    before = work.newest_revision.body
    client.force_login(people.aisyah)

    with no_room_left():
        response = client.post(
            f"/studio/{work.pk}/", {"title": "Sawah", "synopsis": "", "body": "Padi. " * 20_000}
        )

    assert response.status_code == 507
    assert "Ruang simpan situs ini penuh" in response.text
    assert Revision.objects.get(work=work).body == before


@contextmanager
def no_room_left() -> Iterator[None]:
    """Let a long text meet a full disk, with the database's own error."""
    table = Revision._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("VACUUM")  # pages that earlier tests left free are room
            pages = cursor.execute("PRAGMA page_count").fetchone()[0]
            cursor.execute(f"PRAGMA max_page_count = {pages}")
            yield
            cursor.execute("PRAGMA max_page_count = 1073741823")
            return
        cursor.execute(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
            " $$BEGIN RAISE EXCEPTION 'No space left' USING ERRCODE = '53100'; END$$"
        )
        cursor.execute(
            f"CREATE TRIGGER full_disk BEFORE UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION full_disk()"
        )
        yield
        cursor.execute(f"DROP TRIGGER full_disk ON {table}")
        cursor.execute("DROP FUNCTION full_disk")
