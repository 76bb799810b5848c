"""The parts of a file and their checksums, as the specification of tus 1.0.0 words it."""

import base64
from io import BytesIO

import pytest

from kodipest.engines.media.models import Arrival
from tests.engines.media.arrivals.conftest import BODY
from tests.engines.media.arrivals.hands import CONTENT, checksum, code

pytestmark = pytest.mark.django_db


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
