"""Long films on a machine of a hub, while sweeps come by that take whatever looks left over."""

import threading

import pytest

from kodipest.engines.media import splicing, storage, stores, stores_bucket, stores_s3
from kodipest.engines.media.models import Examination
from kodipest.engines.media.operations import (
    adopt_file,
    claim_next,
    make_claimed,
    request_transcode,
    sharing,
    shipping,
    transcode_next,
)
from kodipest.engines.media.operations.requests import plan_of
from tests.engines.media.operations.sharing.hands import help_with_section
from tests.factories.media import film, make_old

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="session")
def feature(tmp_path_factory):
    return film(tmp_path_factory.mktemp("long") / "long.mp4", seconds=13, size="160x120", rate=60)


@pytest.fixture
def asked(hub, feature, settings):
    """A film that lies on this disk, asked for in sections from 0, 4 and 8 s on."""
    settings.MEDIA_GRACE_SECONDS = 900
    settings.ENCODER_PRESET = "ultrafast"
    settings.ENCODER_ADDITIONS = []
    settings.ENCODER_LONG_SECONDS = 8
    settings.ENCODER_SECTION_SECONDS = 4
    settings.ENCODER_THREADS = 1
    return request_transcode(original=adopt_file(path=feature))


def sweep_much_later():
    for path in storage.renditions().iterdir():
        make_old(path)
    shipping.tidy()


def test_sections_of_a_film_at_work_outlast_the_sweep(asked, monkeypatch):
    gather = splicing.SplicedLadder._gather

    def gather_late(ladder):
        sweep_much_later()
        gather(ladder)

    monkeypatch.setattr(splicing.SplicedLadder, "_gather", gather_late)
    done = transcode_next()

    assert (done.state, done.error_detail) == ("done", "")
    assert list(storage.renditions().iterdir()) == []


def test_sections_of_a_film_that_nobody_has_leave_this_disk(asked):
    row = claim_next(worker="first/1/1")
    (recipe,) = plan_of(row.original)
    sharing.lay_out(row, recipe, sharing.cuts_of(row, recipe))
    assert help_with_section(worker="second/1/1")
    section = row.sections.get(number=0)
    sweep_much_later()
    assert storage.rendition_path(section.folder).exists()

    type(row).objects.update(state="waiting", lease_by="", lease_until=None, folder="")
    sweep_much_later()
    assert not storage.rendition_path(section.folder).exists()
    assert transcode_next().is_done  # it is brought back from the bucket


def test_an_original_that_is_brought_away_meanwhile_stays_for_the_next_section(asked, monkeypatch):
    path, run = asked.original.path, splicing.Making.run
    looked = []

    def bring_away_first(making, *words):
        if making.section.number == 1:
            make_old(path)
            shipping.bring_away(patiently=True)
            shipping.bring_away(patiently=True)
            for held in (storage.media_root() / "fetched").glob("**"):
                make_old(held)
            shipping.tidy()
            looked.append(path.exists())
        return run(making, *words)

    monkeypatch.setattr(splicing.Making, "run", bring_away_first)
    done = transcode_next()

    assert (done.state, done.error_detail, looked) == ("done", "", [False])
    assert Examination.objects.get().likeness["sound"]
    assert list((storage.media_root() / "fetched").iterdir()) == []


def test_all_that_comes_and_goes_for_a_film_is_heard(asked, settings, monkeypatch):
    """But for what is shown while it grows: that has a thread of its own, and no lease."""
    settings.ENCODER_ADDITIONS = ["thrift"]
    shipping.bring_away(patiently=True)
    asked.original.path.unlink()
    deaf, transfers, heard = [], [], stores_s3.heard

    def listen(on_bytes, **how):
        transfers.append(on_bytes)
        if on_bytes is None and "_send_until_ended" not in threading.current_thread().name:
            deaf.append(threading.current_thread().name)
        return heard(on_bytes, **how)

    for module in (stores_s3, stores_bucket):
        monkeypatch.setattr(module, "heard", listen)
    row = claim_next(worker="first/1/1")
    (recipe, *_additions) = plan_of(row.original)
    sharing.lay_out(row, recipe, sharing.cuts_of(row, recipe))
    assert help_with_section(worker="second/1/1")
    stores.Disk().remove(row.sections.get(number=0).folder)  # it was another machine

    assert make_claimed(row).is_done
    added = transcode_next()
    assert (added.part, added.state) == ("thrift", "done")
    assert deaf == []
    assert len(transfers) > 20
