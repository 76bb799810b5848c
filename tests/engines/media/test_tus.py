import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kodipest.engines.media import tus

KEYS = some.text("abcdefghijklmnopqrstuvwxyz_-", min_size=1, max_size=12)


def encoded(text):
    return base64.b64encode(text.encode()).decode()


@given(some.dictionaries(KEYS, some.text(max_size=40), max_size=6))
def test_metadata_comes_back_as_it_was_written(said):
    header = ",".join(f"{key} {encoded(value)}" for key, value in said.items())

    assert tus.metadata(header) == said


def test_metadata_without_values_and_with_spaces():
    assert tus.metadata(" is_private , filename ZmlsbQ== ,") == {
        "is_private": "",
        "filename": "film",
    }
    assert tus.metadata("") == {}


@pytest.mark.parametrize(
    "header", ["a YQ==,a YQ==", "a %%%", "a /w==", "k\u00e9y YQ==", "a " + "YWFh" * 2000]
)
def test_metadata_that_says_nothing_sure(header):
    with pytest.raises(tus.Misspoken):
        tus.metadata(header)


@pytest.mark.parametrize("value", [None, "", "-1", "1.5", "ten", " 1", "9223372036854775808", "٣"])
def test_counts_are_plain_numbers_that_a_database_holds(value):
    with pytest.raises(tus.Misspoken):
        tus.number("Upload-Length", value)


def test_the_largest_count():
    assert tus.number("Upload-Length", "9223372036854775807") == 2**63 - 1


@given(some.lists(some.binary(max_size=50)), some.sampled_from(tus.ALGORITHMS))
def test_a_checksum_holds_for_the_same_bytes_however_cut(blocks, algorithm):
    digest = hashlib.new(algorithm, b"".join(blocks)).digest()
    checksum = tus.Checksum(f"{algorithm} {base64.b64encode(digest).decode()}")
    other = tus.Checksum(f"{algorithm} {base64.b64encode(digest).decode()}")
    for block in blocks:
        checksum.update(block)
        other.update(block)
    other.update(b"more")

    assert checksum.holds()
    assert not other.holds()


@pytest.mark.parametrize(
    "header", ["", "md5 AAAA", "sha1", "sha1 ***", "sha1 AAAA", "sha256 " + "A" * 28]
)
def test_a_checksum_that_cannot_be_one(header):
    with pytest.raises(tus.Misspoken):
        tus.Checksum(header)
