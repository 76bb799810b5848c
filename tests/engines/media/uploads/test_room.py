"""The room for a file, and what is refused before its first byte."""

from io import BytesIO

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from kodipest.engines.media import storage, uploads
from tests.engines.media.uploads import desk
from tests.engines.media.uploads.hands import CONTENT, HEAD, request_of, send

pytestmark = [pytest.mark.django_db, pytest.mark.urls(desk.__name__)]


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


def test_a_file_beyond_the_quota_of_its_group_is_told_before_the_first_byte(
    client, settings, monkeypatch
):
    settings.UPLOAD_QUOTA_PER_GROUP = len(CONTENT)
    response = send(client)
    assert response.status_code == 200  # this view said nothing of a group

    monkeypatch.setattr(uploads, "Part", None)
    response = send(client, address="/receive/shelf/")

    assert (response.status_code, response.json()["code"]) == (413, "quota_group")


@pytest.mark.parametrize("limit", [0, 2**30])
def test_a_group_with_room_takes_the_file(client, settings, limit):
    settings.UPLOAD_QUOTA_PER_GROUP = limit

    assert send(client, address="/receive/shelf/").json()["size"] == len(CONTENT)


@pytest.mark.parametrize(("place", "status"), [("forbidden", 403), ("hidden", 404)])
def test_a_place_that_is_not_the_senders_is_told_before_the_first_byte(
    client, monkeypatch, place, status
):
    monkeypatch.setattr(uploads, "Part", None)

    assert send(client, address=f"/receive/{place}/").status_code == status


def test_a_place_that_is_taken_is_told_before_the_first_byte(client, monkeypatch):
    monkeypatch.setattr(uploads, "Part", None)
    response = send(client, address="/receive/full/")

    assert (response.status_code, response.json()["code"]) == (409, "sealed")


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


def test_the_room_is_what_the_site_allows_or_the_disk_has_left(settings):
    settings.UPLOAD_MAX_BYTES = 1000
    most, refusal = uploads.room()
    assert (most, refusal.codes) == (1000, ["too_big"])

    settings.UPLOAD_MAX_BYTES = settings.MEDIA_RESERVE_BYTES = storage.free_bytes() * 2
    most, refusal = uploads.room()
    assert (most, refusal.codes) == (0, ["no_space"])
