"""Workers that have nothing else to do help with a film of another one."""

import errno
import threading

import pytest

from kodipest.engines.media import splicing, storage
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.models import Section, Transcode
from kodipest.engines.media.operations import Lane, make_claimed, sharing, stop_encoding
from kodipest.engines.media.operations.requests import plan_of
from tests.engines.media.operations.sharing.hands import (
    State,
    fail,
    folders,
    frames,
    help_with_section,
    note_run,
    states,
)
from tests.factories.media import TranscodeFactory

pytestmark = pytest.mark.django_db


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
    assert (first.number, first.folder) == (0, f"{first.pk.hex}-1")
    same = Section.objects.filter(pk=stale.pk, state=State.WAITING, runs=stale.runs)

    assert not same.exists()
    assert sharing.claim_section(worker="b").number == 1
    assert sharing.claim_section(worker="c", transcode=taken).number == 2
    assert sharing.claim_section(worker="d") is None


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


@pytest.mark.parametrize("code", ["no_space", "store_away"])
def test_a_helper_in_trouble_leaves_the_film_alone(taken, monkeypatch, code):
    fail(1, Unusable(code, "here only"), monkeypatch, number=0)

    assert not help_with_section(worker="second/1/1")

    assert states(taken) == ["waiting"] * 3
    assert taken.sections.get(number=0).attempts == 0
    assert folders() == set()
    assert make_claimed(taken).is_done


def test_a_helper_without_room_for_a_folder_gives_its_section_back(taken, monkeypatch):
    def full(_held):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(sharing.Held, "open", full)

    with pytest.raises(OSError, match="full"):
        help_with_section(worker="second/1/1")

    assert states(taken) == ["waiting"] * 3
