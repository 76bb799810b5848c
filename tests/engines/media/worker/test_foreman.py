"""The foreman of a worker: its rounds, its beat, and signals."""

import configparser
import json
import re
import signal
import threading
import time
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import OperationalError

from kodipest.engines.media import queries, storage, tasks
from kodipest.engines.media.management.commands import work
from kodipest.engines.media.models import Transcode
from kodipest.engines.media.operations import transcodes
from kodipest.kernel.signals import sweep_due
from tests.factories.media import GONE, TranscodeFactory

pytestmark = pytest.mark.django_db(transaction=True)
DEPLOY = Path(__file__).parents[4] / "deploy"


def test_a_signal_waits_for_no_lock(foreman):
    """It may come while the main thread holds one itself, and would wait for ever."""
    handler = threading.Thread(target=foreman.shutdown, args=(signal.SIGTERM, None), daemon=True)
    with foreman._ended._cond, transcodes._stopping._cond, tasks.heard._cond:
        handler.start()
        handler.join(5)

        assert not handler.is_alive()

    foreman._end_when_told()
    assert foreman._ended.is_set()
    assert transcodes._stopping.is_set()
    assert not foreman.errands.running


def test_a_second_signal_ends_at_once(foreman):
    foreman.shutdown(signal.SIGTERM, None)

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
