"""Uploads, from the parser alone to real sockets; the views below stand for those of the site."""

import hashlib
import json
import os
import resource
import socket
import subprocess
import sys
import textwrap
import time
from io import BytesIO
from pathlib import Path

import pytest
from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import JsonResponse, UnreadablePostError
from django.test import Client, RequestFactory
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from kodipest.engines.media import storage, uploads
from kodipest.engines.media.operations import adopt_upload
from kodipest.kernel.errors import Refusal
from tests.factories.media import film

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

CONTENT = b"Bismillah " * 40_000  # more than one chunk
ROOT = Path(__file__).parents[3]


class UploadForm(forms.Form):
    upload = forms.FileField()
    note = forms.CharField(required=False)


@csrf_exempt
def receive(request):
    """Tell what came, and look at the disk while the request lasts."""
    form = UploadForm(request.POST, request.FILES)
    refusal = uploads.refusal_of(request)
    if refusal:
        status = uploads.STATUS[refusal.code]
        return JsonResponse({"code": refusal.code, "words": refusal.messages}, status=status)
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=422)
    upload = form.cleaned_data["upload"]
    return JsonResponse(
        {
            "name": upload.name,
            "size": upload.size,
            "sha256": upload.sha256,
            "on_disk": storage.sha256_of(upload.path),
            "note": form.cleaned_data["note"],
            "files": [item.name for item in request.FILES.getlist("upload")],
        }
    )


@csrf_exempt
def keep(request):
    """Adopt what came, or say why not."""
    try:
        original = adopt_upload(upload=request.FILES["upload"])
    except Refusal as refusal:
        return JsonResponse({"code": refusal.code}, status=409)
    return JsonResponse({"id": str(original.pk), "sha256": original.sha256})


urlpatterns = [path("receive/", receive), path("keep/", keep)]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_RESERVE_BYTES = 0
    settings.ALLOWED_HOSTS = ["*"]


@pytest.fixture
def aisyah(db):
    return get_user_model().objects.create(username="aisyah")


@pytest.fixture
def client(aisyah):
    client = Client()
    client.force_login(aisyah)
    return client


def parts():
    return list(storage.incoming().iterdir())


def send(client, name="film.mp4", content=CONTENT, **fields):
    return client.post("/receive/", {**fields, "upload": SimpleUploadedFile(name, content)})


# --- what comes


def test_a_file_comes_whole_and_goes_with_the_request(client):
    answer = send(client, note="for Budi").json()

    assert answer["sha256"] == answer["on_disk"] == hashlib.sha256(CONTENT).hexdigest()
    assert (answer["name"], answer["size"], answer["note"]) == (
        "film.mp4",
        len(CONTENT),
        "for Budi",
    )
    assert parts() == []


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("رحلة إلى المعهد.mp4", "رحلة إلى المعهد.mp4"),
        ("寄宿学校的一天.mp4", "寄宿学校的一天.mp4"),
        ("../../../etc/passwd.mp4", "passwd.mp4"),
        ("C:\\film\\salat.mp4", "salat.mp4"),
        ("ك" * 400 + ".mp4", "ك" * 196 + ".mp4"),
        ("a\u202eb.mp4", "ab.mp4"),
    ],
)
def test_names_are_for_display_only(client, sent, shown):
    body = (
        b'--x\r\nContent-Disposition: form-data; name="upload"; filename="'
        + sent.encode()
        + b'"\r\nContent-Type: video/mp4\r\n\r\nbytes\r\n--x--\r\n'
    )
    answer = client.post("/receive/", body, content_type="multipart/form-data; boundary=x").json()

    assert answer["name"] == shown
    assert answer["size"] == 5


def test_two_files_at_once(client):
    files = [SimpleUploadedFile("1.jpg", b"one"), SimpleUploadedFile("2.jpg", b"two")]

    assert client.post("/receive/", {"upload": files}).json()["files"] == ["1.jpg", "2.jpg"]
    assert parts() == []


def test_an_empty_file_is_told_by_the_form(client):
    response = send(client, content=b"")

    assert response.status_code == 422
    assert parts() == []


def test_a_form_without_a_file_is_read_for_everybody():
    answer = Client().post("/receive/", {"note": "only words"})

    assert answer.status_code == 422


def test_a_file_sent_in_base64_is_decoded(client):
    body = (
        b'--x\r\nContent-Disposition: form-data; name="upload"; filename="a.txt"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\nQmlzbWlsbGFo\r\n--x--\r\n"
    )
    answer = client.post("/receive/", body, content_type="multipart/form-data; boundary=x").json()

    assert answer["sha256"] == hashlib.sha256(b"Bismillah").hexdigest()


def test_the_same_film_twice_is_one_original(client, tmp_path):
    content = film(tmp_path / "f.mp4", seconds=1).read_bytes()
    answers = [
        client.post("/keep/", {"upload": SimpleUploadedFile(name, content)}).json()
        for name in ("one.mp4", "two.mp4")
    ]

    assert answers[0] == answers[1]
    assert storage.original_path(answers[0]["sha256"]).read_bytes() == content
    assert parts() == []


def test_a_text_called_film_is_refused_and_not_kept(client):
    response = client.post("/keep/", {"upload": SimpleUploadedFile("film.mp4", b"words " * 100)})

    assert (response.status_code, response.json()["code"]) == (409, "not_media")
    assert not [it for it in storage.media_root().rglob("*") if it.is_file()]


# --- what is refused before the first byte


def test_a_stranger_is_refused_before_the_first_byte(monkeypatch):
    monkeypatch.setattr(uploads, "Part", None)  # would fail: no part is ever begun
    response = send(Client())

    assert (response.status_code, response.json()["code"]) == (403, "sign_in_first")


def test_too_big_is_told_before_the_first_byte(client, settings, monkeypatch):
    settings.UPLOAD_MAX_BYTES = 1024
    monkeypatch.setattr(uploads, "Part", None)
    response = send(client)

    assert (response.status_code, response.json()["code"]) == (413, "too_big")
    assert "1.0" in response.json()["words"][0] or "1,0" in response.json()["words"][0]


def test_a_full_disk_is_told_before_the_first_byte(client, settings, monkeypatch):
    settings.MEDIA_RESERVE_BYTES = 2**60
    monkeypatch.setattr(uploads, "Part", None)
    response = send(client)

    assert (response.status_code, response.json()["code"]) == (507, "no_space")


def test_a_file_beyond_the_quota_of_its_sender_is_told_before_the_first_byte(
    client, settings, monkeypatch
):
    settings.UPLOAD_QUOTA_PER_PERSON = len(CONTENT)
    monkeypatch.setattr(uploads, "Part", None)
    response = send(client)

    assert (response.status_code, response.json()["code"]) == (413, "quota_person")


def test_a_large_refused_body_is_left_in_the_pipe():
    class Pipe(BytesIO):
        taken = 0

        def read(self, size=-1):
            data = super().read(size)
            self.taken += len(data)
            return data

    body = Pipe(HEAD + b"x" * (uploads.COURTESY_BYTES + 1))
    request = request_of(AnonymousUser(), HEAD, length=len(body.getvalue()))
    request._stream = body

    assert len(request.FILES) == 0
    assert uploads.refusal_of(request).code == "sign_in_first"
    assert body.taken < 2**20


# --- what goes wrong in the middle


@pytest.mark.parametrize("number", sorted(uploads.DISK_FULL))
def test_a_disk_that_fills_up_in_the_middle(client, monkeypatch, number):
    class Full:
        def __init__(self, file):
            self.file = file

        def write(self, chunk):
            raise OSError(number, "full")

        def close(self):
            self.file.close()

    opened = uploads.Part.__init__

    def open_full(part):
        opened(part)
        part._file = Full(part._file)

    monkeypatch.setattr(uploads.Part, "__init__", open_full)
    response = send(client)

    assert (response.status_code, response.json()["code"]) == (507, "no_space")
    assert parts() == []


@pytest.mark.parametrize("step", ["__init__", "finish"])
def test_a_disk_that_is_full_at_the_start_or_the_end(client, monkeypatch, step):
    def full(_part):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(uploads.Part, step, full)
    response = send(client)

    assert (response.status_code, response.json()["code"]) == (507, "no_space")
    assert parts() == []


def test_a_disk_that_is_full_for_real(tmp_path):
    """In a process whose files may hold 300 KB (RLIMIT_FSIZE): the kernel itself says no."""
    program = f"""
        import resource, signal, sys
        import django
        from django.conf import settings
        django.setup()
        settings.MEDIA_ROOT = __import__("pathlib").Path({str(tmp_path / "media")!r})
        settings.MEDIA_RESERVE_BYTES = settings.UPLOAD_QUOTA_PER_PERSON = 0
        from django.test import RequestFactory
        from django.core.files.uploadedfile import SimpleUploadedFile
        from kodipest.engines.media import storage, uploads
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
        request = RequestFactory().post("/", {{"note": "kept", "upload": SimpleUploadedFile("f", b"x" * 900_000)}})
        request.user = type("Aisyah", (), {{"is_authenticated": True}})()
        assert len(request.FILES) == 0
        assert request.POST["note"] == "kept"
        print(uploads.refusal_of(request).code, len(list(storage.incoming().iterdir())))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.split() == ["no_space", "0"], done.stderr


def test_other_trouble_of_the_disk_is_not_hidden(aisyah, monkeypatch):
    def broken(_part, _chunk):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(uploads.Part, "write", broken)
    with pytest.raises(OSError, match="Input/output"):
        _ = request_of(aisyah, HEAD + CONTENT).FILES
    assert parts() == []


def request_of(aisyah, body, length=None):
    request = RequestFactory().generic("POST", "/", body, "multipart/form-data; boundary=x")
    request.META["CONTENT_LENGTH"] = str(length or len(body))
    request.user = aisyah
    return request


HEAD = b'--x\r\nContent-Disposition: form-data; name="upload"; filename="f.mp4"\r\n\r\n'


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


# --- over a real socket


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


# --- a file of this computer


def test_a_copy_that_does_not_fit(tmp_path, settings):
    (tmp_path / "f").write_bytes(b"x")
    settings.MEDIA_RESERVE_BYTES = 2**60

    with pytest.raises(Refusal) as refused:
        uploads.take_copy(tmp_path / "f")
    assert refused.value.code == "no_space"


def test_a_copy_that_breaks_off_leaves_nothing(tmp_path, monkeypatch):
    (tmp_path / "f").write_bytes(CONTENT)

    def stop(_part, _chunk):
        raise KeyboardInterrupt

    monkeypatch.setattr(uploads.Part, "write", stop)
    with pytest.raises(KeyboardInterrupt):
        uploads.take_copy(tmp_path / "f")
    assert parts() == []


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


def test_the_room_is_what_the_site_allows_or_the_disk_has_left(settings):
    settings.UPLOAD_MAX_BYTES = 1000
    most, refusal = uploads.room()
    assert (most, refusal.codes) == (1000, ["too_big"])

    settings.UPLOAD_MAX_BYTES = settings.MEDIA_RESERVE_BYTES = storage.free_bytes() * 2
    most, refusal = uploads.room()
    assert (most, refusal.codes) == (0, ["no_space"])
