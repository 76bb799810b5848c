import pytest

from kodipest.engines.media.checks.findings import Finding
from kodipest.engines.media.checks.language import captions_findings, language_of

INDONESIAN = (
    "Santri membuat film tentang sampah di pesantren kami. Setiap pagi kami menyapu halaman."
)
TEXTS = {
    "id": INDONESIAN,
    "en": "Every morning we sweep the yard, and in the evening we read together in the hall.",
    "zh": "学生们拍了一部关于寄宿学校的电影，每天早上我们都打扫院子。",
    "ar": "الحمد لله رب العالمين والصلاة والسلام على أشرف الأنبياء والمرسلين",
    "jv": "Para santri padha sinau gawe film ing pondhok. Saben esuk aku lan kanca-kanca nyapu latar.",
}


@pytest.mark.parametrize("tag", TEXTS)
def test_languages_of_our_makers(tag: str) -> None:
    found = language_of(TEXTS[tag])

    assert found == tag or {found, tag} == {"id", "ms"}


@pytest.mark.parametrize(
    "text", ["", "ya", "Bismillah", "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17"]
)
def test_too_little_is_no_answer(text: str) -> None:
    assert language_of(text) is None


def test_captions_in_another_language_than_declared() -> None:
    found = captions_findings({"id": INDONESIAN, "zh-Hans": TEXTS["en"]}, has_sound=True)

    assert found == [Finding("captions_language", "advice", text="en")]


def test_regions_scripts_and_malay_are_no_contradiction() -> None:
    captions = {"id-ID": INDONESIAN, "zh_Hans": TEXTS["zh"], "ms": INDONESIAN}

    assert captions_findings(captions, has_sound=True) == []


def test_missing_captions_are_a_note_where_something_is_heard() -> None:
    assert captions_findings({}, has_sound=True) == [Finding("captions_missing", "note")]
    assert captions_findings({}, has_sound=False) == []
