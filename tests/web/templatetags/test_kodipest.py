from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone, translation

from kodipest.web.templatetags import kodipest as tags

NOON = datetime(2026, 7, 11, 9, 0, tzinfo=UTC)


def render(source: str, path: str = "/", **context: object) -> str:
    request = RequestFactory().get(path)
    return Template("{% load kodipest %}" + source).render(Context({"request": request, **context}))


@pytest.mark.parametrize(
    ("language", "written"),
    [("id", "3.02"), ("en", "3:02"), ("zh-hans", "3:02")],
)
def test_a_length_is_written_as_people_say_it(language: str, written: str) -> None:
    with translation.override(language):
        assert tags.clock(182.2) == written


def test_a_long_length_shows_its_hours_and_none_shows_nothing() -> None:
    with translation.override("en"):
        assert tags.clock(36_005) == "10:00:05"
        assert tags.clock(9) == "0:09"
    assert tags.clock(None) == ""
    assert tags.machine_length(182.2) == "PT182S"


@pytest.mark.parametrize(
    ("language", "count", "written"),
    [
        ("id", 3_400_000, "3,4 MB"),
        ("en", 3_400_000, "3.4 MB"),
        ("id", 999, "999 B"),
        ("id", 12_300, "12 KB"),
        ("id", 123_400_000, "123 MB"),
        ("id", 64 * 2**30, "68,7 GB"),
        ("id", None, ""),
    ],
)
def test_a_size_is_written_in_the_readers_language(language: str, count: int, written: str) -> None:
    with translation.override(language):
        assert tags.size(count) == written


@pytest.mark.parametrize(
    ("language", "written"), [("id", "Jumlah: a, b"), ("zh-hans", "Jumlah：a、b")]
)
def test_labels_and_lists_are_parted_as_the_language_prints_them(
    language: str, written: str
) -> None:
    with translation.override(language):
        assert render("Jumlah{% colon %}a{% comma %}b") == written


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("id", "11 Juli 2026 / 26 Muharam 1448 H"),
        ("en", "11 July 2026 / 26 Muharram 1448 AH"),
        ("zh-hans", "2026年7月11日 / 回历1448年穆哈兰姆月26日"),
    ],
)
def test_a_day_is_masehi_and_hijriah(language: str, written: str) -> None:
    with translation.override(language):
        assert tags.day(NOON) == written
        assert tags.day(date(2026, 7, 11)) == written


def test_a_day_outside_the_hijri_tables_is_masehi_alone() -> None:
    with translation.override("id"):
        assert tags.day(date(1900, 1, 1)) == "1 Januari 1900"
    assert tags.day(None) == ""


@pytest.mark.parametrize(
    ("zone", "written"),
    [
        ("Asia/Jakarta", "11 Juli 2026, 16.00 WIB"),
        ("Asia/Makassar", "11 Juli 2026, 17.00 WITA"),
        ("Asia/Jayapura", "11 Juli 2026, 18.00 WIT"),
        ("UTC", "11 Juli 2026, 09.00 UTC"),
    ],
)
def test_a_moment_names_its_zone(zone: str, written: str) -> None:
    with translation.override("id"), timezone.override(zone):
        assert tags.moment(NOON) == written


def test_a_moment_in_chinese_has_no_latin_comma() -> None:
    with timezone.override("Asia/Jakarta"), translation.override("zh-hans"):
        assert tags.moment(NOON) == "2026年7月11日 16:00 WIB"


def test_no_moment_is_nothing() -> None:
    assert tags.moment(None) == ""


def test_the_language_switch_leads_to_the_same_page() -> None:
    with translation.override("id"):
        found = render(
            "{% language_links as all %}{% for one in all %}{{ one.code }}={{ one.url }} {% endfor %}",
            "/karya/?q=sabar",
        )

    assert found.split() == [
        "id=/karya/?q=sabar",
        "en=/en/karya/?q=sabar",
        "zh-hans=/zh-hans/karya/?q=sabar",
    ]


def test_the_language_switch_leads_home_without_a_request() -> None:
    with translation.override("id"):
        found = Template(
            "{% load kodipest %}{% language_links as all %}{% for one in all %}{{ one.url }} {% endfor %}"
        ).render(Context())

    assert found.split() == ["/", "/en/", "/zh-hans/"]


def test_a_menu_marks_where_one_is() -> None:
    with translation.override("id"):
        assert render("<a{% here '/karya/' %}>", "/karya/") == '<a aria-current="page">'
        assert render("<a{% here '/karya/' %}>", "/karya/sabar/") == '<a aria-current="true">'
        assert render("<a{% here '/' %}>", "/karya/") == "<a>"
        assert render("<a{% here '' %}>") == "<a>"
        elsewhere = render(
            "<a{% here '/semua-karya/' %}>", "/studio/1/", lies_under="/semua-karya/"
        )
        assert elsewhere == '<a aria-current="true">'
        assert Template("{% load kodipest %}<a{% here '/' %}>").render(Context()) == "<a>"


def test_a_query_keeps_what_was_not_changed() -> None:
    source = "{% with_query page=2 kind='' %}"

    assert render(source, "/karya/?q=a+b&kind=video&page=1") == "?q=a+b&amp;page=2"
    assert render("{% with_query kind='' %}", "/karya/?kind=video") == "/karya/"


def test_a_page_that_this_site_lacks_has_no_address() -> None:
    assert render("{% maybe_url 'no_such_page' %}") == ""
    with translation.override("id"):
        assert render("{% maybe_url 'works' %}") == "/karya/"


def test_icons_are_decoration() -> None:
    assert 'aria-hidden="true"' in render("{% icon 'play' %}")
    assert "#works" in render("{% kind_icon 'unheard-of' %}")
    assert "#comic" in render("{% kind_icon 'comic' %}")
    assert tags.initial(" aisyah") == "A"
    assert tags.initial("") == ""


def test_every_icon_asked_for_is_in_the_sprite() -> None:
    import re
    from pathlib import Path

    house = Path(tags.__file__).parents[2]
    sprite = (house / "web/static/web/icons.svg").read_text()
    drawn = set(re.findall(r'<symbol id="([a-z-]+)"', sprite))
    pages = [path.read_text() for path in house.rglob("*.html")]
    asked = {name for page in pages for name in re.findall(r"{% icon \"([a-z-]+)\"", page)}

    assert asked - drawn == set()
