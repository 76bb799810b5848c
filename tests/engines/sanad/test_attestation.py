import datetime
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodipest.engines.sanad.attestation import (
    Disclosure,
    body_bytes,
    compose_body,
    moment_of,
    read_body,
)
from kodipest.engines.sanad.canonical import read_strictly
from kodipest.engines.sanad.errors import SanadError
from tests.engines.sanad import chains

SITE = "0123456789abcdef"
BODY = {
    "v": 1,
    "site": SITE,
    "act": "made",
    "content": chains.CONTENT,
    "at": "2026-11-23T14:00:00Z",
    "person": {"role": "santri", "commitment": "ab" * 32},
    "previous": ["sha256:" + "11" * 32, "sha256:" + "22" * 32],
    "facts": {"episodes": 4, "rubric": "v2"},
}


def test_read_body_accepts_the_format_and_spells_it_canonically():
    assert read_body(BODY) == BODY
    assert read_strictly(body_bytes(read_body(BODY))) == BODY


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("v", 0),
        ("v", True),
        ("v", "1"),
        ("site", SITE.upper()),
        ("site", SITE + "\n"),
        ("act", ""),
        ("act", "Made"),
        ("act", "a" * 41),
        ("act", 7),
        ("content", "c0" * 32),
        ("at", "2026-11-23T14:00:00+07:00"),
        ("at", "2026-11-23 14:00:00Z"),
        ("at", "2026-02-30T14:00:00Z"),
        ("at", "2026-11-23T24:00:00Z"),
        ("at", "٢٠٢٦-11-23T14:00:00Z"),
        ("person", "Aisyah"),
        ("person", {"role": "santri", "commitment": "ab" * 32, "name": "Aisyah"}),
        ("person", {"role": "santri", "commitment": "Aisyah"}),
        ("previous", None),
        ("previous", ["11" * 32]),
        ("previous", BODY["previous"][::-1]),
        ("previous", BODY["previous"][:1] * 2),
        ("previous", [f"sha256:{n:064x}" for n in range(33)]),
        ("facts", []),
        ("facts", {"Nama": 1}),
        ("facts", {"score": True}),
        ("facts", {"score": None}),
        ("facts", {"score": [1]}),
        ("facts", {"note": "x" * 201}),
        ("facts", {"big": 2**53}),
        ("facts", {f"f{n}": n for n in range(17)}),
    ],
)
def test_read_body_refuses_a_field_out_of_format(field, value):
    with pytest.raises(SanadError) as refusal:
        read_body({**BODY, field: value})

    assert refusal.value.code == "malformed"
    assert field in refusal.value.detail


@pytest.mark.parametrize("value", [None, [], "body", {}, {**BODY, "name": "Aisyah"}])
def test_read_body_refuses_another_set_of_fields(value):
    with pytest.raises(SanadError) as refusal:
        read_body(value)

    assert refusal.value.code == "malformed"


def test_read_body_tells_a_later_version_from_a_broken_one():
    with pytest.raises(SanadError) as refusal:
        read_body({"v": 2, "what": "nobody knows yet"})

    assert refusal.value.code == "version_unknown"


def test_compose_body_writes_utc_and_seconds():
    jakarta = datetime.timezone(datetime.timedelta(hours=7))
    at = datetime.datetime(2026, 11, 23, 21, 0, 0, 999_999, jakarta)

    body = compose_body(
        site=SITE, statement=chains.statement(at=at), commitment="ab" * 32, previous=[]
    )

    assert body["at"] == "2026-11-23T14:00:00Z"
    assert moment_of(body) == chains.START


def test_compose_body_refuses_a_time_without_zone():
    with pytest.raises(SanadError) as refusal:
        compose_body(
            site=SITE,
            statement=chains.statement(at=datetime.datetime(2026, 11, 23)),  # noqa: DTZ001
            commitment="ab" * 32,
            previous=[],
        )

    assert refusal.value.code == "malformed"


def test_commitment_is_the_salted_hash_of_the_name():
    disclosure = Disclosure("00" * 16, "Aisyah")

    expected = hashlib.sha256(b"kodipest-sanad-name-v1\n" + bytes(16) + b"Aisyah").hexdigest()
    assert disclosure.commitment == expected


@given(st.text(st.characters(exclude_categories=["Cs"])).filter(str.strip))
def test_two_commitments_to_one_name_cannot_be_matched(name):
    first, second = Disclosure.of(name), Disclosure.of(name)

    assert first.name == second.name
    assert first.commitment != second.commitment
    assert Disclosure.read(first.as_dict()) == first


def test_disclosure_joins_letters_and_marks():
    assert Disclosure.of(" Zaki\u0301 ").name == "Zak\u00ed"


@pytest.mark.parametrize("name", ["", "   "])
def test_disclosure_needs_a_name(name):
    with pytest.raises(SanadError) as refusal:
        Disclosure.of(name)

    assert refusal.value.code == "name_empty"


@pytest.mark.parametrize(
    "value",
    [
        None,
        {"salt": "00" * 16},
        {"salt": "0", "name": "A"},
        {"salt": "00" * 16, "name": 7},
        {"salt": "AA" * 16, "name": "A"},
    ],
)
def test_disclosure_reads_one_form(value):
    with pytest.raises(SanadError) as refusal:
        Disclosure.read(value)

    assert refusal.value.code == "malformed"
