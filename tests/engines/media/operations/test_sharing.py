"""Long films shared: rows for sections, any worker takes one, and nothing that is made is made again."""

import threading
from dataclasses import replace

import pytest
from django.db import DatabaseError

from kodipest.engines.media import queries, splicing, storage
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.models import Section, Transcode
from kodipest.engines.media.operations import (
    Lane,
    adopt_file,
    cancel_transcode,
    claim_next,
    claim_section_to_help,
    make_claimed,
    make_section,
    request_transcode,
    retry_transcode,
    sharing,
    stop_encoding,
    sweep_media,
    transcode_next,
    transcodes,
)
from kodipest.engines.media.operations.requests import plan_of
from kodipest.kernel.errors import Refusal
from tests.engines.media import played
from tests.factories.media import TranscodeFactory, film

pytestmark = pytest.mark.django_db

State = Section.State


@pytest.fixture(scope="session")
def feature(tmp_path_factory):
    """A film of 13 seconds at 60 frames a second: too lively to be copied."""
    return film(tmp_path_factory.mktemp("long") / "long.mp4", seconds=13, size="160x120", rate=60)


@pytest.fixture
def asked(feature, settings):
    """It, asked for: with these settings it has sections from 0, 4 and 8 s on."""
    settings.ENCODER_LONG_SECONDS = 8
    settings.ENCODER_SECTION_SECONDS = 4
    settings.ENCODER_THREADS = 1
    return request_transcode(original=adopt_file(path=feature))


@pytest.fixture
def taken(asked):
    """It, at work at another worker, its sections laid out."""
    film = claim_next(worker="first/1/1")
    (recipe,) = plan_of(film.original)
    sharing.lay_out(film, recipe, sharing.cuts_of(film, recipe))
    return film


def help_with_section(**whose):
    """Claim and make, as a lane does."""
    row = claim_section_to_help(**whose)
    return row is not None and make_section(row)


def states(film):
    return [row.state for row in film.sections.order_by("number")]


def folders():
    return {path.name for path in storage.renditions().iterdir()}


def frames(film):
    whole = played.rendition(storage.rendition_path(film.folder), "120p").whole
    try:
        return len(played.picture(whole).times)
    finally:
        whole.unlink()


def test_one_worker_makes_all_sections_and_leaves_none_of_them(asked, monkeypatch):
    made = []
    run = splicing.Making.run

    def note(making, *words):
        made.append((making.section.number, states(asked)))
        return run(making, *words)

    monkeypatch.setattr(splicing.Making, "run", note)
    done = transcode_next()

    assert (done.state, done.progress) == (Transcode.State.DONE, 1)
    assert made == [
        (0, ["running", "waiting", "waiting"]),
        (1, ["done", "running", "waiting"]),
        (2, ["done", "done", "running"]),
    ]
    assert frames(done) == 13 * 30
    assert not Section.objects.exists()
    assert folders() == {done.folder}
    assert list(queries.broken_transcodes()) == []
    assert done.first_playable_at < done.finished_at


def test_a_short_film_has_no_sections(asked, settings):
    settings.ENCODER_LONG_SECONDS = 600

    assert transcode_next().is_done
    assert sharing.cuts_of(asked, plan_of(asked.original)[0]) == ()


def test_who_has_nothing_else_to_do_helps(taken, monkeypatch):
    assert help_with_section(worker="second/1/1", lane=Lane.BASES)
    assert states(taken) == ["done", "waiting", "waiting"]
    row = taken.sections.get(number=0)
    assert (row.progress, row.lease_by, row.lease_until) == (1, "", None)
    assert (storage.rendition_path(row.folder) / splicing.RECORD).is_file()

    assert help_with_section(worker="second/1/1", lane=Lane.BASES)
    made = []
    monkeypatch.setattr(splicing.Making, "run", note_run(made))
    done = make_claimed(taken)

    assert made == [2]
    assert done.is_done
    assert frames(done) == 13 * 30
    assert folders() == {done.folder}


def note_run(made):
    run = splicing.Making.run

    def note(making, *words):
        made.append(making.section.number)
        return run(making, *words)

    return note


def test_a_lane_helps_only_where_it_belongs(taken):
    assert not help_with_section(worker="w", lane=Lane.ADDITIONS)
    assert states(taken) == ["waiting"] * 3


def test_nobody_helps_a_film_that_nobody_has(taken):
    Transcode.objects.update(state="waiting", lease_by="", lease_until=None, folder="")

    assert not help_with_section(worker="w")


def test_whoever_is_told_to_stop_does_not_begin(taken):
    stop_encoding()

    assert not help_with_section(worker="w")


def test_helping_costs_one_look_when_there_is_nothing(django_assert_num_queries):
    TranscodeFactory(running=True)
    with django_assert_num_queries(1):
        assert not help_with_section(worker="w", lane=Lane.BASES)


def test_of_two_who_want_the_same_section_one_gets_it(taken, monkeypatch):
    first = sharing.claim_section(worker="a")
    stale = Section.objects.get(pk=first.pk)
    stale.state, stale.runs = State.WAITING, 0
    assert (first.number, first.folder) == (0, f"{first.fingerprint}-1")
    same = Section.objects.filter(pk=stale.pk, state=State.WAITING, runs=stale.runs)

    assert not same.exists()
    assert sharing.claim_section(worker="b").number == 1
    assert sharing.claim_section(worker="c", transcode=taken).number == 2
    assert sharing.claim_section(worker="d") is None


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


def test_sections_of_another_recipe_are_not_used(taken, settings, monkeypatch):
    assert help_with_section(worker="second/1/1")
    settings.ENCODER_PRESET = "superfast"
    made = []
    monkeypatch.setattr(splicing.Making, "run", note_run(made))

    assert not help_with_section(worker="newer/1/1")  # the film is at a worker of the old one
    assert states(taken) == ["done", "waiting", "waiting"]
    assert make_claimed(taken).is_done
    assert made == [0, 1, 2]
    assert sweep_media().folders == 1


def fail(times, error, monkeypatch, number=1):
    """Let section `number` fail; return the list of all that are made."""
    made, left = [], [times]
    run = splicing.Making.run

    def clumsy(making, *words):
        made.append(making.section.number)
        if making.section.number == number and left[0]:
            left[0] -= 1
            raise error
        return run(making, *words)

    monkeypatch.setattr(splicing.Making, "run", clumsy)
    return made


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


def test_a_helper_that_fails_tells_the_film(taken, monkeypatch):
    fail(99, Unusable("damaged", "noise from here on"), monkeypatch, number=0)

    assert help_with_section(worker="second/1/1")
    assert states(taken) == ["failed", "waiting", "waiting"]
    row = taken.sections.get(number=0)
    assert (row.error_code, row.error_detail, row.folder) == ("damaged", "noise from here on", "")
    cuts = sharing.cuts_of(taken, plan_of(taken.original)[0])
    with sharing.Sharing(taken, plan_of(taken.original)[0], cuts, threading.Event()) as crew:
        taken.sections.filter(number=0).update(state="failed")
        with pytest.raises(Unusable, match="noise from here on"):
            crew.made(cuts[0])


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


def test_a_helper_that_has_to_go_gives_its_section_back(taken, monkeypatch):
    run = splicing.Making.run

    def stop(making, threads, on_seconds):
        stop_encoding()
        return run(making, threads, on_seconds)

    monkeypatch.setattr(splicing.Making, "run", stop)
    assert help_with_section(worker="second/1/1")

    assert states(taken) == ["waiting"] * 3
    assert folders() == set()


def test_a_helper_survives_what_nobody_foresaw_and_gives_its_section_back(taken, monkeypatch):
    monkeypatch.setattr(splicing.Making, "run", lambda *_words: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        help_with_section(worker="second/1/1")
    assert states(taken) == ["waiting"] * 3
    assert folders() == set()


def test_a_film_that_is_called_off_takes_its_sections_with_it(taken, monkeypatch):
    assert help_with_section(worker="second/1/1")
    run = splicing.Making.run

    def call_off(making, threads, on_seconds):
        cancel_transcode(transcode=taken)
        return run(making, threads, on_seconds)

    monkeypatch.setattr(splicing.Making, "run", call_off)
    assert help_with_section(worker="second/1/1")  # it notices, and leaves

    assert not Section.objects.exists()
    with pytest.raises(Refusal):
        cancel_transcode(transcode=taken)
    sweep_media()
    assert folders() == set()
    monkeypatch.setattr(splicing.Making, "run", run)
    retry_transcode(transcode=taken)
    assert transcode_next().is_done


def test_a_folder_of_a_section_is_not_swept_away(taken):
    assert help_with_section(worker="second/1/1")
    folder = taken.sections.get(number=0).folder

    sweep_media()

    assert folders() == {folder}
    assert queries.is_named(folder)


def test_sections_of_a_film_that_has_an_end_are_orphans(taken):
    assert help_with_section(worker="second/1/1")
    Transcode.objects.update(
        state="failed",
        lease_by="",
        lease_until=None,
        folder="",
        error_code="stalled",
        finished_at=taken.requested_at,
    )

    assert sharing.remove_orphans() == 3
    assert sweep_media().folders == 1


def test_an_addition_is_shared_as_well(feature, settings):
    settings.ENCODER_LONG_SECONDS, settings.ENCODER_SECTION_SECONDS = 8, 4
    settings.ENCODER_ADDITIONS = ["thrift"]
    request_transcode(original=adopt_file(path=feature))
    base = transcode_next()
    thrift = claim_next(worker="first/1/1")
    assert thrift.part == "thrift"
    recipe = plan_of(thrift.original)[1]
    sharing.lay_out(thrift, recipe, sharing.cuts_of(thrift, recipe))
    assert not help_with_section(worker="second/1/1", lane=Lane.BASES)
    assert help_with_section(worker="second/1/1", lane=Lane.ADDITIONS)

    assert make_claimed(thrift).is_done
    base.refresh_from_db()
    assert base.manifest["parts"] == ["base", "thrift"]
    assert folders() == {base.folder}
    assert list(queries.broken_transcodes()) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "running"},
        {"state": "done"},
        {"folder": "f-1"},
        {"lease_by": "w"},
        {"progress": 1.5},
        {"number": 1},
    ],
)
def test_rows_cannot_say_what_makes_no_sense(taken, wrong):
    with pytest.raises(DatabaseError):
        taken.sections.filter(number=0).update(**wrong)


def test_its_name_depends_on_where_it_is_cut_and_how_it_is_made(taken):
    (recipe,) = plan_of(taken.original)
    cuts = sharing.cuts_of(taken, recipe)
    names = {sharing._name_of(taken, recipe, cut) for cut in cuts}

    assert names == set(taken.sections.values_list("fingerprint", flat=True))
    assert sharing._name_of(taken, replace(recipe, crf=30), cuts[0]) not in names
    assert "section 0 waiting" in {str(row) for row in taken.sections.all()}
