import datetime
import json

import pytest

from kodipest.engines.sanad.attestation import SIGNING_PREFIX, body_bytes
from kodipest.engines.sanad.chain import Link, SanadError, export, vouch
from kodipest.engines.sanad.content import content_hash
from kodipest.engines.sanad.findings import Finding, Report
from kodipest.engines.sanad.keys import SiteKey
from tests.engines.sanad import chains
from tests.engines.sanad.chains import edited, exported, findings, swap


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
