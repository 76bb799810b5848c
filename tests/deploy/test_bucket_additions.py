"""Additions that join a film in the bucket, of which only one machine at a time changes the folder."""

import threading

import pytest
from django.db import connection

from kodipest.engines.media import joining, queries, stores
from kodipest.engines.media.models import Transcode
from kodipest.engines.media.operations import (
    additions,
    adopt_file,
    cancel_transcode,
    claim_next,
    hurry_high,
    make_claimed,
    request_pack,
    request_transcode,
    transcode_next,
)
from kodipest.engines.media.operations.leases import LeaseLost
from tests.factories.media import film

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="session")
def tall(tmp_path_factory):
    return film(tmp_path_factory.mktemp("tall") / "tall.mp4", seconds=1, size="1280x720")


@pytest.fixture
def base(together, hub, tall, settings):
    """A film in the bucket that waits for two additions."""
    settings.ENCODER_PRESET = "ultrafast"
    settings.ENCODER_ADDITIONS = ["high", "thrift"]
    request_transcode(original=adopt_file(path=tall))
    return transcode_next()


def parts(base):
    base.refresh_from_db()
    with stores.chosen().folder(base.folder) as there:
        return base.manifest["parts"], joining.read_manifest(there).parts


def test_two_machines_join_at_once(base, together, monkeypatch):
    """Without the lock the later one sends the folder as it was before the first one joined."""
    rows = [claim_next(worker=f"{number}/1/1") for number in range(2)]
    start, join = threading.Barrier(2), additions.join

    def join_together(*words):
        start.wait(60)
        join(*words)

    monkeypatch.setattr(additions, "join", join_together)
    monkeypatch.setattr(additions, "LOOK_SECONDS", 0.1)
    made = together(*(lambda row=row: make_claimed(row) for row in rows))

    assert [(row.part, row.state) for row in made] == [("high", "done"), ("thrift", "done")]
    assert [sorted(found) for found in parts(base)] == [["base", "high", "thrift"]] * 2
    assert queries.fault_of(base) == ""


def test_nobody_waits_for_a_film_whose_folder_comes_and_goes(base, together, monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite, writers follow each other anyway")
    row = claim_next(worker="first/1/1")
    begun, may_go, join = threading.Event(), threading.Event(), joining.join_addition

    def join_slowly(*words):
        begun.set()
        may_go.wait(50)
        return join(*words)

    monkeypatch.setattr(joining, "join_addition", join_slowly)

    def ask():
        begun.wait(50)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '3s'")
            hurry_high(transcode=base)
            return request_pack(transcode=base, name="whatsapp").state
        finally:
            may_go.set()

    made, asked = together(lambda: make_claimed(row), ask)
    assert (made.state, asked) == ("done", "waiting")


def test_whoever_waits_to_join_is_heard_and_may_lose_its_lease(base, together, monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite, writers follow each other anyway")
    row = claim_next(worker="first/1/1")
    is_held, may_go = threading.Event(), threading.Event()
    monkeypatch.setattr(additions, "LOOK_SECONDS", 0.1)
    heard = []

    def hold():
        with additions._alone_with_base(row):
            is_held.set()
            may_go.wait(50)

    def lose(count):
        heard.append(count)
        if len(heard) == 3:
            raise LeaseLost

    def wait():
        is_held.wait(50)
        try:
            additions.join(row, lose)
        finally:
            may_go.set()

    _held, lost = together(hold, wait)
    assert isinstance(lost, LeaseLost)
    assert heard == [0, 0, 0]


def test_a_film_that_is_no_more_when_its_turn_comes_is_left(base, monkeypatch):
    hold = additions._alone_with_base

    def lose_the_base_first(transcode, *words):
        Transcode.objects.filter(pk=base.pk).delete()
        return hold(transcode, *words)

    monkeypatch.setattr(additions, "_alone_with_base", lose_the_base_first)
    transcode_next()
    assert not Transcode.objects.exists()


def test_what_never_joined_is_taken_off_without_bringing_the_film(base, monkeypatch):
    row = claim_next(worker="first/1/1")
    cancel_transcode(transcode=row)
    with monkeypatch.context() as patch:
        patch.setattr(stores.chosen(), "folder", pytest.fail)
        additions.take_off(row)
    with stores.chosen().folder(base.folder) as there:
        (there / "high").mkdir()
        (there / "high" / "0.m4s").write_bytes(b"half")
        stores.chosen().keep(base.folder, there)

    additions.take_off(row)
    assert not [name for name, _size in stores.chosen().files(base.folder) if "high" in name]
    assert queries.fault_of(base) == ""
