import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodipest.engines.sanad.canonical import canonical, is_hash, read_strictly, sha256_of
from kodipest.engines.sanad.errors import SanadError

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.integers(-(2**53) + 1, 2**53 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


def test_canonical_sorts_keys_by_utf16_and_drops_spaces():
    # RFC 8785 section 3.2.3: U+FB33 sorts after U+1F600, whose first UTF-16 unit is D83D.
    value = {"\ufb33": 1, "\U0001f600": 2, "\u20ac": 3, "b": [True, None, -7], "a": "é\n"}

    assert canonical(value).decode() == (
        '{"a":"é\\n","b":[true,null,-7],"\u20ac":3,"\U0001f600":2,"\ufb33":1}'
    )


@given(VALUES, st.integers(0, 8), st.booleans())
def test_canonical_is_stable_against_spelling(value, indent, is_ascii):
    respelled = json.dumps(value, indent=indent, ensure_ascii=is_ascii, sort_keys=True)

    assert canonical(read_strictly(respelled.encode())) == canonical(value)


@given(st.dictionaries(TEXTS, NUMBERS), st.randoms())
def test_canonical_is_stable_against_key_order(value, random):
    pairs = list(value.items())
    random.shuffle(pairs)

    assert canonical(dict(pairs)) == canonical(value)


@given(VALUES)
def test_canonical_reads_back_as_it_was(value):
    assert read_strictly(canonical(value)) == value


@pytest.mark.parametrize("value", [2**53, -(2**53), {"a": "\ud800"}, {"\udfff": 1}])
def test_canonical_refuses_what_has_no_single_spelling(value):
    with pytest.raises(SanadError) as refusal:
        canonical(value)

    assert refusal.value.code == "not_canonical"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{",
        b'{"a":1,"a":2}',
        b'{"a":1,"\\u0061":2}',
        b"1.0",
        b"1e3",
        b"NaN",
        b"-Infinity",
        b'"\xff"',
        b"\xef\xbb\xbf{}",
        b'"tab\there"',
        b"[" * 100_000,
        b"9" * 5_000,
    ],
)
def test_read_strictly_refuses_what_readers_disagree_about(text):
    with pytest.raises(SanadError) as refusal:
        read_strictly(text)

    assert refusal.value.code == "not_json"


@pytest.mark.parametrize("text", [b'"\\ud800"', b"9007199254740993"])
def test_read_strictly_refuses_what_cannot_be_signed(text):
    with pytest.raises(SanadError) as refusal:
        read_strictly(text)

    assert refusal.value.code == "not_canonical"


def test_sha256_of_names_bytes():
    empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    assert sha256_of(b"") == empty
    assert is_hash(empty)


@pytest.mark.parametrize(
    "value", [None, 7, "sha256:", "sha256:" + "A" * 64, "e" * 64, "sha256:" + "a" * 64 + "\n"]
)
def test_is_hash_knows_one_spelling(value):
    assert not is_hash(value)
