import hashlib

from hypothesis import given
from hypothesis import strategies as st

from kodipest.engines.sanad.content import content_hash, hash_file, hash_text, hashes_in


def test_content_hash_is_stable_against_key_order():
    assert content_hash({"title": "T", "files": []}) == content_hash({"files": [], "title": "T"})
    assert content_hash({"title": "T"}) != content_hash({"title": "U"})


@given(st.binary(max_size=200))
def test_hash_file_is_the_sha256_of_its_bytes(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("work") / "film.mp4"
    path.write_bytes(data)

    assert hash_file(path) == "sha256:" + hashlib.sha256(data).hexdigest()


def test_hash_text_is_the_sha256_of_its_utf8():
    assert hash_text("مَعَ") == "sha256:" + hashlib.sha256("مَعَ".encode()).hexdigest()


def test_hashes_in_finds_every_part():
    manifest = {
        "title": "Sesudah Kesulitan",
        "count": 2,
        "cover": None,
        "parts": [{"sha256": "aa" * 32, "size": 7}, {"text": "sha256:" + "bb" * 32}],
        "short": "aa" * 31,
    }

    assert list(hashes_in(manifest)) == ["sha256:" + "aa" * 32, "sha256:" + "bb" * 32]
