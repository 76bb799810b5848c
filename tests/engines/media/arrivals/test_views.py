"""The protocol, request by request, as the specification of tus 1.0.0 words it."""

import base64
import hashlib
from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.utils import timezone

from kodipest.engines.media import storage
from kodipest.engines.media.arrivals import lines
from kodipest.engines.media.models import Arrival
from kodipest.engines.media.operations import arrivals as verbs
from tests.engines.media.arrivals.conftest import BODY, Tus
from tests.factories.media import OriginalFactory

pytestmark = pytest.mark.django_db

CONTENT = b"Bismillah " * 30_000


def code(answer):
    return answer.status_code, answer.json()["code"]


def checksum(body, algorithm="sha1"):
    digest = hashlib.new(algorithm, body).digest()
    return f"{algorithm} {base64.b64encode(digest).decode()}"


# --- what is offered


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


# --- core


def test_a_file_comes_in_parts(tus):
    address = tus.begun(len(CONTENT), name="رحلة.mp4")
    middle = len(CONTENT) // 2

    first = tus.send(address, CONTENT[:middle])
    told = tus.ask("HEAD", address)
    second = tus.send(address, CONTENT[middle:], middle)

    assert (first.status_code, second.status_code, told.status_code) == (204, 204, 200)
    assert int(first["Upload-Offset"]) == int(told["Upload-Offset"]) == middle
    assert int(second["Upload-Offset"]) == int(told["Upload-Length"]) == len(CONTENT)
    assert told["Cache-Control"] == "no-store"
    assert told["Upload-Metadata"].startswith(
        "filename " + base64.b64encode("رحلة.mp4".encode()).decode()
    )
    assert told["Upload-Expires"].endswith("GMT")
    arrival = Arrival.objects.get()
    assert arrival.path.read_bytes() == CONTENT
    assert (arrival.name, arrival.quota_group, arrival.is_whole) == ("رحلة.mp4", "the house", True)
    assert (arrival.writer, arrival.writer_until) == ("", None)


def test_a_part_at_another_offset_is_not_taken(tus):
    address = tus.begun(len(CONTENT))
    tus.send(address, CONTENT[:1000])

    for offset in (0, 999, 1001):
        answer = tus.send(address, CONTENT[:10], offset)
        assert code(answer) == (409, "offset_differs")
        assert answer["Upload-Offset"] == "1000"
    assert Arrival.objects.get().path.read_bytes() == CONTENT[:1000]


def test_more_than_declared_is_not_taken(tus):
    address = tus.begun(100)

    assert code(tus.send(address, b"x" * 101)) == (413, "more_than_declared")
    assert code(tus.begin(100, body=b"x" * 101)) == (413, "more_than_declared")
    assert tus.offset(address) == 0
    assert Arrival.objects.count() == 1


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content_Type": "application/octet-stream"}, 415),
        ({"Upload_Offset": "-1"}, 400),
        ({"Upload_Offset": "ten"}, 400),
        ({"Upload_Offset": None}, 400),
        ({"Upload_Checksum": "md5 AAAA"}, 400),
    ],
)
def test_a_part_is_described_as_the_protocol_says(tus, headers, status):
    address = tus.begun(100)
    answer = tus.ask("PATCH", address, b"x", **({"Upload_Offset": "0"} | headers))

    assert code(answer) == (status, "bad_request")
    assert tus.offset(address) == 0


def test_a_body_of_unknown_length_is_refused(tus):
    address = tus.begun(100)
    answer = tus.client.generic(
        "PATCH",
        address,
        b"x",
        content_type=BODY,
        headers={"Tus-Resumable": "1.0.0", "Upload-Offset": "0"},
        CONTENT_LENGTH="",
    )

    assert code(answer) == (411, "bad_request")


# --- creation


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


# --- checksum


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_part_that_holds_what_it_promises_counts(tus, algorithm):
    address = tus.begun(len(CONTENT))

    answer = tus.send(address, CONTENT, Upload_Checksum=checksum(CONTENT, algorithm))

    assert (answer.status_code, answer["Upload-Offset"]) == (204, str(len(CONTENT)))


def test_a_damaged_part_does_not_count(tus):
    address = tus.begun(len(CONTENT))
    tus.send(address, CONTENT[:1000])
    damaged = b"X" + CONTENT[1001:3000]

    answer = tus.send(address, damaged, 1000, Upload_Checksum=checksum(CONTENT[1000:3000]))

    assert code(answer) == (460, "checksum_differs")
    assert tus.offset(address) == 1000
    assert Arrival.objects.get().path.read_bytes() == CONTENT[:1000]


def test_of_a_cut_part_with_a_checksum_nothing_counts(tus):
    address = tus.begun(len(CONTENT))

    answer = send_cut(
        tus, address, CONTENT[:5000], 20_000, Upload_Checksum=checksum(CONTENT[:20_000])
    )

    assert code(answer) == (400, "upload_cut")
    assert tus.offset(address) == 0


def send_cut(tus, address, body, announced, body_file=None, **headers):
    """Send less than announced."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return tus.client.generic(
        "PATCH",
        address,
        body,
        content_type=BODY,
        headers={"Tus-Resumable": "1.0.0", "Upload-Offset": "0"} | named,
        **{"CONTENT_LENGTH": str(announced), "wsgi.input": body_file or BytesIO(body)},
    )


def test_of_a_cut_part_everything_that_came_counts(tus):
    address = tus.begun(len(CONTENT))

    answer = send_cut(tus, address, CONTENT[:5000], 20_000)

    assert code(answer) == (400, "upload_cut")
    assert answer["Upload-Offset"] == "5000"
    assert tus.offset(address) == 5000


def test_a_line_that_breaks_with_an_error_is_a_cut_line_too(tus):
    class Torn(BytesIO):
        def read(self, size=-1):
            if data := super().read(size):
                return data
            raise ConnectionResetError

    address = tus.begun(len(CONTENT))
    answer = send_cut(tus, address, b"unused", 20_000, body_file=Torn(CONTENT[:5000]))

    assert code(answer) == (400, "upload_cut")
    assert tus.offset(address) == 5000


# --- termination


def test_an_upload_is_let_go_of(tus):
    address = tus.begun(len(CONTENT))
    tus.send(address, CONTENT[:1000])

    assert tus.ask("DELETE", address).status_code == 204
    assert code(tus.ask("DELETE", address)) == (404, "arrival_unknown")
    assert tus.ask("HEAD", address).status_code == 404
    assert code(tus.send(address, b"x", 1000)) == (404, "arrival_unknown")
    assert list(storage.incoming().iterdir()) == []


def settled(tus):
    """An upload that was put where it belongs."""
    address = tus.begun(100)
    Arrival.objects.update(
        offset=100, original=OriginalFactory(), adopted_at=timezone.now(), settled_at=timezone.now()
    )
    return address


def test_what_was_taken_reads_as_whole_and_is_not_let_go_of(tus):
    address = settled(tus)

    assert tus.offset(address) == 100
    assert tus.send(address, b"", 100)["Upload-Offset"] == "100"
    assert code(tus.send(address, b"x", 3)) == (409, "offset_differs")
    assert code(tus.ask("DELETE", address)) == (409, "arrival_taken")
    assert tus.ask("GET").json()["arrivals"] == []


# --- expiration


def test_each_part_makes_an_upload_young_again(tus, settings):
    settings.UPLOAD_EXPIRES_SECONDS = 3600
    address = tus.begun(100)
    Arrival.objects.update(expires_at=timezone.now() + timedelta(minutes=1))

    tus.send(address, b"x" * 10)

    assert Arrival.objects.get().expires_at > timezone.now() + timedelta(minutes=50)


def test_what_rested_too_long_is_gone(tus):
    address = tus.begun(100)
    Arrival.objects.update(expires_at=timezone.now())

    assert tus.ask("HEAD", address).status_code == 410
    assert code(tus.send(address, b"x")) == (410, "arrival_expired")
    assert tus.ask("GET").json()["arrivals"] == []


# --- who


def test_a_stranger_is_told_to_sign_in(tus):
    address = tus.begun(100)
    stranger = Tus(None)

    for answer in (
        stranger.begin(100),
        stranger.ask("GET"),
        stranger.send(address, b"x"),
        stranger.ask("DELETE", address),
    ):
        assert code(answer) == (401, "sign_in_first")
    assert stranger.ask("HEAD", address).status_code == 401
    assert tus.offset(address) == 0


def test_another_person_does_not_learn_that_an_upload_is_there(tus, eka):
    address = tus.begun(100)
    other = Tus(eka)

    assert other.ask("HEAD", address).status_code == 404
    assert code(other.send(address, b"x")) == (404, "arrival_unknown")
    assert code(other.ask("DELETE", address)) == (404, "arrival_unknown")
    assert other.ask("GET").json()["arrivals"] == []
    assert tus.offset(address) == 0


def test_a_request_of_another_site_is_refused_as_json(aisyah):
    client = Client(enforce_csrf_checks=True)
    client.force_login(aisyah)

    answer = client.post("/unggahan/", headers={"Tus-Resumable": "1.0.0", "Upload-Length": "10"})

    assert code(answer) == (403, "csrf")


@pytest.mark.parametrize(
    ("prefix", "begins"), [("", "Berkas"), ("/en", "This file"), ("/zh-hans", "这个文件")]
)
def test_a_no_is_said_in_the_readers_language(tus, settings, prefix, begins):
    settings.UPLOAD_MAX_BYTES = 10
    answer = tus.ask("POST", f"{prefix}/unggahan/", Upload_Length="11")

    assert answer.json()["message"].startswith(begins)


# --- going on elsewhere


def test_unfinished_uploads_are_listed_newest_first(tus, settings):
    settings.UPLOAD_QUOTA_PER_PERSON = 1000
    older = tus.begun(300, name="one.mp4", target="work:1")
    newer = tus.begun(100, name="two.mp4")
    tus.send(older, b"x" * 300)

    told = tus.ask("GET", Tus_Resumable=None).json()

    assert [it["url"] for it in told["arrivals"]] == [newer, older]
    row = told["arrivals"][1]
    assert (row["name"], row["target"], row["offset"], row["length"], row["whole"]) == (
        "one.mp4",
        "work:1",
        300,
        300,
        True,
    )
    assert told["quota"] == {"limit": 1000, "used": 400, "left": 600}


# --- how many at once


def test_nobody_takes_every_line(tus, settings, aisyah):
    settings.UPLOAD_LINES_OF_ONE = 1
    address = tus.begun(100)

    with lines.held_for(aisyah.pk):
        answer = tus.send(address, b"x")
        assert code(answer) == (503, "lines_busy")
        assert answer["Retry-After"]

    assert tus.send(address, b"x").status_code == 204


def test_pages_keep_threads_for_themselves(tus, settings):
    settings.UPLOAD_LINES = 2
    address = tus.begun(100)

    with lines.held_for("budi"), lines.held_for("citra"):
        assert code(tus.send(address, b"x")) == (503, "lines_busy")
    assert tus.send(address, b"x").status_code == 204
    assert not lines._held


def test_unfinished_uploads_have_a_number(tus, monkeypatch):
    monkeypatch.setattr(verbs, "UNFINISHED_MOST", 2)
    tus.begun(1)
    tus.begun(1)

    assert code(tus.begin(1)) == (429, "too_many_arrivals")
