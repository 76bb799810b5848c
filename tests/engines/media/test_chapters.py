import pytest

from kodipest.engines.media.chapters import Chapter, chapters_in

SYNOPSIS = """How the santri of Cirebon dye their cloth.

0:00 The river
1:30 – Names of the leaves
- [12.05] Drying
(1:02:03) | Thanks
"""


def test_a_time_and_a_title_on_a_line_are_a_chapter() -> None:
    assert chapters_in(SYNOPSIS, seconds=4000) == [
        Chapter(0, "The river"),
        Chapter(90, "Names of the leaves"),
        Chapter(725, "Drying"),
        Chapter(3723, "Thanks"),
    ]


@pytest.mark.parametrize(
    "synopsis",
    [
        "",
        "A film.",
        "18.30 Magrib at the river, and nothing else",
        "0:00 One\n10:00 Beyond the end",
        "2:00 Two\n1:00 One",
        "1:00 One\n1:00 One again",
        "0:00\n1:00",
        "04.30 Bangun dan salat\n05.15 Mengaji\n07.00 Sarapan",
        "0:00 One\n0:75 Two",
        "0:00:00 One\n0:75:00 Two",
    ],
)
def test_what_is_no_list_of_chapters_gives_none(synopsis: str) -> None:
    assert chapters_in(synopsis, seconds=600) == []


def test_lines_may_end_as_a_browser_sends_them_and_hold_any_script() -> None:
    told = chapters_in("0:00 第一章\r\n0:20 الفصل الثاني\r\n", seconds=60)

    assert [chapter.title for chapter in told] == ["第一章", "الفصل الثاني"]
