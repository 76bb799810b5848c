"""What is offered, and how an upload begins, as the specification of tus 1.0.0 words it."""

import pytest
from django.test import Client

from kodipest.engines.media.models import Arrival
from kodipest.engines.media.operations import arrivals as verbs
from tests.engines.media.arrivals.hands import CONTENT, checksum, code

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address", ["/unggahan/", "/unggahan/01900000-0000-7000-8000-000000000000/"]
)
def test_everybody_may_ask_what_is_offered(db, settings, address):
    settings.UPLOAD_MAX_BYTES = 1000
    answer = Client().options(address)

    assert answer.status_code == 204
    assert answer["Tus-Version"] == answer["Tus-Resumable"] == "1.0.0"
    assert answer["Tus-Max-Size"] == "1000"
    assert answer["Tus-Checksum-Algorithm"] == "sha1,sha256"
    assert set(answer["Tus-Extension"].split(",")) == {
        "creation",
        "creation-with-upload",
        "checksum",
        "termination",
        "expiration",
    }


@pytest.mark.parametrize("version", [None, "0.2.2"])
def test_another_version_of_the_protocol_is_refused(tus, version):
    answer = tus.begin(10, Tus_Resumable=version)

    assert answer.status_code == 412
    assert answer["Tus-Version"] == "1.0.0"
    assert not Arrival.objects.exists()


@pytest.mark.parametrize(("address", "method"), [("/unggahan/", "PATCH"), ("there", "POST")])
def test_other_methods_have_no_meaning(tus, address, method):
    there = tus.begun(10)

    assert tus.ask(method, there if address == "there" else address).status_code == 405


@pytest.mark.parametrize(
    "headers",
    [
        {"Upload_Length": None},
        {"Upload_Length": "-5"},
        {"Upload_Length": str(2**63)},
        {"Upload_Length": None, "Upload_Defer_Length": "1"},
        {"Upload_Metadata": "filename %%%"},
        {"Upload_Metadata": "filename /w=="},
        {"Upload_Metadata": "a YQ==,a YQ=="},
    ],
)
def test_a_beginning_is_described_as_the_protocol_says(tus, headers):
    assert code(tus.begin(10, **headers)) == (400, "bad_request")
    assert not Arrival.objects.exists()


def test_a_beginning_without_any_metadata(tus):
    answer = tus.ask("POST", Upload_Length="10")

    assert answer.status_code == 201
    assert Arrival.objects.get().name == "file"
    assert "Upload-Metadata" not in tus.ask("HEAD", answer["Location"])


def test_nothing_at_all_and_too_much_are_refused_before_the_first_byte(tus, settings):
    settings.UPLOAD_MAX_BYTES = 1000

    assert code(tus.begin(0)) == (422, "empty")
    assert code(tus.begin(1001)) == (413, "too_big")
    settings.MEDIA_RESERVE_BYTES = 2**60
    assert code(tus.begin(1000)) == (507, "no_space")
    assert not Arrival.objects.exists()


@pytest.mark.parametrize(
    ("target", "answered"),
    [
        ("forbidden", (403, "not_allowed")),
        ("hidden", (404, "arrival_unknown")),
        ("full", (409, "sealed")),
    ],
)
def test_the_house_decides_what_may_be_sent_where(tus, target, answered):
    assert code(tus.begin(10, target=target)) == answered
    assert not Arrival.objects.exists()


def test_creation_with_the_first_bytes(tus):
    answer = tus.begin(len(CONTENT), body=CONTENT[:5000])

    assert (answer.status_code, answer["Upload-Offset"]) == (201, "5000")
    assert tus.offset(answer["Location"]) == 5000


def test_creation_with_bytes_that_do_not_hold_what_they_promise(tus):
    answer = tus.begin(100, body=b"x" * 10, Upload_Checksum=checksum(b"y" * 10))

    assert code(answer) == (460, "checksum_differs")
    assert tus.offset(answer["Location"]) == 0


def test_unfinished_uploads_have_a_number(tus, monkeypatch):
    monkeypatch.setattr(verbs, "UNFINISHED_MOST", 2)
    tus.begun(1)
    tus.begun(1)

    assert code(tus.begin(1)) == (429, "too_many_arrivals")
