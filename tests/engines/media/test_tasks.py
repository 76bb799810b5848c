"""The queue around the rows: the worker of a node, in this process, and the sweep of a hub."""

import configparser
import json
import re
import signal
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, connections
from django.utils import timezone
from django_tasks import TaskResultStatus, task_backends
from django_tasks_db.models import DBTaskResult

from kodipest.engines.media import identity, lanes, queries, storage, tasks
from kodipest.engines.media.errands import tidy_queue
from kodipest.engines.media.lanes import FilmLane
from kodipest.engines.media.management.commands import sweep, work
from kodipest.engines.media.models import Transcode
from kodipest.engines.media.operations import (
    Lane,
    adopt_file,
    clocks,
    request_transcode,
    shipping,
    transcodes,
)
from kodipest.engines.media.tasks import ring
from kodipest.kernel.signals import sweep_due
from tests.factories.media import GONE, TranscodeFactory, film

DEPLOY = Path(__file__).parents[3] / "deploy"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def on_a_file():
    """Threads of one shared connection would trip: on SQLite the kill tests run a worker on a file."""
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("one shared connection")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.HOME = tmp_path
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    settings.ENCODER_PRESET = "ultrafast"
    settings.ENCODER_ADDITIONS = []
    clocks._seen.clear()
    tasks.heard.clear()
    yield
    transcodes.go_on_encoding()


@pytest.fixture
def foreman(settings):
    foreman = work.Foreman(interval=0.01)
    yield foreman
    foreman._ended.set()


def test_the_settings_of_a_test_reach_the_queue():
    assert type(task_backends["default"]).__name__ == "DatabaseBackend"


def serve_until(foreman, holds):
    """Run the worker in this process until `holds()`, then tell it to stop as a signal would."""

    def watch():
        end = time.monotonic() + 60
        while time.monotonic() < end and not holds():
            time.sleep(0.02)
        connections.close_all()
        foreman.shutdown(signal.SIGTERM, None)

    watcher = threading.Thread(target=watch)
    watcher.start()
    foreman.serve()
    watcher.join()
    assert [lane.is_alive() for lane in foreman.lanes] == [False, False]


def states():
    return set(Transcode.objects.values_list("part", "state"))


@pytest.mark.usefixtures("on_a_file")
def test_a_worker_makes_films_and_their_additions_and_ends_when_told(foreman, settings, tmp_path):
    settings.ENCODER_ADDITIONS = ["thrift"]
    request_transcode(original=adopt_file(path=film(tmp_path / "f.mp4", seconds=1)))
    serve_until(foreman, lambda: states() == {("base", "done"), ("thrift", "done")})

    assert states() == {("base", "done"), ("thrift", "done")}
    assert Transcode.objects.get(part="base").manifest["parts"] == ["base", "thrift"]
    assert list(queries.broken_transcodes()) == []
    assert queries.last_beat().age_seconds < 60


@pytest.mark.usefixtures("on_a_file")
def test_a_long_film_keeps_no_errand_and_no_base_waiting(foreman, settings, tmp_path, monkeypatch):
    """While an addition is at work for ever, a letter leaves and a new film is made."""
    addition = TranscodeFactory(high=True)
    going_on = threading.Event()
    make = lanes.make_claimed

    def make_or_wait(row):
        if row.pk != addition.pk:
            return make(row)
        assert going_on.wait(60)
        return row

    monkeypatch.setattr(lanes, "make_claimed", make_or_wait)
    new = request_transcode(original=adopt_file(path=film(tmp_path / "f.mp4", seconds=1)))
    ring.enqueue()

    def both():
        new.refresh_from_db()
        sent = DBTaskResult.objects.filter(status=TaskResultStatus.SUCCESSFUL)
        return new.is_done and sent.exists()

    def both_and_go_on():
        found = both() and foreman.is_busy
        if found:
            going_on.set()
        return found

    serve_until(foreman, both_and_go_on)
    assert going_on.is_set()
    assert both()


def test_a_ring_wakes_a_lane_at_once():
    lane = FilmLane(Lane.BASES, interval=60)
    tasks.heard.clear()
    tasks.ring.call()
    began = time.monotonic()
    lane._rest(60)

    assert time.monotonic() - began < 50
    assert not tasks.heard.is_set()


def test_a_lane_survives_what_goes_wrong(monkeypatch, caplog):
    lane = FilmLane(Lane.BASES, interval=0.5)
    errors = iter([OperationalError("restarting"), RuntimeError("surprise")])

    def fail(**_options):
        raise next(errors)

    monkeypatch.setattr(lanes, "claim_next", fail)
    assert [lane._take() for _ in range(2)] == [lanes.AFTER_ERROR_SECONDS] * 2
    assert "restarting" in caplog.text
    assert "surprise" in caplog.text
    assert not lane.is_busy
    monkeypatch.undo()
    assert lane._take() == 0.5


def test_a_lane_that_is_gone_ends_the_worker(foreman, monkeypatch):
    """Whoever keeps the worker alive starts a whole one."""
    monkeypatch.setattr(FilmLane, "run", lambda _lane: None)
    foreman.serve()

    assert not foreman._ended.is_set()


def made_long_ago(foreman):
    foreman.lanes[0].made_at = time.monotonic() - foreman.rest - 1


def test_a_worker_rests_before_it_begins_anew(foreman, monkeypatch):
    assert not foreman.has_rested()  # nothing was made, nothing is to be given back
    foreman.lanes[1].made_at = time.monotonic()
    assert not foreman.has_rested()
    foreman.lanes[1].made_at -= foreman.rest
    assert foreman.has_rested()
    foreman.lanes[0].made_at = time.monotonic()
    assert not foreman.has_rested()
    made_long_ago(foreman)
    foreman.lanes[0].is_busy = True
    assert not foreman.has_rested()
    foreman.lanes[0].is_busy = False
    with shipping._on_its_way:
        assert not foreman.has_rested()
    assert foreman.has_rested()


def test_a_lane_remembers_when_it_let_a_film_go(monkeypatch):
    lane = FilmLane(Lane.BASES, interval=0)
    monkeypatch.setattr(lanes, "claim_next", lambda **_options: None)
    lane._take()
    assert lane.made_at == 0
    monkeypatch.setattr(lanes, "claim_next", lambda **_options: TranscodeFactory())
    monkeypatch.setattr(lanes, "make_claimed", lambda row: row)
    lane._take()

    assert time.monotonic() - lane.made_at < 60
    assert not lane.is_busy


def test_a_worker_that_has_rested_lets_go_of_everything(foreman, monkeypatch):
    monkeypatch.setattr(FilmLane, "run", lambda lane: lane._ended.wait(60))
    made_long_ago(foreman)

    assert foreman.serve() is True
    assert [lane.is_alive() for lane in foreman.lanes] == [False, False]


def test_a_lane_that_does_not_let_go_is_left_to_others(foreman, monkeypatch):
    """A new worker would bear the name of this one: nobody would take back what it held."""
    going_on = threading.Event()
    monkeypatch.setattr(FilmLane, "run", lambda _lane: going_on.wait(60))
    monkeypatch.setattr(work, "DRAIN_SECONDS", 0.1)
    made_long_ago(foreman)

    assert foreman.serve() is False
    going_on.set()


def test_a_signal_is_not_forgotten_while_the_lanes_let_go(foreman, monkeypatch):
    monkeypatch.setattr(FilmLane, "run", lambda lane: lane._ended.wait(60))
    monkeypatch.setattr(foreman, "_drain", lambda: foreman.shutdown(signal.SIGTERM, None))
    made_long_ago(foreman)

    assert foreman.serve() is False


def test_a_second_signal_ends_at_once(foreman):
    foreman.shutdown(signal.SIGTERM, None)
    assert transcodes._stopping.is_set()
    assert not foreman.errands.running
    with pytest.raises(SystemExit) as ended:
        foreman.shutdown(signal.SIGTERM, None)
    assert ended.value.code == 1


def test_a_round_sweeps_and_tells_everybody(foreman):
    heard = []

    def hear(**_facts):
        heard.append(True)

    TranscodeFactory(running=True, lease_by=GONE)
    sweep_due.connect(hear)
    try:
        foreman.go_round()
    finally:
        sweep_due.disconnect(hear)

    assert heard == [True]
    row = Transcode.objects.get()
    assert (row.state, row.interruptions) == (Transcode.State.WAITING, 1)


def test_tasks_of_the_dead_are_put_back():
    for holder in (GONE, identity.of_this_process(), "elsewhere/1/1", None):
        ring.enqueue()
        row = DBTaskResult.objects.filter(status=TaskResultStatus.READY, worker_ids=[]).last()
        row.status = TaskResultStatus.RUNNING
        row.worker_ids = [holder] if holder else []
        row.save()
    tidy_queue()

    put_back = DBTaskResult.objects.filter(status=TaskResultStatus.READY)
    assert [row.worker_ids for row in put_back] == [[GONE]]


def test_old_results_are_forgotten():
    for days in (1, 8):
        ring.enqueue()
        DBTaskResult.objects.filter(status=TaskResultStatus.READY).update(
            status=TaskResultStatus.SUCCESSFUL, finished_at=timezone.now() - timedelta(days=days)
        )
    tidy_queue()

    assert DBTaskResult.objects.count() == 1


def test_a_sweep_is_not_due_all_the_time(foreman, monkeypatch):
    calls = []
    monkeypatch.setattr(work, "sweep_media", lambda *, files: calls.append(files))
    for _round in range(3):
        foreman.go_round()
    foreman._sweep_at = 0
    foreman.go_round()

    assert calls == [True, False]


def test_a_database_away_for_a_moment_does_not_end_the_worker(foreman, monkeypatch, caplog):
    def away(*, files):
        raise OperationalError("the database is restarting")

    monkeypatch.setattr(work, "sweep_media", away)
    foreman.go_round()

    assert "put off" in caplog.text


def test_on_a_hub_the_queue_is_elsewhere(settings, monkeypatch):
    monkeypatch.setattr(work.apps, "is_installed", lambda name: name != "django_tasks_db")
    foreman = work.Foreman(interval=0.01)
    foreman.go_round()

    assert foreman.errands is None
    assert not foreman.is_busy
    assert foreman.is_going_round()


def stop(_seconds):
    """End the endless beat of a test."""
    raise EOFError


def test_a_full_disk_does_not_end_the_beat(foreman, monkeypatch, caplog):
    def full(_path, _text):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage, "write_whole", full)
    monkeypatch.setattr(work.time, "sleep", stop)
    with pytest.raises(EOFError):
        foreman._beat()

    assert "No space" in caplog.text


@pytest.mark.parametrize("who", ["main", "lane"])
def test_a_hung_worker_shows_no_beat(foreman, monkeypatch, who):
    hung = foreman if who == "main" else foreman.lanes[1]
    long_ago = time.monotonic() - 120
    monkeypatch.setattr(hung, "_seen_at" if who == "main" else "seen_at", long_ago)
    monkeypatch.setattr(work.time, "sleep", stop)
    monkeypatch.setattr(work, "BEAT_SECONDS", 0.01)

    assert not foreman.is_going_round()
    foreman.lanes[1].is_busy = True
    foreman.errands.running_task = True
    assert foreman.is_going_round()
    with pytest.raises(EOFError):
        foreman._beat()
    assert json.loads(queries.beat_file().read_text())["busy"] is True


def test_whoever_stops_the_worker_waits_longer_than_it_drains():
    node = configparser.RawConfigParser()
    node.read(DEPLOY / "node" / "supervisord.conf")
    unit = (DEPLOY / "node" / "kodipest.service").read_text()
    hub = (DEPLOY / "hub" / "compose.yaml").read_text()
    (hub_seconds,) = {int(found) for found in re.findall(r"stop_grace_period: (\d+)s", hub)}

    node_seconds = node.getint("program:worker", "stopwaitsecs")
    assert work.DRAIN_SECONDS < node_seconds < int(re.search(r"TimeoutStopSec=(\d+)", unit)[1])
    assert hub_seconds > work.DRAIN_SECONDS


def test_the_command_listens_to_signals(monkeypatch):
    served, heard = [], {}
    monkeypatch.setattr(work.Foreman, "serve", lambda foreman: served.append(foreman.interval))
    monkeypatch.setattr(work, "signal", heard.__setitem__)
    call_command("work", interval=0.5)

    assert served == [0.5]
    assert set(heard) == {signal.SIGINT, signal.SIGTERM}


def test_a_new_worker_takes_the_place_of_the_old_one(monkeypatch):
    become = []
    monkeypatch.setattr(work.Foreman, "serve", lambda _foreman: True)
    monkeypatch.setattr(work, "signal", lambda *_words: None)
    monkeypatch.setattr(work.os, "execv", lambda path, words: become.append((path, words)))
    monkeypatch.setattr(sys, "orig_argv", ["python", "manage.py", "work", "--rest", "9"])
    call_command("work")

    assert become == [(sys.executable, [sys.executable, "manage.py", "work", "--rest", "9"])]


# --- the sweep of a hub


def test_sweep_once_says_what_it_did(capsys):
    call_command("sweep")
    TranscodeFactory(running=True, lease_by=GONE)
    call_command("sweep")

    assert capsys.readouterr().out.splitlines() == ["nothing to sweep", "returned 1"]


def test_sweep_for_ever_outlives_its_database_and_ends_when_told(monkeypatch, capsys):
    calls, heard = [], {}

    def sweep_and_end(*, files):
        calls.append(files)
        if len(calls) == 1:
            raise OperationalError("away")
        heard[signal.SIGTERM](signal.SIGTERM, None)

    monkeypatch.setattr(sweep, "sweep_media", sweep_and_end)
    monkeypatch.setattr(sweep.signal, "signal", heard.__setitem__)
    call_command("sweep", every=0.01)

    assert calls == [True, False]
    assert "sweep: away" in capsys.readouterr().err


# --- who is gone


def test_this_process_is_alive():
    assert not identity.is_surely_gone(identity.of_this_process())


@pytest.mark.parametrize(
    ("holder", "gone"),
    [
        (GONE, True),
        (f"{identity.machine()}/1/1", True),  # that number runs, but started at another time
        ("elsewhere/1/1", False),
        (f"{identity.machine()}/1/?", False),
        (f"{identity.machine()}/one/1", False),
        ("", False),
        ("demo", False),
    ],
)
def test_only_what_is_sure_counts(holder, gone):
    assert identity.is_surely_gone(holder) is gone


def test_without_proc_nobody_is_told_gone(monkeypatch, tmp_path):
    identity.machine.cache_clear()
    monkeypatch.setattr(identity, "PROC", tmp_path)
    try:
        me = identity.of_this_process()
        assert me.endswith("/?")
        assert not identity.is_surely_gone(me)
    finally:
        identity.machine.cache_clear()


def test_threads_of_one_process_share_its_name():
    names = []
    thread = threading.Thread(target=lambda: names.append(identity.of_this_process()))
    thread.start()
    thread.join()

    assert names == [identity.of_this_process()]
