import pytest

from kodipest.engines.sanad.document import MAX_BYTES
from kodipest.engines.sanad.keys import SiteKey
from tests.engines.sanad.chains import edited, findings


def hint_of(key):
    return {"id": key.key_id, "public": key.public.text}


@pytest.mark.parametrize(
    "change",
    [
        lambda parsed: parsed["head"].append(parsed["links"][0]["id"]),
        lambda parsed: parsed["head"].clear(),
        lambda parsed: parsed["keys"].append({"id": "0" * 16, "public": "ed25519:" + "A" * 43}),
        lambda parsed: parsed["keys"].append(hint_of(SiteKey.generate())),
        lambda parsed: parsed["keys"][0].update(id="0" * 16),
        lambda parsed: parsed["keys"][0].update(public=SiteKey.generate().public.text),
        lambda parsed: parsed["keys"][0].update(public=7),
        lambda parsed: parsed["keys"][0].update(owner="Eka"),
        lambda parsed: parsed.update(keys={}),
        lambda parsed: parsed.update(keys=["ed25519"]),
    ],
)
def test_a_changed_wrapper_is_named(document, key, change):
    def spoil(parsed):
        change(parsed)

    assert findings(edited(document, spoil), key).codes == [("document_changed", None)]


@pytest.mark.parametrize(
    "change",
    [
        lambda parsed: [],
        lambda parsed: {**parsed, "format": "other"},
        lambda parsed: {**parsed, "note": "extra"},
        lambda parsed: {**parsed, "v": 0},
        lambda parsed: {**parsed, "v": True},
        lambda parsed: {**parsed, "links": []},
        lambda parsed: {**parsed, "links": {}},
        lambda parsed: {**parsed, "links": parsed["links"] * 126},
        lambda parsed: {**parsed, "head": "sha256"},
        lambda parsed: {**parsed, "head": [1]},
        lambda parsed: {**parsed, "content": None},
        lambda parsed: {key: value for key, value in parsed.items() if key != "manifest"},
    ],
)
def test_what_is_no_chain_is_unreadable(document, key, change):
    report = findings(edited(document, change), key)

    assert report.codes == [("unreadable", None)]
    assert not report.is_valid


@pytest.mark.parametrize("data", [b"", b"{}", b"\x00\x01", b"[1.5]", b" " * (MAX_BYTES + 1)])
def test_rubbish_is_unreadable(data, key):
    assert findings(data, key).codes == [("unreadable", None)]


def test_a_document_has_a_largest_size(document, key):
    padding = b" " * (MAX_BYTES - len(document))

    assert findings(document + padding, key).is_valid
    assert findings(document + padding + b" ", key).codes == [("unreadable", None)]


def test_a_document_of_the_future_says_so(document, key):
    later = edited(document, lambda parsed: {"format": parsed["format"], "v": 2, "seals": []})

    assert findings(later, key).codes == [("version_unknown", None)]
