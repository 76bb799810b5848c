"""Whose an upload is: strangers, other people, other sites, and the list of one's own."""

import pytest
from django.test import Client

from tests.engines.media.arrivals.conftest import Tus
from tests.engines.media.arrivals.hands import code

pytestmark = pytest.mark.django_db


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
