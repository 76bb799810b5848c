import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from kodipest.engines.media import (
    identity,
    queries,
    storage,
)
from kodipest.engines.media.models import Transcode
from kodipest.engines.media.operations import (
    adopt_file,
    sweep_media,
    sweeping,
)
from tests.factories.media import GONE, OriginalFactory, TranscodeFactory, make_old

pytestmark = pytest.mark.django_db

State = Transcode.State
MINUTE = timedelta(minutes=1)


def test_a_lapsed_lease_is_returned():
    row = TranscodeFactory(running=True, lease_until=timezone.now() - MINUTE, progress=0.4)

    swept = sweep_media()

    row.refresh_from_db()
    assert swept.returned == 1
    assert (row.state, row.interruptions, row.attempts) == (State.WAITING, 1, 0)
    assert (row.progress, row.folder, row.lease_by) == (0, "", "")
    assert not sweep_media()


def test_a_worker_that_is_surely_gone_is_not_waited_for():
    row = TranscodeFactory(running=True, lease_by=GONE)
    TranscodeFactory(running=True, lease_by=identity.of_this_process())
    TranscodeFactory(running=True, lease_by="elsewhere/1/1")

    assert sweep_media().returned == 1
    row.refresh_from_db()
    assert row.state == State.WAITING


def test_a_row_on_which_workers_keep_dying_fails_in_the_end():
    row = TranscodeFactory(running=True, lease_by=GONE, interruptions=30)

    assert sweep_media().failed == 1
    row.refresh_from_db()
    assert (row.state, row.error_code, row.folder) == (State.FAILED, "interrupted", "")


def test_a_slow_worker_that_renews_in_between_keeps_its_row(monkeypatch):
    row = TranscodeFactory(running=True, lease_until=timezone.now() - MINUTE)
    renewed = timezone.now() + MINUTE

    def renew(_holder):
        Transcode.objects.update(lease_until=renewed)
        return True

    monkeypatch.setattr(Transcode, "is_lapsed", False)
    monkeypatch.setattr(identity, "is_surely_gone", renew)
    assert sweep_media().returned == 0
    row.refresh_from_db()
    assert (row.state, row.lease_until) == (State.RUNNING, renewed)


def test_leftover_folders_go_after_the_grace(settings):
    settings.MEDIA_GRACE_SECONDS = 900
    done = TranscodeFactory(done=True)
    storage.rendition_path(done.folder).mkdir(parents=True)
    dead = storage.rendition_path(f"{done.fingerprint}-2")
    dead.mkdir()
    (dead / "0.m4s").write_bytes(b"x")

    assert sweep_media().folders == 0
    make_old(dead)
    make_old(storage.rendition_path(done.folder))
    assert sweep_media().folders == 1
    assert [path.name for path in storage.renditions().iterdir()] == [done.folder]


def test_parts_go_after_a_day():
    old, young = storage.incoming() / "old.part", storage.incoming() / "young.part"
    old.write_bytes(b"x")
    young.write_bytes(b"x")
    make_old(old)

    assert sweep_media().parts == 1
    assert list(storage.incoming().iterdir()) == [young]


def test_originals_without_a_row_go_after_a_day():
    kept, lost = OriginalFactory(), OriginalFactory()
    make_old(kept.path)
    lost.delete()
    assert sweep_media().originals == 0
    make_old(lost.path)

    assert sweep_media().originals == 1
    assert kept.path.exists()
    assert not lost.path.exists()


def test_an_orphan_adopted_while_it_is_swept_stays(clip, monkeypatch):
    original = adopt_file(path=clip)
    make_old(original.path)
    original.delete()
    rename, adopted = Path.rename, []

    def adopt_just_before(path, target):
        if not adopted:
            adopted.append(adopt_file(path=clip))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", adopt_just_before)
    assert sweep_media().originals == 0
    assert list(queries.broken_originals(thorough=True)) == []


def test_two_sweeps_at_once_do_not_trip(monkeypatch):
    lost = OriginalFactory()
    make_old(lost.path)
    lost.delete()
    rename = Path.rename

    def swept_just_before(path, target):
        path.unlink(missing_ok=True)
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", swept_just_before)
    assert sweep_media().originals == 0
    assert sweeping._older({lost.path}, 0) == []


def test_links_to_nowhere_go():
    done = TranscodeFactory(done=True)
    folder = storage.rendition_path(done.folder)
    folder.mkdir(parents=True)
    storage.link_public(done.folder)
    scratch = storage.public() / ".scratch"
    scratch.symlink_to("nowhere")
    assert sweep_media().links == 0

    shutil.rmtree(folder)
    for link in storage.public().iterdir():
        make_old(link)
    assert sweep_media().links == 2
    assert list(storage.public().iterdir()) == []


def test_a_sweep_says_what_it_did():
    TranscodeFactory(running=True, lease_by=GONE)

    assert str(sweep_media()) == "returned 1"
    assert str(sweep_media(files=False)) == ""
