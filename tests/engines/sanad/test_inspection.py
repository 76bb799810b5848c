"""What a verifier names: one tampering, one finding (and the broken signature beside it)."""

import json

import pytest

from kodipest.engines.sanad.chain import heads, vouch
from kodipest.engines.sanad.document import checks_of
from kodipest.engines.sanad.findings import Finding
from tests.engines.sanad import chains
from tests.engines.sanad.chains import edited, exported, findings, swap

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
