"""A worker that has rested ends, and a new one takes its place."""

import signal
import sys
import threading
import time

import pytest
from django.core.management import call_command

from kodipest.engines.media.lanes import FilmLane
from kodipest.engines.media.management.commands import work
from kodipest.engines.media.operations import shipping

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_a_new_worker_takes_the_place_of_the_old_one(monkeypatch):
    become = []
    monkeypatch.setattr(work.Foreman, "serve", lambda _foreman: True)
    monkeypatch.setattr(work, "signal", lambda *_words: None)
    monkeypatch.setattr(work.os, "execv", lambda path, words: become.append((path, words)))
    monkeypatch.setattr(sys, "orig_argv", ["python", "manage.py", "work", "--rest", "9"])
    call_command("work")

    assert become == [(sys.executable, [sys.executable, "manage.py", "work", "--rest", "9"])]


def test_a_signal_between_two_workers_is_not_forgotten(monkeypatch):
    become = []

    def serve(foreman):
        foreman.shutdown(signal.SIGTERM, None)
        return True

    monkeypatch.setattr(work.Foreman, "serve", serve)
    monkeypatch.setattr(work, "signal", lambda *_words: None)
    monkeypatch.setattr(work.os, "execv", lambda *words: become.append(words))
    call_command("work")

    assert become == []
