"""Files on their way into a site that runs as it runs in a pesantren, over lines that do not hold."""

import secrets
import socket
import struct
import time
import urllib.error
import urllib.request

import pytest
from tusclient.client import TusClient

from kodipest.engines.media import storage
from kodipest.engines.media.models import Arrival, Original
from kodipest.works.models import Asset
from tests.factories.lines import cutting
from tests.factories.media import film

CONTENT = secrets.token_bytes(2**20) * 24
PATIENCE_SECONDS = 60


def big_film(path, megabytes):
    """A film of a second, made as big as asked by a box behind it that players skip."""
    film(path, seconds=1)
    with path.open("ab") as file:
        file.write((8 + megabytes * 2**20).to_bytes(4) + b"free")
        for _ in range(megabytes):
            file.write(secrets.token_bytes(2**20))
    return path


def sender(maker, port, file, **more):
    """The foreign client, signed in as the maker is."""
    client = TusClient(f"http://127.0.0.1:{port}/unggahan/", headers=maker.headers)
    metadata = {"filename": "Dapur.mp4", "filetype": "video/mp4", "target": maker.target}
    return client.uploader(file_stream=file, metadata=metadata, retry_delay=0, **more)


def begin(maker, length, *, port):
    """Begin an upload; return its path."""
    return sender(maker, port, _Nothing(length)).create_url().partition(str(port))[2]


class _Nothing:
    """Says how long it is and has nothing to read."""

    def __init__(self, length):
        self.length = length

    def seek(self, offset, whence=0):
        self.at = self.length if whence == 2 else offset

    def tell(self):
        return self.at


def ask(maker, server, method, path, body=b"", **headers):
    """Send one whole request; return status, headers, body."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(
        f"{server.address}{path}",
        data=body or None,
        method=method,
        headers=maker.headers | {"Tus-Resumable": "1.0.0"} | named,
    )
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read()


def send(maker, server, path, body, offset):
    kind = "application/offset+octet-stream"
    return ask(maker, server, "PATCH", path, body, Upload_Offset=str(offset), Content_Type=kind)


def offset_of(maker, server, path):
    status, headers, _body = ask(maker, server, "HEAD", path)
    assert status == 200
    return int(headers["Upload-Offset"])


def open_part(maker, server, path, *, offset, announced):
    """Begin to send a part; the body is up to the caller."""
    line = socket.create_connection(("127.0.0.1", server.port))
    named = maker.headers | {
        "Host": "127.0.0.1",
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": str(offset),
        "Content-Type": "application/offset+octet-stream",
        "Content-Length": str(announced),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    line.sendall(f"PATCH {path} HTTP/1.1\r\n{head}\r\n".encode())
    return line


def eventually(holds):
    until = time.monotonic() + PATIENCE_SECONDS
    while not (found := holds()):
        assert time.monotonic() < until, "it never came to be"
        time.sleep(0.05)
    return found


def test_a_film_arrives_whole_over_a_line_that_is_cut_again_and_again(maker, server, tmp_path):
    path = big_film(tmp_path / "f.mp4", 8)
    size = path.stat().st_size
    begun = begin(maker, size, port=server.port)
    with cutting(server.port, cuts=10, every=size // 12) as line, path.open("rb") as file:
        uploader = sender(maker, line.port, file, chunk_size=3 * 2**20, retries=50)
        uploader.set_url(f"http://127.0.0.1:{line.port}{begun}")
        uploader.offset = 0
        uploader.upload()

    assert line.cuts == 10
    arrival = Arrival.objects.get()
    assert arrival.path.read_bytes() == path.read_bytes()
    take_in(maker, server, arrival)
    assert Original.objects.get().path.read_bytes() == path.read_bytes()
    assert not arrival.path.exists()


def take_in(maker, server, arrival):
    """Press Send: the page takes the file that came in parts."""
    body = f"role=main&arrival={arrival.pk}".encode()
    kind = "application/x-www-form-urlencoded"
    opener = urllib.request.build_opener(_NoRedirect)
    request = urllib.request.Request(
        f"{server.address}{maker.page}", body, maker.headers | {"Content-Type": kind}
    )
    with pytest.raises(urllib.error.HTTPError) as answer:
        opener.open(request, timeout=PATIENCE_SECONDS)
    assert answer.value.code == 302
    answer.value.close()
    asset = Asset.objects.get()
    assert (asset.file_name, asset.original.kind) == (arrival.name, "video")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_what):
        return None


@pytest.mark.parametrize("how", ["ended", "reset"])
def test_what_came_before_a_cut_counts(maker, server, how):
    path = begin(maker, len(CONTENT), port=server.port)
    line = open_part(maker, server, path, offset=0, announced=1_000_000)
    line.sendall(CONTENT[:300_000])
    eventually(Arrival.objects.get().path.exists)
    if how == "reset":
        time.sleep(0.5)  # what is still in the pipe goes with a reset
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()

    came = offset_of(maker, server, path)

    assert 0 < came <= 300_000
    assert how == "reset" or came == 300_000
    assert send(maker, server, path, CONTENT[came:2_000_000], came)[0] == 204
    assert Arrival.objects.get().path.read_bytes() == CONTENT[:2_000_000]


def test_a_server_killed_in_the_middle_of_a_part_keeps_what_it_counted(maker, server):
    path = begin(maker, len(CONTENT), port=server.port)
    line = open_part(maker, server, path, offset=0, announced=len(CONTENT))
    line.sendall(CONTENT[: 22 * 2**20])
    told = eventually(lambda: offset_of(maker, server, path))
    file = Arrival.objects.get().path
    eventually(lambda: file.stat().st_size > told)

    server.kill()
    line.close()
    size = file.stat().st_size
    server.start()
    after = offset_of(maker, server, path)
    status, headers, _body = send(maker, server, path, CONTENT[after:], after)

    assert told <= after < size
    assert (status, headers["Upload-Offset"]) == (204, str(len(CONTENT)))
    assert file.read_bytes() == CONTENT


def test_two_windows_send_the_same_upload(maker, server):
    path = begin(maker, 2_000_000, port=server.port)
    with open_part(maker, server, path, offset=0, announced=1_000_000) as first:
        first.sendall(CONTENT[:400_000])
        file = Arrival.objects.get().path
        eventually(lambda: file.exists() and file.stat().st_size > 0)

        second = send(maker, server, path, b"z" * 500_000, 0)
        assert second[0] in {409, 423}
        first.sendall(CONTENT[400_000:1_000_000])
        assert first.recv(100).startswith(b"HTTP/1.1 204")

    assert offset_of(maker, server, path) == 1_000_000
    assert file.read_bytes() == CONTENT[:1_000_000]


def test_a_foreign_client_with_checksums(maker, server, tmp_path):
    (tmp_path / "f").write_bytes(CONTENT[:5_000_000])
    with (tmp_path / "f").open("rb") as file:
        sender(maker, server.port, file, chunk_size=2**20, upload_checksum=True).upload()

    assert Arrival.objects.get().path.read_bytes() == CONTENT[:5_000_000]
    assert [it.suffix for it in storage.incoming().iterdir()] == [storage.ARRIVAL]


def test_a_request_that_another_site_makes_is_refused(maker, server):
    del maker.headers["X-CSRFToken"]

    status, _headers, body = ask(maker, server, "POST", "/unggahan/", Upload_Length="10")

    assert (status, b'"csrf"' in body) == (403, True)
    assert not Arrival.objects.exists()
