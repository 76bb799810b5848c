import re
from typing import get_args

import pytest
from django.utils import translation

from kodipest.engines.media.advice import SEVERITY_WORDS, advice_for, topics
from kodipest.engines.media.checks.findings import Code, Finding, Severity

TEXTS = {
    "one_sided": ("left", "right"),
    "bars": ("letterbox", "pillarbox", "windowbox"),
    "captions_language": ("en",),
}
EACH = [
    Finding(code, "note", value=3, text=text)
    for code in get_args(Code)
    for text in TEXTS.get(code, ("",))
]


@pytest.mark.parametrize("language", ["id", "en", "zh-hans"])
def test_each_finding_has_words_of_its_own_in_each_language(language: str) -> None:
    with translation.override(language):
        told = [advice_for(finding) for finding in EACH]

    assert all(one.title and one.text and one.severity_words for one in told)
    assert len({one.title for one in told}) == len(EACH)
    if language == "zh-hans":
        assert all(re.search(r"[\u4e00-\u9fff]", one.title + one.text) for one in told)
    if language == "id":
        with translation.override("en"):
            english = {one.title for one in map(advice_for, EACH)}
        assert not english & {one.title for one in told}


def test_each_severity_has_words() -> None:
    assert set(SEVERITY_WORDS) == set(get_args(Severity))


@pytest.mark.parametrize(
    ("language", "figure"), [("id", "−34,2 LUFS"), ("en", "−34.2 LUFS"), ("zh-hans", "−34.2 LUFS")]
)
def test_figures_are_written_as_the_reader_writes_them(language: str, figure: str) -> None:
    with translation.override(language):
        assert advice_for(Finding("quiet", "note", value=-34.2)).figure == figure


@pytest.mark.parametrize(
    ("finding", "figure"),
    [
        (Finding("true_peak", "note", value=0.4), "0.4 dBTP"),
        (Finding("small", "note", value=240), "240 lines"),
        (Finding("faces", "note", value=1), "1 at once"),
        (Finding("faces", "note", value=3), "up to 3 at once"),
        (Finding("captions_language", "advice", text="en"), "looks like: en"),
        (Finding("nudity", "advice", value=0.8), ""),  # a confidence would sound like a verdict
        (Finding("black", "note", 1, 2), ""),
    ],
)
def test_figures(finding: Finding, figure: str) -> None:
    with translation.override("en"):
        assert advice_for(finding).figure == figure


def test_one_sentence_for_many_places() -> None:
    told = topics(
        [
            Finding("small", "note", value=240),
            Finding("silence", "advice", 20, 40),
            Finding("silence", "note", 1, 7),
            Finding("silence", "note", 50, 56),
        ]
    )

    assert [(topic.about.code, len(topic.places)) for topic in told] == [
        ("small", 0),
        ("silence", 1),
        ("silence", 2),
    ]
    assert [topic.about.tone for topic in told] == ["info", "warning", "info"]
