"""The queue around the rows: the worker of a node, in this process, and the sweep of a hub."""

import json
import signal
import threading
import time
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone
from django_tasks import TaskResultStatus, task_backends
from django_tasks_db.models import DBTaskResult

from kodipest.engines.media import identity, queries, storage
from kodipest.engines.media.management.commands import sweep, work
from kodipest.engines.media.models import Transcode
from kodipest.engines.media.operations import adopt_file, request_transcode, transcodes
from kodipest.engines.media.tasks import ring
from kodipest.kernel.signals import sweep_due
from tests.factories.media import TranscodeFactory, film

pytestmark = pytest.mark.django_db(transaction=True)
GONE = f"{identity.machine()}/{2**22 + 1}/1"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.HOME = tmp_path
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    yield
    transcodes.go_on_encoding()


@pytest.fixture
def worker():
    return work.NodeWorker(interval=0.01)


def test_the_settings_of_a_test_reach_the_queue():
    assert type(task_backends["default"]).__name__ == "DatabaseBackend"


def test_a_node_hears_the_doorbell_and_makes_the_film(worker, tmp_path):
    transcode = request_transcode(original=adopt_file(path=film(tmp_path / "f.mp4", seconds=1)))
    assert DBTaskResult.objects.get().status == TaskResultStatus.READY

    worker.run()

    transcode.refresh_from_db()
    assert transcode.is_done
    assert DBTaskResult.objects.get().status == TaskResultStatus.SUCCESSFUL
    assert DBTaskResult.objects.get().worker_ids == [identity.of_this_process()]


def test_a_node_serves_until_it_is_told_to_stop(worker, monkeypatch):
    heard = []
    TranscodeFactory(running=True, lease_by=GONE)

    def hear(**_facts):
        heard.append(worker.running)

    def rest(_seconds):
        with pytest.raises(SystemExit) as ended:
            worker.shutdown(signal.SIGTERM, None)
        assert ended.value.code == 0

    sweep_due.connect(hear)
    monkeypatch.setattr(work.time, "sleep", rest)
    try:
        worker.serve()
    finally:
        sweep_due.disconnect(hear)

    assert heard == [True]
    # The sweep returned the row and rang, the doorbell was heard; there is no film behind this row.
    row = Transcode.objects.get()
    assert (row.interruptions, row.attempts, row.runs) == (1, 1, 2)
    assert queries.last_beat().age_seconds < 5


def test_a_stop_in_the_middle_of_a_task_lets_it_end(worker, monkeypatch):
    def told_meanwhile():
        worker.shutdown(signal.SIGTERM, None)

    monkeypatch.setattr("kodipest.engines.media.operations.transcode_next", told_meanwhile)
    ring.enqueue()
    ring.enqueue()
    worker.run()

    assert not worker.running
    assert transcodes._stopping.is_set()
    assert sorted(DBTaskResult.objects.values_list("status", flat=True)) == [
        TaskResultStatus.READY,
        TaskResultStatus.SUCCESSFUL,
    ]


def test_tasks_of_the_dead_are_put_back(worker):
    for holder in (GONE, identity.of_this_process(), "elsewhere/1/1", None):
        ring.enqueue()
        row = DBTaskResult.objects.filter(status=TaskResultStatus.READY, worker_ids=[]).last()
        row.status = TaskResultStatus.RUNNING
        row.worker_ids = [holder] if holder else []
        row.save()
    worker._sweep_when_due()

    put_back = DBTaskResult.objects.filter(status=TaskResultStatus.READY)
    assert [row.worker_ids for row in put_back] == [[GONE]]


def test_old_results_are_forgotten(worker):
    for days in (1, 8):
        ring.enqueue()
        DBTaskResult.objects.filter(status=TaskResultStatus.READY).update(
            status=TaskResultStatus.SUCCESSFUL, finished_at=timezone.now() - timedelta(days=days)
        )
    worker._sweep_when_due()

    assert DBTaskResult.objects.count() == 1


def test_a_sweep_is_not_due_all_the_time(worker, monkeypatch):
    calls = []
    monkeypatch.setattr(work, "sweep_media", lambda *, files: calls.append(files))
    for _round in range(3):
        worker._sweep_when_due()
    worker._sweep_at = 0
    worker._sweep_when_due()

    assert calls == [True, False]


def test_a_database_away_for_a_moment_does_not_end_the_worker(worker, monkeypatch, caplog):
    def away(*, files):
        raise OperationalError("the database is restarting")

    monkeypatch.setattr(work, "sweep_media", away)
    worker._sweep_when_due()

    assert "put off" in caplog.text


def stop(_seconds):
    """End the endless beat of a test."""
    raise EOFError


def test_a_full_disk_does_not_end_the_beat(worker, monkeypatch, caplog):
    def full(_path, _text):
        monkeypatch.setattr(worker._news, "wait", stop)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(storage, "write_whole", full)
    with pytest.raises(EOFError):
        worker._beat()

    assert "No space" in caplog.text


def test_a_hung_worker_shows_no_beat(worker, monkeypatch):
    worker._seen_at = time.monotonic() - 120
    monkeypatch.setattr(worker._news, "wait", stop)
    with pytest.raises(EOFError):
        worker._beat()
    assert queries.last_beat() is None

    worker._show(is_busy=True)
    with pytest.raises(EOFError):
        worker._beat()
    assert json.loads(queries.beat_file().read_text())["busy"] is True


def test_the_command_listens_to_signals(monkeypatch):
    served, heard = [], {}
    monkeypatch.setattr(work.NodeWorker, "serve", lambda worker: served.append(worker.interval))
    monkeypatch.setattr(work.signal, "signal", heard.__setitem__)
    call_command("work", interval=0.5)

    assert served == [0.5]
    assert set(heard) == {signal.SIGINT, signal.SIGTERM}


# --- the sweep of a hub


def test_sweep_once_says_what_it_did(capsys):
    call_command("sweep")
    TranscodeFactory(running=True, lease_by=GONE)
    call_command("sweep")

    assert capsys.readouterr().out.splitlines() == ["nothing to sweep", "returned 1, rung 1"]


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
