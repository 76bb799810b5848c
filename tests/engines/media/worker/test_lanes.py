"""The lanes of a worker in this process: films beside additions and errands."""

import signal
import threading
import time

import pytest
from django.db import OperationalError, connections
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from kodipest.engines.media import lanes, queries, tasks
from kodipest.engines.media.lanes import FilmLane
from kodipest.engines.media.models import Transcode
from kodipest.engines.media.operations import Lane, adopt_file, request_transcode
from kodipest.engines.media.tasks import ring
from tests.factories.media import TranscodeFactory, film

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_a_lane_that_cannot_help_does_not_ask_again_for_a_while(monkeypatch):
    lane, asked = FilmLane(Lane.BASES, interval=0.5), []
    monkeypatch.setattr(lanes, "claim_next", lambda **_options: None)
    monkeypatch.setattr(lanes, "claim_section_to_help", lambda **_options: asked.append(1) or "row")
    monkeypatch.setattr(lanes, "make_section", lambda _row: False)
    assert [lane._take() for _ in range(3)] == [0.5] * 3

    assert asked == [1]
    assert not lane.is_busy
    lane.helps_at = 0.0
    lane._take()
    assert asked == [1, 1]
