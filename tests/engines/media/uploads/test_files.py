"""Files that come whole, whatever they are called and however they are sent."""

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kodipest.engines.media import storage
from tests.engines.media.uploads import desk
from tests.engines.media.uploads.hands import CONTENT, parts, send
from tests.factories.media import film

pytestmark = [pytest.mark.django_db, pytest.mark.urls(desk.__name__)]


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
