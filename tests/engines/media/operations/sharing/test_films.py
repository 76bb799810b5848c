"""Long films in sections: made, asked for anew, called off, added to."""

import pytest

from kodipest.engines.media import queries, splicing
from kodipest.engines.media.models import Section, Transcode
from kodipest.engines.media.operations import (
    Lane,
    adopt_file,
    cancel_transcode,
    claim_next,
    make_claimed,
    request_transcode,
    retry_transcode,
    sharing,
    sweep_media,
    transcode_next,
)
from kodipest.engines.media.operations.requests import plan_of
from kodipest.kernel.errors import Refusal
from tests.engines.media.operations.sharing.hands import (
    folders,
    frames,
    help_with_section,
    note_run,
    states,
)

pytestmark = pytest.mark.django_db


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
    monkeypatch.setattr(splicing.Making, "run", run)
    retry_transcode(transcode=taken)  # while a folder of the first time is still there
    done = transcode_next()
    assert (done.is_done, done.attempts) == (True, 0)
    sweep_media()
    assert folders() == {done.folder}


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
