"""Clocks that jump for hours, both ways: no film is lost, none is made twice for long."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from freezegun import freeze_time

from kodipest.engines.media import storage
from kodipest.engines.media.models import Transcode
from kodipest.engines.media.operations import (
    adopt_file,
    claim_next,
    clocks,
    request_transcode,
    sweep_media,
    transcode_next,
    transcodes,
)
from kodipest.engines.media.operations.clocks import has_jumped, mend_times
from kodipest.engines.media.operations.leases import Lease
from kodipest.engines.media.operations.turns import LONGEST
from kodipest.engines.media.progress import Progress
from tests.factories.media import TranscodeFactory, make_old

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
HOURS = timedelta(hours=5)
State = Transcode.State


def jump(clock, by):
    """Set the time of day; the clock that measures goes on as if nothing had happened."""
    clock.move_to(NOW + by)


@pytest.fixture
def steady(monkeypatch):
    """A clock that measures and stands still, whatever the time of day does."""
    seconds = [1000.0]
    monkeypatch.setattr(clocks, "_steady", lambda: seconds[0])
    return seconds


@pytest.mark.parametrize("by", [HOURS, -HOURS])
def test_a_jump_is_noticed_until_every_lease_was_renewed(steady, by):
    with freeze_time(NOW) as clock:
        assert not has_jumped()
        steady[0] += 300
        jump(clock, timedelta(seconds=301))
        assert not has_jumped()
        jump(clock, by)
        assert has_jumped()
        steady[0] += 61
        clock.tick(61)
        assert not has_jumped()


def test_a_clock_put_forward_takes_no_film_from_a_living_worker(steady):
    with freeze_time(NOW) as clock:
        sweep_media()
        row = TranscodeFactory(running=True, progress=0.5)
        part = storage.incoming() / "film.part"
        part.write_bytes(b"x")
        lease = Lease(row, stopping=threading.Event())
        jump(clock, HOURS * 10)
        assert not sweep_media()

        lease._renew()
        steady[0] += 61
        clock.tick(20)
        assert sweep_media(files=False).returned == 0
        row.refresh_from_db()
        assert (row.state, row.progress, part.exists()) == (State.RUNNING, 0.5, True)


def test_the_film_of_a_dead_worker_comes_back_soon_after_the_clock_was_put_back(steady):
    with freeze_time(NOW) as clock:
        sweep_media()
        row = TranscodeFactory(running=True)  # elsewhere: nobody can see that its worker is gone
        jump(clock, -HOURS)
        sweep_media()
        steady[0] += 61
        clock.tick(61)
        assert not sweep_media(files=False)  # the lease is cut to its usual length first
        clock.tick(61)
        steady[0] += 61
        assert sweep_media(files=False).returned == 1
        row.refresh_from_db()
        assert row.state == State.WAITING


def test_a_living_worker_renews_after_the_clock_was_put_back(steady):
    with freeze_time(NOW) as clock:
        row = TranscodeFactory(running=True)
        lease = Lease(row, stopping=threading.Event())
        jump(clock, -HOURS)
        lease.keep(Progress(0.5, first_playable=True, seconds_left=1.0, speed=1.0))
        assert mend_times() == 0
        row.refresh_from_db()
        assert row.lease_until <= timezone.now() + timedelta(seconds=60)


@pytest.mark.parametrize("by", [HOURS, -HOURS])
def test_a_film_is_made_while_the_clock_jumps(clip, monkeypatch, by):
    request_transcode(original=adopt_file(path=clip))
    finish = transcodes._finish
    with freeze_time(NOW, tick=True) as clock:

        def jump_and_finish(*args):
            jump(clock, by)
            finish(*args)

        Transcode.objects.update(not_before=NOW)
        monkeypatch.setattr(transcodes, "_finish", jump_and_finish)
        row = transcode_next()

    assert row.state == State.DONE
    assert row.runs == 1
    assert (row.finished_at < row.started_at) is (by < timedelta(0))


def test_rows_of_a_wrong_future_are_brought_back():
    now = timezone.now()
    rests = TranscodeFactory(not_before=now + timedelta(days=400))
    tomorrow = TranscodeFactory(not_before=now + timedelta(minutes=16))
    late = TranscodeFactory(turn_at=now + timedelta(days=4000))

    assert mend_times() == 2
    for row in (rests, tomorrow, late):
        row.refresh_from_db()
    assert rests.not_before <= timezone.now()
    assert tomorrow.not_before > timezone.now()
    assert late.turn_at <= timezone.now() + LONGEST
    assert claim_next(worker="w") == rests


def test_old_files_stay_until_a_jump_is_over(steady):
    with freeze_time(NOW) as clock:
        sweep_media()
        part = storage.incoming() / "old.part"
        part.write_bytes(b"x")
        make_old(part)
        jump(clock, HOURS)
        assert sweep_media().parts == 0
        steady[0] += 61
        clock.tick(61)
        assert sweep_media().parts == 1
