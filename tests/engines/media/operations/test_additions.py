"""Additions: made apart, joined to a film that is being watched, and never in its way."""

import threading
import time

import pytest
from django.db import OperationalError

from kodipest.engines.media import joining, prepare, queries, storage
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.manifest import read_manifest
from kodipest.engines.media.models import Transcode
from kodipest.engines.media.operations import (
    additions,
    adopt_file,
    cancel_transcode,
    claim_next,
    request_transcode,
    retry_transcode,
    sweep_media,
    transcode_next,
    transcodes,
)
from kodipest.engines.media.operations.recovery import make_lost_renditions_again
from tests.factories.media import film

pytestmark = pytest.mark.django_db

State = Transcode.State


@pytest.fixture(scope="session")
def tall(tmp_path_factory):
    return film(tmp_path_factory.mktemp("tall") / "tall.mp4", seconds=1, size="1280x720")


@pytest.fixture
def base(tall, settings, made_once):
    """A film of 720 lines whose base is done and whose larger pictures wait."""
    settings.ENCODER_ADDITIONS = ["high"]
    request_transcode(original=adopt_file(path=tall))
    with made_once():
        done = transcode_next()
    assert (done.state, done.part) == (State.DONE, "base")
    return done


def faults():
    return [found.reason for found in queries.broken_transcodes()]


def folders():
    return {path.name for path in storage.renditions().iterdir()}


def rungs(row):
    return [rung["name"] for rung in row.manifest["rungs"]]


def test_an_addition_joins_the_folder_of_its_base(base):
    folder = storage.rendition_path(base.folder)
    before = {name: (folder / name).stat() for name, _size in storage.files_in(folder)}
    assert "720p" not in (folder / "master.m3u8").read_text()
    assert faults() == []

    added = transcode_next()

    base.refresh_from_db()
    assert (added.part, added.state, added.folder, added.base) == ("high", State.DONE, "", base)
    assert base.manifest["parts"] == ["base", "high"]
    assert rungs(base)[-1] == "720p"
    assert base.manifest["height"] == 720
    assert base.cpu_seconds > added.cpu_seconds > 0
    assert "720p" in (folder / "master.m3u8").read_text()
    assert faults() == []
    assert folders() == {base.folder}
    for name, status in before.items():  # who plays goes on playing
        if not name.startswith(storage.REWRITTEN):
            assert (folder / name).stat().st_ino == status.st_ino
    assert not sweep_media()
    assert transcode_next() is None


def test_a_failed_addition_takes_nothing_from_the_film(base, monkeypatch):
    def damaged(*_args, **_options):
        raise Unusable("damaged", "frame 7")

    monkeypatch.setattr(prepare, "prepare", damaged)
    added = transcode_next()

    base.refresh_from_db()
    assert (added.state, added.error_code) == (State.FAILED, "damaged")
    assert (base.state, base.is_playable, base.error_code) == (State.DONE, True, "")
    assert faults() == []


def test_what_does_not_fit_is_given_up_and_taken_off(base, monkeypatch):
    def half(base_out, _addition_out):
        (base_out / "high").mkdir()
        raise Unusable("encoder_failed", "segments differ")

    monkeypatch.setattr(joining, "join_addition", half)
    added = transcode_next()

    assert (added.state, added.error_code) == (State.WAITING, "encoder_failed")
    assert not (storage.rendition_path(base.folder) / "high").exists()
    assert folders() == {base.folder}
    assert faults() == []


class Killed(BaseException):
    """What a kill looks like from inside: nothing that comes after it runs."""


@pytest.mark.parametrize("place", ["before_join", "after_join", "before_join_is_told"])
def test_an_addition_killed_while_joining_is_joined_by_the_next_run(base, monkeypatch, place):
    def die(name):
        if name == place:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(additions.failpoints, "reach", die)
        patch.setattr(transcodes, "_put_back", lambda *_: None)  # nobody tidies up after a kill
        with pytest.raises(Killed):
            transcode_next()
    row = Transcode.objects.get(part="high")
    assert (row.state, row.runs) == (State.RUNNING, 1)
    assert faults() == []

    Transcode.objects.filter(pk=row.pk).update(lease_until=row.started_at)
    sweep_media()
    assert faults() == []
    assert f"{row.fingerprint}-1" in folders()  # not encoded again

    # A sweep that comes by while the next run takes it over leaves it alone.
    take_over = additions.finished_before

    def swept_meanwhile(transcode):
        sweep_media()
        return take_over(transcode)

    monkeypatch.setattr(additions, "finished_before", swept_meanwhile)
    monkeypatch.setattr(prepare, "prepare", None)
    added = transcode_next()
    base.refresh_from_db()
    assert (added.state, added.runs, added.interruptions) == (State.DONE, 2, 1)
    assert base.manifest["parts"] == ["base", "high"]
    assert faults() == []
    assert folders() == {base.folder}


@pytest.mark.django_db(transaction=True)
def test_a_database_away_at_the_end_is_waited_for(base, monkeypatch):
    slept, me, sleep = [], threading.get_ident(), time.sleep

    def note_sleep(seconds):  # threads of a site that a journey left up go on sleeping
        return slept.append(seconds) if threading.get_ident() == me else sleep(seconds)

    monkeypatch.setattr("kodipest.engines.media.operations.leases.time.sleep", note_sleep)
    note = additions.note_joined

    def away_once(transcode):
        if not slept:
            raise OperationalError("the database is restarting")
        note(transcode)

    monkeypatch.setattr(additions, "note_joined", away_once)
    added = transcode_next()
    base.refresh_from_db()

    assert slept == [1]
    assert added.state == State.DONE
    assert base.manifest["parts"] == ["base", "high"]


def test_an_addition_called_off_while_joining_is_taken_off(base, monkeypatch):
    join = additions.join

    def join_and_call_off(transcode, *words):
        join(transcode, *words)
        cancel_transcode(transcode=Transcode.objects.get(pk=transcode.pk))

    monkeypatch.setattr(additions, "join", join_and_call_off)
    added = transcode_next()

    assert added.state == State.CANCELLED
    assert read_manifest(storage.rendition_path(base.folder)).parts == ["base"]
    assert folders() == {base.folder}
    assert faults() == []

    monkeypatch.undo()
    retry_transcode(transcode=added)
    assert transcode_next().state == State.DONE


def test_two_additions_join_one_base(base, settings):
    settings.ENCODER_ADDITIONS = ["high", "thrift"]
    transcodes.request_additions(base)
    assert [transcode_next().part for _ in range(2)] == ["high", "thrift"]

    base.refresh_from_db()
    assert base.manifest["parts"] == ["base", "high", "thrift"]
    assert faults() == []
    assert folders() == {base.folder}


def test_a_lost_film_is_made_again_with_all_its_parts(base):
    transcode_next()
    (storage.rendition_path(base.folder) / "high").rename(storage.media_root() / "away")
    assert len(faults()) == 1

    assert make_lost_renditions_again() == 1
    assert not Transcode.objects.filter(part="high").exists()
    assert [transcode_next().part for _ in range(2)] == ["base", "high"]
    assert faults() == []
    sweep_media()
    base.refresh_from_db()
    assert folders() == {base.folder}


def test_an_addition_whose_base_is_lost_meanwhile_leaves(base, monkeypatch):
    encode = transcodes._encode

    def lose_the_base(transcode, lease):
        manifest = encode(transcode, lease)
        (storage.rendition_path(base.folder) / "poster.jpg").unlink()
        assert make_lost_renditions_again() == 1
        return manifest

    monkeypatch.setattr(transcodes, "_encode", lose_the_base)
    transcode_next()

    assert list(Transcode.objects.values_list("part", "state")) == [("base", "waiting")]
    assert folders() <= {base.folder}


def test_what_another_one_joined_and_did_not_tell_is_not_told_for_it(base, settings, monkeypatch):
    settings.ENCODER_ADDITIONS = ["high", "thrift"]
    transcodes.request_additions(base)
    with monkeypatch.context() as patch:
        patch.setattr(transcodes, "_put_back", lambda *_: None)
        patch.setattr(additions, "note_joined", kill)
        with pytest.raises(Killed):
            transcode_next()
    high = Transcode.objects.get(part="high")
    assert transcode_next().part == "thrift"

    base.refresh_from_db()
    assert base.manifest["parts"] == ["base", "thrift"]
    assert "720p" not in rungs(base)
    assert faults() == []
    additions.take_off(high)
    assert read_manifest(storage.rendition_path(base.folder)).parts == ["base", "thrift"]
    assert faults() == []


def kill(*_words):
    raise Killed


def test_what_a_later_attempt_has_is_not_taken_off(base):
    added = claim_next(worker="first/1/1")
    later = Transcode.objects.filter(pk=added.pk)
    later.update(runs=2)
    (storage.rendition_path(base.folder) / "high").mkdir()
    additions.take_off(added)
    assert (storage.rendition_path(base.folder) / "high").exists()

    additions.take_off(later.get())
    assert not (storage.rendition_path(base.folder) / "high").exists()
