import json
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from kodipest.engines.media import queries, storage
from kodipest.engines.media.models import Transcode
from kodipest.engines.media.operations.recovery import make_lost_renditions_again
from tests.factories.media import OriginalFactory, TranscodeFactory, fill_folder

pytestmark = pytest.mark.django_db

State = Transcode.State


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.HOME = tmp_path


@pytest.fixture
def done(db):
    transcode = TranscodeFactory(done=True)
    folder = fill_folder(
        transcode, master_m3u8=b"#EXTM3U", poster_jpg=b"jpeg", board_vtt=b"WEBVTT", seg_m4s=b"12345"
    )
    transcode.manifest = {
        "master": "master.m3u8",
        "poster": "poster.jpg",
        "poster_small": None,
        "storyboard": {"image": "poster.jpg", "vtt": "board.vtt"},
        "rungs": [{"name": "240p", "playlist": "master.m3u8"}],
        "images": [{"file": "poster.jpg", "width": 1, "height": 1}],
        "file": None,
        "inventory": storage.inventory(folder),
    }
    transcode.save()
    return transcode


def faults():
    return [found.reason for found in queries.broken_transcodes()]


def test_a_whole_transcode_has_no_fault(done):
    TranscodeFactory(running=True)
    TranscodeFactory()

    assert faults() == []


@pytest.mark.parametrize("name", ["master.m3u8", "poster.jpg", "board.vtt"])
def test_a_named_file_that_is_missing_is_named(done, name):
    (storage.rendition_path(done.folder) / name).unlink()

    assert faults() == [f"{done.folder}/{name} is missing"]


def test_a_missing_folder_is_named(done):
    storage.rendition_path(done.folder).rename(storage.media_root() / "elsewhere")

    assert faults() == [f"folder {done.folder} is missing"]


@pytest.mark.parametrize(
    "harm", [lambda path: path.write_bytes(b"1234"), lambda path: path.unlink()]
)
def test_a_cut_or_lost_segment_is_found(done, harm):
    harm(storage.rendition_path(done.folder) / "seg.m4s")

    assert len(faults()) == 1
    assert "expected" in faults()[0]


def test_what_was_lost_is_made_again_once(done):
    whole = TranscodeFactory(running=True)
    storage.rendition_path(done.folder).rename(storage.media_root() / "elsewhere")

    assert [make_lost_renditions_again() for _ in range(2)] == [1, 0]
    done.refresh_from_db()
    whole.refresh_from_db()
    assert (done.state, done.manifest, done.folder) == (State.WAITING, None, "")
    assert whole.state == State.RUNNING


def test_originals_are_compared_with_their_rows():
    make_original(b"whole")
    lost, cut, changed = map(make_original, (b"lost", b"cut off", b"right"))
    lost.path.unlink()
    cut.path.write_bytes(b"cut")
    changed.path.write_bytes(b"wrong")

    quick = {found.row for found in queries.broken_originals()}
    deep = {found.row for found in queries.broken_originals(thorough=True)}
    assert quick == {lost, cut}
    assert deep == {lost, cut, changed}


def make_original(content):
    original = OriginalFactory(content=content)
    original.path.write_bytes(content)
    return original


def test_the_transcode_that_counts():
    original = OriginalFactory()
    assert queries.newest_transcode(original) is None

    old = TranscodeFactory(original=original, requested_at=timezone.now() - timedelta(days=2))
    assert queries.newest_transcode(original) == old
    done = TranscodeFactory(
        original=original, done=True, requested_at=timezone.now() - timedelta(days=1)
    )
    newest = TranscodeFactory(original=original)
    assert queries.newest_transcode(original) == done
    done.delete()
    assert queries.newest_transcode(original) == newest


def test_who_waits_knows_how_many_come_before():
    now = timezone.now()
    first = TranscodeFactory(running=True, turn_at=now - timedelta(minutes=2))
    TranscodeFactory(done=True, turn_at=now - timedelta(minutes=2))
    TranscodeFactory(failed=True, turn_at=now - timedelta(minutes=2))
    second = TranscodeFactory(turn_at=now - timedelta(minutes=1))
    third = TranscodeFactory(turn_at=now)

    assert [queries.waiting_before(row) for row in (first, second, third)] == [0, 1, 2]
    assert list(queries.unfinished_transcodes()) == [first, second, third]


def test_a_site_without_a_worker_has_no_beat():
    assert queries.last_beat() is None


@pytest.mark.parametrize("content", ["", "{}", '{"time": "soon", "pid": 1, "busy": true}', "[]"])
def test_a_beat_that_makes_no_sense_is_none(content):
    storage.write_whole(queries.beat_file(), content)

    assert queries.last_beat() is None


def test_the_last_beat():
    said = {"time": time.time() - 30, "pid": 7, "busy": True}
    storage.write_whole(queries.beat_file(), json.dumps(said))

    beat = queries.last_beat()
    assert (beat.pid, beat.is_busy) == (7, True)
    assert beat.age_seconds == pytest.approx(30, abs=2)


def test_what_a_row_says_of_itself():
    waiting = TranscodeFactory(not_before=timezone.now() + timedelta(minutes=1))
    running = TranscodeFactory(running=True)

    assert waiting.waits_until == waiting.not_before
    assert running.waits_until is None
    assert not waiting.is_lapsed
    assert not running.is_lapsed
    assert str(waiting) == f"base {waiting.fingerprint[:12]} waiting"
    assert str(waiting.original) == f"video {waiting.original.sha256[:12]}"
