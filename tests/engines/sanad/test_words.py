import re

import pytest

from kodipest.engines.sanad.findings import NOTES
from kodipest.engines.sanad.inspection import CHANGED_FIELD_CODES
from kodipest.engines.sanad.words import LANGUAGES, WORDS, say

HOLES = re.compile(r"\{\w*\}")


@pytest.mark.parametrize("code", sorted(WORDS))
def test_every_sentence_stands_in_three_languages_with_the_same_holes(code):
    sentences = WORDS[code]

    assert len(set(sentences)) == len(sentences) == len(LANGUAGES)
    assert len({tuple(HOLES.findall(sentence)) for sentence in sentences}) == 1


def test_every_finding_has_words():
    assert NOTES | set(CHANGED_FIELD_CODES.values()) <= set(WORDS)


def test_an_unknown_language_hears_indonesian():
    assert say("date_changed", "jv") == say("date_changed", "id") == "tanggal diubah."
