"""Every public page, found by following links from the home page: what holds for all of them."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from kodipest.people.models import Purpose
from kodipest.works.models import Work
from kodipest.works.operations import change_text, start_work
from tests.factories.people import cast, consent
from tests.factories.stages import published, started, started_film
from tests.factories.works import asset

ROOT = "http://testserver"
VOID = {"input", "img", "link", "meta", "br", "hr"}
ADDRESSES = {"href", "src", "action", "poster", "data-src", "data-engine", "data-player"}


class Page(HTMLParser):
    """What a test asks of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.addresses: set[str] = set()
        self.inline: list[str] = []
        self.ids: list[str] = []
        self.unnamed: list[str] = []
        self.language = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        self.addresses |= {found[name] for name in ADDRESSES & found.keys() if found[name]}
        self.inline += [
            f"{tag} {name}" for name in found if name == "style" or name.startswith("on")
        ]
        if tag == "style" or (tag == "script" and "src" not in found):
            self.inline.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "img" and "alt" not in found:
            self.unnamed.append(str(found))
        if tag == "html":
            self.language = found.get("lang", "")
        if "id" in found:
            self.ids.append(found["id"])


@pytest.fixture(scope="module")
def pages(django_db_setup, django_db_blocker) -> Iterator[dict[str, Page]]:
    """Fetch, as a stranger, every page that links lead to, in three languages."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        fill_the_site()
        yield crawl(Client())
        transaction.set_rollback(True)


def fill_the_site() -> None:
    """Bring one work of each kind out, by people who agreed to be named."""
    people = cast()
    for person in people[1:]:
        consent(person, Purpose.NAME)
    consent(people.aisyah, Purpose.PUBLIC)
    published(people, started(people))
    published(people, started_film(people))
    for kind, file in {
        "audio": "audio",
        "poster": "image",
        "comic": "image",
        "ebook": "document",
    }.items():
        work = start_work(
            kind=Work.Kind(kind), title=f"A {kind}", organisation=people.house, by=people.aisyah
        )
        change_text(work=work, by=people.aisyah, title=f"A {kind}", synopsis="<b>Bold</b> & brief")
        asset(work.newest_revision, file)
        published(people, work)


def crawl(client: Client) -> dict[str, Page]:
    """Follow every link of this site; fail on the first that does not lead to a page."""
    found: dict[str, Page] = {}
    waiting = {"/", "/en/", "/zh-hans/"}
    while waiting:
        path = waiting.pop()
        response = client.get(path, follow=False)
        assert response.status_code == 200, path
        if "text/html" not in response.headers["Content-Type"]:
            continue
        assert not response.cookies or "/akun/" in path, path
        page = found[path] = Page(response.text)
        for address in page.addresses:
            target = urljoin(ROOT + path, urldefrag(address).url)
            place = urlsplit(target)
            assert target.startswith((ROOT, "data:")), (path, address)
            inside = place.path + (f"?{place.query}" if place.query else "")
            is_page = (
                not place.path.startswith(("/static/", "/media/")) and "akun" not in place.path
            )
            if (
                is_page
                and inside not in found
                and "next=" not in inside
                and target.startswith(ROOT)
            ):
                waiting.add(inside)
    return found


def test_every_kind_of_page_was_seen(pages: dict[str, Page]) -> None:
    for wanted in ("/karya/?kind=ebook", "/kanal/", "/pesantren/", "/tentang/"):
        assert wanted in pages, sorted(pages)
    for wanted in ("/karya/a-poster", "/orang/", "/en/karya/a-comic", "/zh-hans/orang/"):
        assert any(path.startswith(wanted) for path in pages), sorted(pages)


def test_no_page_holds_style_or_script_inside(pages: dict[str, Page]) -> None:
    assert {path: page.inline for path, page in pages.items() if page.inline} == {}


def test_headings_are_a_true_outline(pages: dict[str, Page]) -> None:
    for path, page in pages.items():
        assert page.headings.count(1) == 1, path
        steps = zip(page.headings, page.headings[1:], strict=False)
        assert all(lower <= upper + 1 for upper, lower in steps), (path, page.headings)


def test_no_two_things_of_a_page_have_one_name(pages: dict[str, Page]) -> None:
    for path, page in pages.items():
        assert len(page.ids) == len(set(page.ids)), (path, page.ids)


def test_every_picture_says_what_it_shows(pages: dict[str, Page]) -> None:
    assert {path: page.unnamed for path, page in pages.items() if page.unnamed} == {}


def test_every_page_tells_its_language(pages: dict[str, Page]) -> None:
    for path, page in pages.items():
        prefix = path.split("/")[1]
        assert page.language == {"en": "en", "zh-hans": "zh-hans"}.get(prefix, "id"), path


def test_every_file_of_ours_is_there(pages: dict[str, Page]) -> None:
    wanted = {
        address.removeprefix("/static/").partition("#")[0]
        for page in pages.values()
        for address in page.addresses
        if address.startswith("/static/")
    }
    assert wanted
    assert [address for address in wanted if not finders.find(address)] == []


def test_what_people_wrote_is_text(client: Client, db) -> None:
    fill_the_site()

    text = client.get(f"/karya/{Work.objects.get(kind=Work.Kind.POSTER).slug}/").text

    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; brief" in text
    assert "<b>Bold" not in text


def test_styles_know_logical_directions_only() -> None:
    physical = re.compile(r"\b(?:margin|padding|border|inset)?-?(?:left|right)\s*:", re.IGNORECASE)
    for name in ("tokens", "components", "pages", "player"):
        path = finders.find(f"web/{name}.css")
        assert path
        assert physical.findall(Path(path).read_text()) == [], name
