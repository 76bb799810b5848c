"""Lines that break, and one that never ends."""

import json
import resource
import socket
import time
from io import BytesIO

import pytest
from django.http import UnreadablePostError

from kodipest.engines.media import uploads
from tests.engines.media.uploads import desk
from tests.engines.media.uploads.hands import HEAD, parts, request_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls(desk.__name__)]


def test_a_body_that_ends_early_leaves_nothing(aisyah):
    request = request_of(aisyah, HEAD + b"half a film", length=10_000)

    assert len(request.FILES) == 0
    assert uploads.refusal_of(request).code == "upload_cut"
    assert parts() == []


def test_a_connection_that_breaks_leaves_nothing(aisyah):
    class Torn(BytesIO):
        def read(self, size=-1):
            if data := super().read(size):
                return data
            raise ConnectionResetError

    request = request_of(aisyah, HEAD, length=10_000)
    request._stream = Torn(HEAD + b"x" * 500_000)

    with pytest.raises(UnreadablePostError):
        _ = request.POST
    assert parts() == []


@pytest.mark.django_db(transaction=True)
def test_a_sender_who_goes_away_leaves_nothing(live_server, client):
    cookie = client.cookies["kodipest"].value if "kodipest" in client.cookies else ""
    host, _colon, port = live_server.url.rpartition("//")[2].partition(":")
    headers = (
        f"POST /receive/ HTTP/1.1\r\nHost: {host}\r\nCookie: kodipest={cookie}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 50000000\r\n\r\n"
    )
    with socket.create_connection((host, int(port))) as sender:
        sender.sendall(headers.encode() + HEAD + b"x" * 2_000_000)
        wait_until(lambda: parts() and parts()[0].stat().st_size > 1_000_000)
    wait_until(lambda: not parts())


def wait_until(holds, seconds=10.0):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.02)


def test_memory_does_not_grow_with_the_file(aisyah):
    class Endless(BytesIO):
        left = 300 * 2**20

        def read(self, size=-1):
            if head := super().read(size):
                return head
            size = min(size, self.left)
            self.left -= size
            return bytes(size) if size else b""

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    request = request_of(aisyah, HEAD, length=400 * 2**20)
    request._stream = Endless(HEAD)

    assert len(request.FILES) == 0
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 20
    assert json.dumps(parts()) == "[]"
