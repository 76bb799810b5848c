import signal
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from django.db import connection, connections
from django.utils import timezone, translation

from kodipest.engines.media import encoder, messages, prepare, queries, storage
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.models import Transcode
from kodipest.engines.media.operations import (
    Lane,
    adopt_file,
    cancel_transcode,
    claim_next,
    request_transcode,
    retry_transcode,
    transcode_next,
    transcodes,
)
from kodipest.engines.media.operations.leases import Interrupted, Lease
from kodipest.engines.media.progress import Progress
from tests.factories.media import OriginalFactory, TranscodeFactory, film

pytestmark = pytest.mark.django_db

State = Transcode.State
MINUTE = timedelta(minutes=1)


# --- whose turn


def test_short_films_go_first_and_none_starves():
    now = timezone.now()
    feature = request_transcode(original=OriginalFactory(duration=3600.0))
    short = request_transcode(original=OriginalFactory(duration=30.0))
    clip = request_transcode(original=OriginalFactory(duration=5.0))
    late = request_transcode(original=OriginalFactory(duration=5.0))
    Transcode.objects.filter(pk=late.pk).update(turn_at=now + timedelta(hours=2))

    assert [claim_next(worker="w") for _ in range(5)] == [clip, short, feature, late, None]


def test_a_lane_takes_its_own_and_additions_let_bases_pass():
    now = timezone.now()
    base = TranscodeFactory(turn_at=now)
    early = TranscodeFactory(high=True, turn_at=now - MINUTE)
    late = TranscodeFactory(high=True, turn_at=now + MINUTE)

    assert claim_next(worker="w", lane=Lane.ADDITIONS) == early
    assert claim_next(worker="w", lane=Lane.ADDITIONS) is None
    assert claim_next(worker="w", lane=Lane.BASES) == base
    assert claim_next(worker="w", lane=Lane.BASES) is None
    assert claim_next(worker="w", lane=Lane.ADDITIONS) == late


def test_a_claim_names_its_folder_and_its_end():
    waiting = TranscodeFactory()

    claimed = claim_next(worker="here/1/1")

    row = Transcode.objects.get()
    assert claimed == waiting
    assert (row.state, row.runs, row.lease_by) == (State.RUNNING, 1, "here/1/1")
    assert row.folder == claimed.folder == f"{waiting.fingerprint}-1"
    assert timezone.now() < row.lease_until <= timezone.now() + MINUTE
    assert claim_next(worker="here/2/1") is None


def test_who_comes_second_takes_the_next(monkeypatch):
    first, second = TranscodeFactory(), TranscodeFactory()
    stale = transcodes._whose_turn()
    assert claim_next(worker="quick") == first

    lists = iter([stale])
    monkeypatch.setattr(transcodes, "_whose_turn", lambda _lane: next(lists, []))
    assert claim_next(worker="slow") == second
    assert set(Transcode.objects.values_list("lease_by", "runs")) == {("quick", 1), ("slow", 1)}


def test_who_loses_every_race_looks_again(monkeypatch):
    row = TranscodeFactory()
    stale = transcodes._whose_turn()
    assert claim_next(worker="quick") == row
    again = TranscodeFactory()

    fresh, lists = transcodes._whose_turn, iter([stale])
    monkeypatch.setattr(transcodes, "_whose_turn", lambda _lane: next(lists, None) or fresh())
    assert claim_next(worker="slow") == again


def test_a_row_that_rests_is_left_alone():
    TranscodeFactory(not_before=timezone.now() + MINUTE)

    assert claim_next(worker="w") is None
    assert transcode_next() is None


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_at_once_one_wins(settings):
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("one shared connection: the kill test races on a file")
    TranscodeFactory.create_batch(3)
    start, won = threading.Barrier(8), []

    def work(number):
        start.wait()
        while claimed := claim_next(worker=f"w/{number}"):
            won.append(claimed.pk)
        connections.close_all()

    threads = [threading.Thread(target=work, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == sorted(Transcode.objects.values_list("pk", flat=True))


# --- making it


def test_a_film_becomes_playable_and_done(clip):
    request_transcode(original=adopt_file(path=clip))

    done = transcode_next(worker="here/1/1")

    assert done.state == State.DONE
    assert (done.progress, done.lease_by, done.lease_until, done.error_code) == (1, "", None, "")
    assert done.is_playable
    assert done.is_done
    assert done.started_at <= done.first_playable_at <= done.finished_at
    assert done.cpu_seconds > 0
    folder = storage.rendition_path(done.folder)
    assert done.manifest["inventory"] == storage.inventory(folder)
    assert set(queries.named_files(done.manifest)) >= {"master.m3u8", "poster.jpg"}
    assert list(queries.broken_transcodes()) == []
    assert transcode_next() is None


def test_a_film_can_be_watched_while_it_is_made(clip, monkeypatch):
    request_transcode(original=adopt_file(path=clip))
    seen = []

    def prepare_and_look(_source, out, *, on_progress, **_options):
        (out / "master.m3u8").write_text("#EXTM3U\n")
        on_progress(Progress(0.0, first_playable=False, seconds_left=None, speed=0.0))
        seen.append(Transcode.objects.get())
        on_progress(Progress(0.25, first_playable=True, seconds_left=9.4, speed=2.0))
        seen.append(Transcode.objects.get())
        raise Interrupted

    monkeypatch.setattr(prepare, "prepare", prepare_and_look)
    after = transcode_next()

    assert [row.is_playable for row in seen] == [False, True]
    assert [row.progress for row in seen] == [0, 0.25]
    assert [row.seconds_left for row in seen] == [None, 9]
    assert (after.state, after.is_playable, after.folder) == (State.WAITING, False, "")


def failing(error):
    def prepare_nothing(_source, out, **_options):
        (out / "half.m4s").write_bytes(b"half")
        raise error

    return prepare_nothing


def test_an_encoder_that_fails_is_tried_three_times_with_rests(monkeypatch):
    TranscodeFactory()
    monkeypatch.setattr(prepare, "prepare", failing(Unusable("encoder_failed", "exit 1")))
    rests = []
    for _try in range(2):
        row = transcode_next()
        assert (row.state, row.error_code, row.error_detail) == (
            State.WAITING,
            "encoder_failed",
            "exit 1",
        )
        rests.append(round((row.waits_until - timezone.now()) / MINUTE))
        assert transcode_next() is None
        Transcode.objects.update(not_before=timezone.now())
    row = transcode_next()

    assert rests == [1, 4]
    assert (row.state, row.attempts, row.runs) == (State.FAILED, 3, 3)
    assert row.is_failed
    assert list(storage.renditions().iterdir()) == []


@pytest.mark.parametrize("code", ["damaged", "unsupported", "too_large", "no_duration"])
def test_a_film_at_fault_is_not_tried_again(monkeypatch, code):
    TranscodeFactory()
    monkeypatch.setattr(prepare, "prepare", failing(Unusable(code, "x")))

    row = transcode_next()
    assert (row.state, row.error_code, row.attempts) == (State.FAILED, code, 1)


def test_a_full_disk_is_waited_for_and_never_counted(monkeypatch):
    TranscodeFactory()
    monkeypatch.setattr(prepare, "prepare", failing(Unusable("no_space", "x")))
    for _try in range(5):
        row = transcode_next()
        assert (row.state, row.error_code, row.attempts) == (State.WAITING, "no_space", 0)
        assert row.waits_until > timezone.now() + 4 * MINUTE
        Transcode.objects.update(not_before=timezone.now())
    with translation.override("en"):
        assert "goes on by itself" in str(messages.words_for_transcode("no_space"))
        assert "The original is kept" in str(messages.words_for_transcode("damaged"))
    assert messages.words_for_transcode("stalled") == messages.words("stalled")


def test_what_nobody_foresaw_is_logged_and_tried_again(monkeypatch, caplog):
    TranscodeFactory()
    monkeypatch.setattr(prepare, "prepare", failing(RuntimeError("surprise")))

    row = transcode_next()
    assert (row.state, row.attempts) == (State.WAITING, 1)
    assert row.error_detail == "RuntimeError: surprise"
    assert "surprise" in caplog.text


def test_an_encoder_that_complains_while_it_is_stopped_is_not_blamed(monkeypatch):
    TranscodeFactory()

    def stop_and_complain(_source, _out, **_options):
        transcodes.stop_encoding()
        raise ChildProcessError

    monkeypatch.setattr(prepare, "prepare", stop_and_complain)
    row = transcode_next()
    assert (row.state, row.attempts, row.error_code) == (State.WAITING, 0, "")


def test_a_second_ctrl_c_puts_the_row_back_and_passes_on(monkeypatch):
    TranscodeFactory()
    monkeypatch.setattr(prepare, "prepare", failing(KeyboardInterrupt()))

    with pytest.raises(KeyboardInterrupt):
        transcode_next()
    row = Transcode.objects.get()
    assert (row.state, row.attempts, row.interruptions) == (State.WAITING, 0, 0)
    assert list(storage.renditions().iterdir()) == []


def test_a_base_is_done_when_its_additions_are_asked_for(clip, settings, monkeypatch):
    settings.ENCODER_ADDITIONS = ["thrift"]
    request_transcode(original=adopt_file(path=clip))
    done = transcode_next()

    assert [(row.part, row.state) for row in done.additions.all()] == [("thrift", State.WAITING)]


def test_a_base_and_the_wish_for_its_additions_are_written_together(clip, monkeypatch):
    request_transcode(original=adopt_file(path=clip))

    def unforeseen(_base):
        raise RuntimeError("surprise")

    monkeypatch.setattr(transcodes, "request_additions", unforeseen)
    with pytest.raises(RuntimeError):
        transcode_next()

    row = Transcode.objects.get()
    assert (row.state, row.manifest) == (State.RUNNING, None)


# --- calling it off, and what hangs


def encoders():
    """List the encoders that this process runs."""
    found = psutil.Process().children(recursive=True)
    return [process for process in found if "ffmpeg" in process.name()]


def when_an_encoder_runs(act):
    """Wait for an encoder of this process in a thread, and let `act` deal with it."""

    def watch():
        end = time.monotonic() + 60
        while time.monotonic() < end:
            for process in encoders():
                act(process)
                return
            time.sleep(0.01)

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


@pytest.fixture(scope="module")
def longer(tmp_path_factory):
    """A film that keeps one core busy for a while."""
    return film(tmp_path_factory.mktemp("longer") / "longer.mp4", seconds=60, size="640x360")


def test_a_film_that_is_called_off_at_work_stops_and_leaves_nothing(longer, settings):
    settings.ENCODER_THREADS = 1
    original = adopt_file(path=longer)
    row = request_transcode(original=original)
    called_off = []

    def prepare_until_called_off(*args, on_progress, **options):
        def keep(progress):
            if progress.fraction > 0 and not called_off:
                called_off.append(cancel_transcode(transcode=row))
            on_progress(progress)

        return made(*args, on_progress=keep, **options)

    made = prepare.prepare
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prepare, "prepare", prepare_until_called_off)
        after = transcode_next()

    assert called_off[0].state == State.CANCELLED
    assert (after.state, after.folder, after.lease_by) == (State.CANCELLED, "", "")
    assert encoders() == []
    assert list(storage.renditions().iterdir()) == []
    assert list(queries.broken_originals(thorough=True)) == []
    assert retry_transcode(transcode=after).state == State.WAITING


@pytest.mark.skipif(sys.platform != "linux", reason="stops a process by signal and reads /proc")
def test_an_encoder_that_hangs_is_killed_and_tried_again(longer, settings, monkeypatch):
    settings.ENCODER_THREADS = 1
    monkeypatch.setattr(encoder, "STALL_SECONDS", 1.0)
    request_transcode(original=adopt_file(path=longer))
    stopped = []

    def stop(process):
        process.send_signal(signal.SIGSTOP)
        stopped.append(process)

    watcher = when_an_encoder_runs(stop)
    row = transcode_next()
    watcher.join()

    assert (row.state, row.error_code, row.attempts) == (State.WAITING, "stalled", 1)
    assert "no headway for 1 s" in row.error_detail
    assert row.waits_until > timezone.now()
    assert not stopped[0].is_running()
    assert list(storage.renditions().iterdir()) == []


def test_an_encoder_is_polite_and_limited(longer, settings):
    seen = []

    def look(process):
        limits = Path(f"/proc/{process.pid}/limits").read_text()
        stack = {line.split("  ")[0]: line.split()[-3:-1] for line in limits.splitlines()}
        seen.append((process.nice(), stack, process.cwd()))
        transcodes.stop_encoding()

    request_transcode(original=adopt_file(path=longer))
    watcher = when_an_encoder_runs(look)
    row = transcode_next()
    watcher.join()

    ((nice, limits, cwd),) = seen
    assert nice >= 10
    assert "unlimited" not in limits["Max address space"]
    assert "unlimited" not in limits["Max file size"]
    assert limits["Max core file size"] == ["0", "0"]
    assert Path(cwd).is_relative_to(storage.renditions())
    assert not Path(cwd).exists()
    assert row.state == State.WAITING


def test_a_stop_puts_the_row_back_uncounted(clip):
    request_transcode(original=adopt_file(path=clip))
    claimed = claim_next(worker="w")
    transcodes.stop_encoding()
    with Lease(claimed, stopping=transcodes._stopping) as lease:
        transcodes._run(claimed, lease)

    row = Transcode.objects.get()
    assert (row.state, row.attempts, row.interruptions, row.runs) == (State.WAITING, 0, 0, 1)
    assert list(storage.renditions().iterdir()) == []
    assert transcode_next() is None  # a process that is asked to stop begins nothing new
