"""What a verifier names: one tampering, one finding (and the broken signature beside it)."""

import datetime
import json

import pytest

from kodipest.engines.sanad.attestation import SIGNING_PREFIX, body_bytes
from kodipest.engines.sanad.chain import Link, SanadError, export, heads, verify, vouch
from kodipest.engines.sanad.content import content_hash
from kodipest.engines.sanad.document import MAX_BYTES, checks_of
from kodipest.engines.sanad.findings import Finding, Report
from kodipest.engines.sanad.keys import SiteKey
from tests.engines.sanad import chains
from tests.engines.sanad.chains import edited, exported


def findings(document, *keys, **options):
    return verify(document, trusted=[key.public for key in keys], **options)


def test_a_whole_chain_is_valid(document, links, key):
    report = findings(document, key)

    assert report.is_valid
    assert report.findings == (Finding("content_not_compared"),)
    assert [(line.id, line.body, line.name) for line in report.lines] == [
        (link.id, link.body, link.disclosure.name) for link in links
    ]


def test_an_export_does_not_depend_on_the_order_it_is_given(document, links, key):
    assert exported(links[::-1], key) == document


def test_an_export_lists_only_keys_that_signed(document, links, key):
    assert exported(links, key, SiteKey.generate(), key) == document


def test_an_empty_chain_is_not_exported(key):
    with pytest.raises(SanadError) as refusal:
        export([], keys=[key.public])

    assert refusal.value.code == "chain_empty"


def test_a_chain_may_cross_sites_and_branch(key):
    hub = SiteKey.generate()
    made, approved, *_ = chains.chain(key)
    reviews = [
        vouch(key=hub, statement=chains.statement("passed", note=name), name=name, after=[approved])
        for name in ("Citra", "Dewi")
    ]
    published = vouch(
        key=hub,
        statement=chains.statement("published"),
        name="Dewi",
        after=[made, approved, *reviews],
    )
    document = exported([made, approved, *reviews, published], hub, key)

    assert findings(document, key, hub).is_valid
    assert findings(document, key).codes == [("key_unknown", index) for index in (2, 3, 4)]
    swapped = edited(document, lambda value: swap(value["links"], 2, 3))
    assert findings(swapped, key, hub).codes == [("order_changed", 2)]


def test_several_ends_are_a_chain_still_under_way(key, links):
    made, approved, *_ = links
    reviews = [
        vouch(key=key, statement=chains.statement("passed"), name=name, after=[approved])
        for name in ("Citra", "Dewi")
    ]
    document = exported([made, approved, *reviews], key)

    assert findings(document, key).is_valid
    assert json.loads(document)["head"] == sorted(link.id for link in reviews)


def test_a_withheld_name_is_a_note(links, key):
    withheld = [links[0].withhold_name(), *links[1:]]

    report = findings(exported(withheld, key), key)

    assert report.is_valid
    assert Finding("name_withheld", 0) in report.findings
    assert [line.name for line in report.lines] == [None, "Ustaz Budi", "Citra", "Dewi"]


def test_a_clock_that_ran_backwards_is_a_note(key, links):
    before = chains.START - datetime.timedelta(days=365)
    late = vouch(key=key, statement=chains.statement("passed", at=before), name="C", after=links)

    report = findings(exported([*links, late], key), key)

    assert report.is_valid
    assert Finding("date_backwards", 4, "2025-11-23T14:00:00Z") in report.findings


def test_two_links_of_one_second_are_no_note(key):
    made = vouch(key=key, statement=chains.statement(), name="Aisyah")
    approved = vouch(key=key, statement=chains.statement("approved"), name="Budi", after=[made])

    report = findings(exported([made, approved], key), key, files=[chains.CONTENT])

    assert report.findings == ()


def test_the_key_inside_the_file_is_never_trusted(document):
    stranger = SiteKey.generate()
    forged = exported(chains.chain(stranger), stranger)

    assert findings(forged).codes == [("key_unknown", index) for index in range(4)]
    assert findings(document, stranger).codes == [("key_unknown", index) for index in range(4)]


def test_a_stranger_cannot_borrow_the_name_of_a_key(key):
    stranger = SiteKey.generate()
    document = exported(chains.chain(stranger), stranger)
    renamed = document.replace(stranger.key_id.encode(), key.key_id.encode())

    assert {code for code, _ in findings(renamed, key).codes} >= {"signature_bad"}
    assert not findings(renamed, key).is_valid


# Changes inside one link: the signature breaks, and the field is named.


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("at", "2026-11-24T15:00:00Z", "date_changed"),
        ("content", chains.OTHER_CONTENT, "content_changed"),
        ("act", "blessed", "act_changed"),
        ("facts", {"step": 9}, "facts_changed"),
    ],
)
def test_a_changed_field_is_named(document, key, field, value, code):
    def change(parsed):
        parsed["links"][1]["body"][field] = value

    codes = findings(edited(document, change), key).codes

    assert codes == [("signature_bad", 1), (code, 1)]


def test_a_changed_role_is_named(document, key):
    def change(parsed):
        parsed["links"][1]["body"]["person"]["role"] = "kiai"

    assert findings(edited(document, change), key).codes == [
        ("signature_bad", 1),
        ("person_changed", 1),
    ]


def test_a_field_changed_out_of_format_is_named(document, key):
    def change(parsed):
        parsed["links"][1]["body"]["at"] = "kemarin"

    assert findings(edited(document, change), key).codes == [
        ("malformed", 1),
        ("signature_bad", 1),
        ("date_changed", 1),
    ]


def test_a_link_cut_loose_is_named(document, key):
    def change(parsed):
        parsed["links"][1]["body"]["previous"] = []

    assert findings(edited(document, change), key).codes == [
        ("signature_bad", 1),
        ("order_changed", 1),
        ("link_foreign", 1),
        ("document_changed", None),
    ]


def test_a_changed_field_breaks_the_signature_even_if_the_hints_follow(document, key):
    def change(parsed):
        link = parsed["links"][1]
        link["body"]["at"] = "2026-11-24T15:00:00Z"
        link["checks"] = checks_of(link["body"])

    assert findings(edited(document, change), key).codes == [("signature_bad", 1)]


def test_a_changed_name_is_named(document, key):
    def change(parsed):
        parsed["links"][2]["disclosure"]["name"] = "Eka"

    assert findings(edited(document, change), key).codes == [("name_changed", 2)]


def test_swapped_names_are_both_named(document, key):
    def change(parsed):
        first, second = parsed["links"][:2]
        first["disclosure"], second["disclosure"] = second["disclosure"], first["disclosure"]

    assert findings(edited(document, change), key).codes == [
        ("name_changed", 0),
        ("name_changed", 1),
    ]


def test_a_swapped_signature_is_bad(document, key):
    def change(parsed):
        first, second = parsed["links"][:2]
        first["signature"], second["signature"] = second["signature"], first["signature"]

    assert findings(edited(document, change), key).codes == [
        ("signature_bad", 0),
        ("signature_bad", 1),
    ]


def test_an_unknown_site_is_named(document, key):
    def change(parsed):
        parsed["links"][1]["body"]["site"] = "0" * 16

    assert findings(edited(document, change), key).codes == [
        ("key_unknown", 1),
        ("site_changed", 1),
    ]


def test_a_link_of_the_future_is_not_judged(document, key):
    def change(parsed):
        parsed["links"][1]["body"]["v"] = 2

    report = findings(edited(document, change), key)

    assert report.codes == [("version_unknown", 1), ("signature_bad", 1), ("version_unknown", 1)]
    assert len(report.lines) == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda link: link.pop("id"),
        lambda link: link.update(id="sha256:x"),
        lambda link: link.update(signature=link["signature"].upper()),
        lambda link: link.update(signature=link["signature"][:-2]),
        lambda link: link.update(signature=None),
        lambda link: link.update(disclosure="Aisyah"),
        lambda link: link.update(body=None),
        lambda link: link.update(body=[]),
        lambda link: link.update(extra=1),
    ],
)
def test_a_link_out_of_format_is_named(document, key, change):
    def spoil(parsed):
        change(parsed["links"][1])

    report = findings(edited(document, spoil), key)

    assert ("malformed", 1) in report.codes
    assert not report.is_valid


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        (lambda link: link.update(id="sha256:" + "00" * 32), "id"),
        (lambda link: link["checks"].update(at="0" * 16), "checks"),
        (lambda link: link.update(checks=None), "checks"),
    ],
)
def test_a_changed_hint_is_named(document, key, change, detail):
    def spoil(parsed):
        change(parsed["links"][3])

    report = findings(edited(document, spoil), key)

    assert Finding("document_changed", 3, detail) in report.findings


# Changes between links.


def swap(items, first, second):
    items[first], items[second] = items[second], items[first]


def test_swapped_links_are_named(document, key):
    swapped = edited(document, lambda parsed: swap(parsed["links"], 1, 2))

    assert findings(swapped, key).findings[0] == Finding("order_changed", 1, "3 → 2")
    assert findings(swapped, key).codes == [("order_changed", 1)]


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        (0, [("link_missing", 0)]),
        (1, [("link_missing", 1)]),
        (2, [("link_missing", 2)]),
        (3, [("link_missing", None)]),
    ],
)
def test_a_dropped_link_is_missed(document, key, index, expected):
    def drop(parsed):
        del parsed["links"][index]

    codes = findings(edited(document, drop), key).codes

    assert codes[: len(expected)] == expected


def test_a_repeated_link_is_named(document, key):
    repeated = edited(document, lambda parsed: parsed["links"].append(parsed["links"][3]))

    assert findings(repeated, key).codes == [("link_repeated", 4)]


def test_a_link_of_another_chain_is_named(document, key):
    other = vouch(key=key, statement=chains.statement(other=1), name="Eka")

    def insert(parsed):
        parsed["links"].insert(1, json.loads(exported([other], key))["links"][0])

    codes = findings(edited(document, insert), key).codes

    assert ("link_foreign", 1) in codes


def test_a_chain_cut_short_shows_against_the_page(links, key):
    short = exported(links[:2], key)
    head = heads(links)[0].id

    assert findings(short, key).is_valid  # it is what the chain was two days earlier
    assert findings(short, key, head=head).codes == [("link_missing", None)]
    whole = exported(links, key)
    assert findings(whole, key, head=head).is_valid
    assert findings(whole, key, head=head.removeprefix("sha256:")[:16]).is_valid
    assert not findings(whole, key, head=head.removeprefix("sha256:")[:15]).is_valid
    assert not findings(whole, key, head="").is_valid


# The content.


def test_the_work_at_hand_is_compared(document, key):
    assert findings(document, key, files=[chains.CONTENT]).findings == ()
    assert findings(document, key, files=[chains.OTHER_CONTENT]).codes == [
        ("content_changed", None)
    ]


def test_a_work_of_several_parts_is_compared_part_by_part(key):
    manifest = {
        "title": "Sesudah Kesulitan",
        "files": [{"sha256": "aa" * 32}, {"sha256": "bb" * 32}],
    }
    made = vouch(key=key, statement=chains.statement(content=content_hash(manifest)), name="Aisyah")
    document = exported([made], key, manifest=manifest)

    assert (
        findings(document, key, files=["sha256:" + "aa" * 32, "sha256:" + "bb" * 32]).findings == ()
    )
    assert findings(document, key, files=["sha256:" + "cc" * 32]).codes == [
        ("content_changed", None)
    ]

    def retitle(parsed):
        parsed["manifest"]["title"] = "Judul lain"

    assert findings(edited(document, retitle), key).codes == [("content_changed", None)]


def test_a_content_change_must_be_declared(key, links):
    revised = vouch(
        key=key,
        statement=chains.statement("made", content=chains.OTHER_CONTENT, revises=chains.CONTENT),
        name="Aisyah",
        after=links,
    )
    assert findings(exported([*links, revised], key), key).is_valid

    silent_body = {**revised.body, "facts": {}}
    silent = vouch(key=key, statement=chains.statement(content=chains.OTHER_CONTENT), name="Aisyah")
    forged = signed(key, silent, silent_body)
    assert findings(exported([*links, forged], key), key).codes == [("content_changed", 4)]


def signed(key, link, body):
    """Sign `body` as a site would that skips the rules of `vouch`."""
    body = {**body, "person": link.body["person"]}
    text = body_bytes(body)
    return Link(text.decode(), key.sign(SIGNING_PREFIX + text).hex(), link.disclosure)


def test_the_content_on_the_wrapper_must_be_the_newest(document, key):
    def change(parsed):
        parsed["content"] = chains.OTHER_CONTENT

    assert findings(edited(document, change), key).codes == [("content_changed", 3)]


# The wrapper.


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


def test_a_report_about_nothing_is_not_valid():
    assert not Report((), ()).is_valid


def test_a_report_is_json(document, key):
    report = findings(document, key, files=[chains.OTHER_CONTENT]).as_dict()

    assert json.loads(json.dumps(report)) == report
    assert report["valid"] is False
    assert report["findings"] == [
        {
            "code": "content_changed",
            "index": None,
            "fault": True,
            "detail": f"found {chains.OTHER_CONTENT}",
        }
    ]
    assert [link["name"] for link in report["links"]] == ["Aisyah", "Ustaz Budi", "Citra", "Dewi"]
