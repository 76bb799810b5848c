"""Sections that fail, and workers that die: nothing that is made is made again."""

import pytest

from kodipest.engines.media import splicing, storage
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.models import Section, Transcode
from kodipest.engines.media.operations import (
    make_claimed,
    sharing,
    stop_encoding,
    sweep_media,
    transcode_next,
    transcodes,
)
from tests.engines.media.operations.sharing.hands import (
    fail,
    folders,
    frames,
    help_with_section,
    note_run,
    states,
)

pytestmark = pytest.mark.django_db


def test_what_a_dead_worker_had_is_taken_by_the_next_and_the_rest_is_kept(taken, monkeypatch):
    assert help_with_section(worker="second/1/1")
    mine = sharing.claim_section(worker="first/1/1", transcode=taken)
    past = "2020-01-01T00:00:00+00:00"
    Section.objects.filter(pk=mine.pk).update(lease_until=past)
    Transcode.objects.filter(pk=taken.pk).update(lease_until=past)
    made = []
    monkeypatch.setattr(splicing.Making, "run", note_run(made))

    swept = sweep_media()
    assert (swept.returned, swept.sections) == (1, 1)
    assert states(taken) == ["done", "waiting", "waiting"]
    done = transcode_next(worker="third/1/1")

    assert made == [1, 2]
    assert (done.is_done, frames(done)) == (True, 13 * 30)


def test_a_section_on_which_worker_after_worker_dies_fails_with_its_film(taken):
    for run in range(1, sharing.RUNS_LIMIT + 1):
        row = sharing.claim_section(worker=f"{run}/1/1")
        assert (row.number, row.runs) == (0, run)
        Section.objects.filter(pk=row.pk).update(lease_until="2020-01-01T00:00:00+00:00")
        assert sweep_media().sections == 1
    row.refresh_from_db()
    assert (row.state, row.error_code, row.folder) == ("failed", "interrupted", "")
    assert row.error_detail == "section 0: 30 workers died on it"


def test_what_is_made_but_gone_from_the_disk_is_made_anew(taken, monkeypatch):
    assert help_with_section(worker="second/1/1")
    folder = storage.rendition_path(taken.sections.get(number=0).folder)
    (folder / splicing.RECORD).unlink()
    made = []
    monkeypatch.setattr(splicing.Making, "run", note_run(made))

    assert make_claimed(taken).is_done
    assert made == [0, 1, 2]


def test_a_section_that_fails_is_tried_anew_alone(asked, monkeypatch):
    made = fail(2, Unusable("encoder_failed", "dropped"), monkeypatch)

    done = transcode_next()

    assert (done.state, done.attempts) == (Transcode.State.DONE, 0)
    assert made == [0, 1, 1, 1, 2]


def test_one_that_always_fails_has_the_film_made_in_one_go(asked, monkeypatch):
    made = fail(99, Unusable("encoder_failed", "dropped"), monkeypatch)

    rests = transcode_next()

    assert (rests.state, rests.attempts, rests.error_detail) == ("waiting", 1, "dropped")
    assert made == [0, 1, 1, 1]
    assert not Section.objects.exists()
    Transcode.objects.update(not_before=rests.requested_at)
    done = transcode_next()
    assert (done.is_done, frames(done), made) == (True, 13 * 30, [0, 1, 1, 1])
    assert folders() == {done.folder}


def test_a_full_disk_keeps_what_is_made(asked, monkeypatch):
    made = fail(1, Unusable("no_space", "full"), monkeypatch)

    rests = transcode_next()

    assert (rests.state, rests.attempts, rests.error_code) == ("waiting", 0, "no_space")
    assert states(asked) == ["done", "failed", "waiting"]
    Transcode.objects.update(not_before=rests.requested_at)
    assert transcode_next().is_done
    assert made == [0, 1, 1, 2]


def test_a_worker_that_has_to_go_gives_its_section_back(asked, monkeypatch):
    run = splicing.Making.run

    def stop_at_the_second(making, threads, on_seconds):
        if making.section.number == 1:
            stop_encoding()
        return run(making, threads, on_seconds)

    monkeypatch.setattr(splicing.Making, "run", stop_at_the_second)
    row = transcode_next()

    assert row.state == Transcode.State.WAITING
    assert states(asked) == ["done", "waiting", "waiting"]
    assert folders() == {asked.sections.get(number=0).folder}
    transcodes.go_on_encoding()
    monkeypatch.setattr(splicing.Making, "run", run)
    assert transcode_next().is_done
