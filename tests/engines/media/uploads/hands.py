"""What several tests of uploads use."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from kodipest.engines.media import storage

CONTENT = b"Bismillah " * 40_000  # more than one chunk
HEAD = b'--x\r\nContent-Disposition: form-data; name="upload"; filename="f.mp4"\r\n\r\n'


def parts():
    return list(storage.incoming().iterdir())


def send(client, name="film.mp4", content=CONTENT, address="/receive/", **fields):
    return client.post(address, {**fields, "upload": SimpleUploadedFile(name, content)})


def request_of(aisyah, body, length=None):
    request = RequestFactory().generic("POST", "/", body, "multipart/form-data; boundary=x")
    request.META["CONTENT_LENGTH"] = str(length or len(body))
    request.user = aisyah
    return request
