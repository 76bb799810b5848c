import threading
import time

import pytest
from django.db import OperationalError

from kodipest.engines.media import (
    prepare,
)
from kodipest.engines.media.models import Transcode
from kodipest.engines.media.operations import (
    adopt_file,
    request_transcode,
    sweep_media,
    transcode_next,
)
from kodipest.engines.media.operations.leases import Interrupted, Lease, LeaseLost
from kodipest.engines.media.progress import Progress
from tests.factories.media import TranscodeFactory

pytestmark = pytest.mark.django_db

State = Transcode.State


def test_progress_is_written_at_most_once_a_second(django_assert_num_queries):
    row = TranscodeFactory(running=True)
    lease = Lease(row, stopping=threading.Event())
    with django_assert_num_queries(1):
        for hundredth in range(100):
            lease.keep(
                Progress(hundredth / 100, first_playable=False, seconds_left=None, speed=1.0)
            )


def test_who_lost_the_row_stops_and_writes_nothing():
    row = TranscodeFactory(running=True)
    lease = Lease(row, stopping=threading.Event())
    Transcode.objects.update(lease_by="somebody/else", runs=2)

    for _report in range(2):
        with pytest.raises(LeaseLost):
            lease.keep(Progress(0.5, first_playable=True, seconds_left=None, speed=1.0))
    assert Transcode.objects.get().progress == 0


def test_a_result_that_comes_too_late_does_not_count(clip, monkeypatch):
    request_transcode(original=adopt_file(path=clip))
    made = prepare.prepare

    def prepare_slowly(*args, **options):
        manifest = made(*args, **options)
        Transcode.objects.update(lease_by="somebody/else", runs=2, folder="f" * 32 + "-2")
        return manifest

    monkeypatch.setattr(prepare, "prepare", prepare_slowly)
    row = transcode_next()

    assert (row.state, row.lease_by, row.manifest) == (State.RUNNING, "somebody/else", None)


@pytest.mark.django_db(transaction=True)
def test_a_silent_encoder_keeps_its_lease(settings, monkeypatch):
    settings.MEDIA_LEASE_SECONDS = 0.4
    TranscodeFactory()
    ends = []

    def say_nothing(_source, _out, **_options):
        for _look in range(2):
            ends.append(Transcode.objects.get().lease_until)
            time.sleep(0.5)
        raise Interrupted

    monkeypatch.setattr(prepare, "prepare", say_nothing)
    assert transcode_next().state == State.WAITING
    assert ends[1] > ends[0]


@pytest.mark.django_db(transaction=True)
def test_an_encoder_that_hangs_loses_its_lease(settings, monkeypatch):
    settings.MEDIA_LEASE_SECONDS = 0.2
    monkeypatch.setattr("kodipest.engines.media.operations.leases.SILENCE_SECONDS", 0.3)
    TranscodeFactory()

    def hang(_source, _out, on_progress, **_options):
        time.sleep(0.8)
        on_progress(Progress(0.5, first_playable=True, seconds_left=None, speed=1.0))

    monkeypatch.setattr(prepare, "prepare", hang)
    assert transcode_next().is_lapsed
    assert sweep_media().returned == 1


@pytest.mark.parametrize(("seconds", "is_lost"), [(60, False), (0, True)])
def test_a_database_away_for_longer_than_the_lease_ends_it(settings, monkeypatch, seconds, is_lost):
    settings.MEDIA_LEASE_SECONDS = seconds
    lease = Lease(TranscodeFactory(running=True), stopping=threading.Event())
    monkeypatch.setattr(lease._mine, "update", Away(times=9))
    lease._renew_or_give_up()
    assert lease._lost.is_set() is is_lost


class Away:
    """A database that is not there for the first `times`, then says that one row was updated."""

    def __init__(self, times):
        self.times = times
        self.asked = []

    def __call__(self, **fields):
        self.asked.append(fields)
        if len(self.asked) <= self.times:
            raise OperationalError("the database is restarting")
        return 1


def test_progress_is_written_when_the_database_is_back(monkeypatch):
    lease = Lease(TranscodeFactory(running=True), stopping=threading.Event())
    away = Away(times=1)
    monkeypatch.setattr(lease._mine, "update", away)
    for _report in range(3):
        lease.keep(Progress(0.5, first_playable=True, seconds_left=float("inf"), speed=0.0))

    assert ["first_playable_at" in fields for fields in away.asked] == [True, True]
    assert away.asked[1]["seconds_left"] is None


@pytest.mark.parametrize(("times", "rests"), [(0, []), (2, [1, 2]), (4, [1, 2, 4, 8])])
def test_a_result_waits_for_its_database(monkeypatch, times, rests):
    slept = []
    monkeypatch.setattr("kodipest.engines.media.operations.leases.time.sleep", slept.append)
    with Lease(TranscodeFactory(running=True), stopping=threading.Event()) as lease:
        monkeypatch.setattr(lease._mine, "update", Away(times))
        lease.settle(state=State.DONE)

    assert slept == rests


def test_a_result_does_not_wait_for_ever(monkeypatch):
    monkeypatch.setattr("kodipest.engines.media.operations.leases.time.sleep", lambda _rest: None)
    with Lease(TranscodeFactory(running=True), stopping=threading.Event()) as lease:
        monkeypatch.setattr(lease._mine, "update", Away(times=5))
        with pytest.raises(OperationalError):
            lease.settle(state=State.DONE)


def test_a_lease_lost_in_silence_is_noticed(caplog):
    lease = Lease(TranscodeFactory(running=True), stopping=threading.Event())
    Transcode.objects.update(lease_by="somebody/else")
    lease._renew_or_give_up()

    assert lease._lost.is_set()
    assert "lost" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_lease_of_which_something_is_heard_is_kept(settings, monkeypatch):
    settings.MEDIA_LEASE_SECONDS = 0.2
    monkeypatch.setattr("kodipest.engines.media.operations.leases.SILENCE_SECONDS", 0.5)
    row = TranscodeFactory(running=True)
    with Lease(row, stopping=threading.Event()) as lease:
        for _part in range(10):
            time.sleep(0.1)
            lease.hear(2**20)

        assert not lease._lost.is_set()
        assert Transcode.objects.get().lease_until != row.lease_until


def test_hearing_writes_nothing_and_says_when_it_is_in_vain(django_assert_num_queries):
    stopping = threading.Event()
    lease = Lease(TranscodeFactory(running=True), stopping=stopping)
    with django_assert_num_queries(0):
        lease.hear(1)
        lease.hear_or_stop(1)
        stopping.set()
        lease.hear(1)  # what is finished may arrive
        with pytest.raises(Interrupted):
            lease.hear_or_stop(1)
        lease._lost.set()
        with pytest.raises(LeaseLost):
            lease.hear(1)
