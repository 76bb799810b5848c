import os
import shutil
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, OperationalError, connection, connections, transaction
from django.utils import timezone, translation
from django_tasks import default_task_backend

from kodipest.engines.media import (
    apart,
    identity,
    messages,
    prepare,
    queries,
    storage,
    tasks,
    uploads,
)
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.models import Original, Transcode
from kodipest.engines.media.operations import (
    adopt_file,
    adopt_upload,
    claim_next,
    request_transcode,
    retry_transcode,
    sweep_media,
    sweeping,
    transcode_next,
    transcodes,
)
from kodipest.engines.media.operations import originals as originals_room
from kodipest.engines.media.operations.leases import Interrupted, Lease, LeaseLost
from kodipest.engines.media.progress import Progress
from kodipest.kernel.errors import Refusal
from tests.factories.media import OriginalFactory, TranscodeFactory, film

pytestmark = pytest.mark.django_db

State = Transcode.State
MINUTE = timedelta(minutes=1)
GONE = f"{identity.machine()}/{2**22 + 1}/1"  # beyond the largest process number


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_GRACE_SECONDS = 0
    default_task_backend.clear()
    yield
    transcodes.go_on_encoding()


@pytest.fixture(scope="session")
def clip(tmp_path_factory):
    return film(tmp_path_factory.mktemp("clip") / "clip.mp4", seconds=1)


def rings():
    return [result.task.name for result in default_task_backend.results]


def make_old(path: Path, seconds: float = 25 * 3600) -> None:
    past = time.time() - seconds
    os.utime(path, (past, past), follow_symlinks=False)


# --- taking in


def test_a_film_is_kept_under_its_hash(clip):
    original = adopt_upload(upload=uploads.take_copy(clip))

    assert original.path.read_bytes() == clip.read_bytes()
    assert original.sha256 == storage.sha256_of(clip)
    assert (original.kind, original.mime) == ("video", "video/mp4")
    assert original.size_bytes == clip.stat().st_size
    assert original.probe["duration_seconds"] == pytest.approx(1, abs=0.2)
    assert list(storage.incoming().iterdir()) == []


def test_the_same_film_twice_is_recognised(clip):
    first = adopt_upload(upload=uploads.take_copy(clip))
    again = adopt_upload(upload=uploads.take_copy(clip))

    assert again == first
    assert Original.objects.count() == 1
    assert list(storage.incoming().iterdir()) == []


def test_a_film_whose_bytes_were_lost_is_healed_by_sending_it_again(clip):
    first = adopt_file(path=clip)
    first.path.unlink()
    assert [broken.row for broken in queries.broken_originals()] == [first]

    assert adopt_file(path=clip) == first
    assert list(queries.broken_originals(thorough=True)) == []


def test_two_adopting_the_same_bytes_at_once_make_one_row(clip, monkeypatch):
    first, second = uploads.take_copy(clip), uploads.take_copy(clip)
    look = originals_room._look_at
    rows = []

    def look_while_the_other_finishes(path):
        monkeypatch.setattr(originals_room, "_look_at", look)
        rows.append(adopt_upload(upload=second))
        return look(path)

    monkeypatch.setattr(originals_room, "_look_at", look_while_the_other_finishes)
    rows.append(adopt_upload(upload=first))

    assert rows[0] == rows[1]
    assert Original.objects.count() == 1
    assert list(queries.broken_originals(thorough=True)) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"Bismillah, this is a letter and not a film.\n" * 50, "not_media"),
        (
            b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n/etc/passwd\n#EXT-X-ENDLIST\n",
            "disguised",
        ),
    ],
)
def test_what_is_no_film_is_refused_and_not_kept(tmp_path, content, code):
    path = tmp_path / "film.mp4"
    path.write_bytes(content)

    with pytest.raises(Refusal) as refused:
        adopt_file(path=path)

    assert refused.value.code == code
    assert not Original.objects.exists()
    assert not [it for it in storage.media_root().rglob("*") if it.is_file()]


def test_a_film_cut_off_before_its_index_is_damaged(clip, tmp_path):
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(clip.read_bytes()[: clip.stat().st_size // 3])

    with pytest.raises(Refusal) as refused:
        adopt_file(path=cut)
    assert refused.value.code == "damaged"


@pytest.mark.parametrize("code", [*Unusable.__init__.__annotations__["code"].__args__])
def test_each_reason_has_words_in_the_readers_language(clip, monkeypatch, code):
    def unusable(_path):
        raise Unusable(code, "box moov missing")

    monkeypatch.setattr(apart, "probe_apart", unusable)
    with pytest.raises(Refusal) as refused:
        adopt_file(path=clip)

    assert refused.value.code == code
    assert refused.value.messages == [str(messages.words(code))]
    assert "moov" not in refused.value.messages[0]
    assert code == "encoder_failed" or messages.words(code) != messages.words("encoder_failed")
    assert list(storage.incoming().iterdir()) == []


def test_trouble_of_the_disk_is_not_blamed_on_the_film(clip, monkeypatch):
    def full(_self, _target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(uploads.Upload, "move_to", full)
    with pytest.raises(Refusal) as refused:
        adopt_file(path=clip)
    assert refused.value.code == "no_space"

    def broken(_self, _target):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(uploads.Upload, "move_to", broken)
    with pytest.raises(OSError, match="Input/output"):
        adopt_file(path=clip)
    assert list(storage.incoming().iterdir()) == []


# --- asking for it


def test_a_request_rings_once_after_commit(django_capture_on_commit_callbacks):
    original = OriginalFactory()

    with django_capture_on_commit_callbacks(execute=True):
        first = request_transcode(original=original)
        again = request_transcode(original=original)
        assert rings() == []

    assert first == again
    assert (first.state, first.runs, first.is_playable) == (State.WAITING, 0, False)
    assert rings() == ["ring"]


def test_a_deaf_queue_does_not_take_the_request_back(
    django_capture_on_commit_callbacks, monkeypatch, caplog
):
    def deaf():
        raise ConnectionError("no broker")

    monkeypatch.setattr(transcodes, "partial", lambda *_: deaf)
    with django_capture_on_commit_callbacks(execute=True):
        transcode = request_transcode(original=OriginalFactory())

    assert Transcode.objects.filter(pk=transcode.pk).exists()
    assert "no broker" in caplog.text


# --- whose turn


def test_short_films_go_first_and_none_starves():
    now = timezone.now()
    feature = request_transcode(original=OriginalFactory(duration=3600.0))
    short = request_transcode(original=OriginalFactory(duration=30.0))
    clip = request_transcode(original=OriginalFactory(duration=5.0))
    late = request_transcode(original=OriginalFactory(duration=5.0))
    Transcode.objects.filter(pk=late.pk).update(turn_at=now + timedelta(hours=2))

    assert [claim_next(worker="w") for _ in range(5)] == [clip, short, feature, late, None]


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
    monkeypatch.setattr(transcodes, "_whose_turn", lambda: next(lists, []))
    assert claim_next(worker="slow") == second
    assert set(Transcode.objects.values_list("lease_by", "runs")) == {("quick", 1), ("slow", 1)}


def test_who_loses_every_race_looks_again(monkeypatch):
    row = TranscodeFactory()
    stale = transcodes._whose_turn()
    assert claim_next(worker="quick") == row
    again = TranscodeFactory()

    fresh, lists = transcodes._whose_turn, iter([stale])
    monkeypatch.setattr(transcodes, "_whose_turn", lambda: next(lists, None) or fresh())
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
    assert messages.words_for_transcode("damaged") == messages.words("damaged")


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


# --- the lease


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


# --- trying again


def test_a_failed_one_is_retried_with_a_clean_sheet(django_capture_on_commit_callbacks):
    row = TranscodeFactory(failed=True, interruptions=3)

    with django_capture_on_commit_callbacks(execute=True):
        again = retry_transcode(transcode=row)

    assert (again.state, again.attempts, again.interruptions) == (State.WAITING, 0, 0)
    assert (again.error_code, again.runs) == ("", 1)
    assert rings() == ["ring"]


@pytest.mark.parametrize("trait", [{}, {"running": True}, {"done": True}])
def test_there_is_nothing_to_retry(trait):
    with pytest.raises(Refusal) as refused:
        retry_transcode(transcode=TranscodeFactory(**trait))
    assert refused.value.code == "nothing_to_retry"


def test_two_pressing_retry_at_once():
    row = TranscodeFactory(failed=True)
    same = Transcode.objects.get()
    retry_transcode(transcode=row)

    with pytest.raises(Refusal):
        retry_transcode(transcode=same)


# --- sweeping


def test_a_lapsed_lease_is_returned_and_rung():
    row = TranscodeFactory(running=True, lease_until=timezone.now() - MINUTE, progress=0.4)

    swept = sweep_media()

    row.refresh_from_db()
    assert (swept.returned, swept.rung) == (1, 1)
    assert (row.state, row.interruptions, row.attempts) == (State.WAITING, 1, 0)
    assert (row.progress, row.folder, row.lease_by) == (0, "", "")
    assert rings() == ["ring"]
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


def test_a_few_are_rung_at_once_and_the_rest_later():
    TranscodeFactory.create_batch(6, rung_at=None)

    assert [sweep_media().rung for _ in range(3)] == [4, 2, 0]
    Transcode.objects.update(rung_at=timezone.now() - 2 * MINUTE)
    assert sweep_media().rung == 4


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

    assert str(sweep_media()) == "returned 1, rung 1"
    assert str(sweep_media(files=False)) == ""


# --- what the database itself forbids

LATER = {"lease_until": None, "lease_by": ""}


@pytest.mark.parametrize(
    ("trait", "change"),
    [
        ({}, {"state": "running"}),
        ({}, {"state": "odd"}),
        ({}, {"progress": 0.5}),
        ({}, {"lease_by": "w"}),
        ({}, {"manifest": {}}),
        ({}, {"first_playable_at": timezone.now()}),
        ({"running": True}, {"lease_by": ""}),
        ({"running": True}, {"lease_until": None}),
        ({"running": True}, {"folder": ""}),
        ({"running": True}, {"progress": 1.1}),
        ({"running": True}, {"progress": -0.1}),
        ({"running": True}, {"state": "done", **LATER}),
        ({"running": True}, {"state": "waiting", **LATER}),
        ({"running": True}, {"state": "failed", "folder": "", **LATER}),
        ({"done": True}, {"manifest": None}),
        ({"done": True}, {"finished_at": None}),
        ({"done": True}, {"progress": 0.9}),
        ({"done": True}, {"folder": ""}),
        ({"done": True}, {"finished_at": timezone.now() - timedelta(days=1)}),
        ({"failed": True}, {"error_code": ""}),
    ],
)
def test_no_row_is_in_an_illegal_state(trait, change):
    row = TranscodeFactory(**trait)

    with pytest.raises(IntegrityError), transaction.atomic():
        Transcode.objects.filter(pk=row.pk).update(**change)


def test_no_two_rows_share_a_recipe_or_a_folder():
    row = TranscodeFactory(done=True)

    with pytest.raises(IntegrityError), transaction.atomic():
        TranscodeFactory(original=row.original, fingerprint=row.fingerprint)
    with pytest.raises(IntegrityError), transaction.atomic():
        TranscodeFactory(done=True, folder=row.folder)


# --- the doorbell


def test_the_doorbell_wakes_a_worker(clip):
    request_transcode(original=adopt_file(path=clip))

    tasks.ring.call()
    assert Transcode.objects.get().is_done
    tasks.ring.call()  # a ring too many finds nothing to do
