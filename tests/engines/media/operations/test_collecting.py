"""Letting go of what nobody needs, and of nothing else."""

import os
import time
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from kodipest.engines.media import storage, uploads
from kodipest.engines.media.models import Arrival, Original, Transcode
from kodipest.engines.media.operations import (
    adopt_upload,
    begin_arrival,
    collecting,
    sweep_media,
)
from kodipest.works.models import Asset, Revision
from tests.factories.media import OriginalFactory, TranscodeFactory, fill_folder
from tests.factories.people import cast
from tests.factories.stages import started
from tests.factories.works import asset
from tests.together import together  # noqa: F401 -- a fixture

pytestmark = pytest.mark.django_db
LONG_AGO = timezone.now() - timedelta(days=30)


@pytest.fixture(autouse=True)
def house(settings):
    settings.MEDIA_RESERVE_BYTES = 0
    settings.MEDIA_UNUSED_SECONDS = 3600
    settings.UPLOAD_TARGETS = "tests.engines.media.arrivals.house.group_of"


@pytest.fixture
def aisyah(db):
    return get_user_model().objects.create(username="aisyah-2")


def make_old(path, seconds=25 * 3600):
    past = time.time() - seconds
    os.utime(path, (past, past))


def old_original(**fields):
    original = OriginalFactory(brought_at=LONG_AGO, **fields)
    make_old(original.path)
    return original


# --- uploads that rest


def test_an_upload_that_rested_too_long_goes_with_its_bytes(aisyah):
    expired, young = (begin_arrival(by=aisyah, length=10, name="f") for _ in range(2))
    for each in (expired, young):
        storage.incoming()
        each.path.write_bytes(b"12345")
        make_old(each.path, 5 * 24 * 3600)  # a young row may rest for days: its bytes stay
    Arrival.objects.filter(pk=expired.pk).update(expires_at=timezone.now())

    swept = sweep_media()

    assert (swept.expired, swept.parts) == (1, 0)
    assert list(Arrival.objects.all()) == [young]
    assert list(storage.incoming().iterdir()) == [young.path]


def test_a_part_that_comes_in_at_this_moment_keeps_its_upload(aisyah, monkeypatch):
    arrival = begin_arrival(by=aisyah, length=10, name="f")
    Arrival.objects.update(expires_at=timezone.now())
    rows = list(Arrival.objects.all())
    Arrival.objects.update(expires_at=timezone.now() + timedelta(days=1))
    objects = Arrival.objects

    class Stale:
        """Answers the first question as it was a moment ago."""

        def filter(self, **wanted):
            return objects.filter(**wanted) if "pk" in wanted else rows

    monkeypatch.setattr(collecting.Arrival, "objects", Stale())
    assert collecting.remove_expired_arrivals() == 0
    monkeypatch.undo()
    assert Arrival.objects.get() == arrival


def test_bytes_that_no_upload_counts_are_removed(aisyah):
    kept = begin_arrival(by=aisyah, length=10, name="f")
    adopted = begin_arrival(by=aisyah, length=10, name="f")
    Arrival.objects.filter(pk=adopted.pk).update(
        offset=10, original=OriginalFactory(), adopted_at=timezone.now()
    )
    strange = storage.incoming() / f"nobody{storage.ARRIVAL}"
    young = storage.incoming() / f"young{storage.ARRIVAL}"
    for path in (kept.path, adopted.path, strange, young):
        path.write_bytes(b"x")
        make_old(path, 3600 if path != young else 0)

    assert sweep_media().parts == 2
    assert set(storage.incoming().iterdir()) == {kept.path, young}


# --- originals that nothing refers to


def test_what_nothing_refers_to_goes_with_all_that_was_made_of_it(aisyah):
    original = old_original()
    transcode = TranscodeFactory(done=True, original=original)
    folder = fill_folder(transcode, master_m3u8=b"#EXTM3U")
    storage.link_public(transcode.folder)
    note = begin_arrival(by=aisyah, length=10, name="f")
    Arrival.objects.filter(pk=note.pk).update(
        offset=10, original=original, adopted_at=LONG_AGO, settled_at=LONG_AGO
    )

    swept = sweep_media()

    assert (swept.forgotten, swept.originals, swept.folders) == (1, 1, 1)
    assert not Original.objects.exists()
    assert not Transcode.objects.exists()
    assert not Arrival.objects.exists()
    assert not folder.exists()
    assert not original.path.exists()
    assert sweep_media().forgotten == 0


def test_what_was_brought_a_moment_ago_stays():
    original = OriginalFactory()

    assert sweep_media().forgotten == 0
    assert original.path.exists()


@pytest.mark.parametrize("through", ["original", "transcode"])
def test_what_a_work_holds_stays(through):
    """A table that this engine does not know refers to it: `Asset` of works."""
    work = started(cast())
    file = asset(Revision.objects.get(work=work), "image", role="cover")
    if through == "transcode":
        Asset.objects.update(original=OriginalFactory())  # only what was made of it is referred to
    Original.objects.filter(pk=file.original_id).update(brought_at=LONG_AGO)

    assert sweep_media().forgotten == 0
    assert Transcode.objects.filter(pk=file.transcode_id).exists()

    Asset.objects.all().delete()
    assert sweep_media().forgotten == 1
    assert not Transcode.objects.filter(pk=file.transcode_id).exists()


def test_what_a_worker_is_busy_with_stays():
    TranscodeFactory(running=True, original=old_original())

    assert sweep_media().forgotten == 0


def test_what_its_owner_may_still_put_in_its_place_stays(aisyah):
    note = begin_arrival(by=aisyah, length=10, name="f")
    Arrival.objects.filter(pk=note.pk).update(
        offset=10, original=old_original(), adopted_at=LONG_AGO
    )
    assert sweep_media().forgotten == 0

    Arrival.objects.update(expires_at=LONG_AGO)
    assert sweep_media().forgotten == 1


def test_who_brings_known_bytes_again_keeps_them(clip):
    original = adopt_upload(upload=uploads.take_copy(clip))
    Original.objects.update(brought_at=LONG_AGO)
    make_old(original.path)

    adopt_upload(upload=uploads.take_copy(clip))

    assert sweep_media().forgotten == 0


def test_somebody_brings_the_same_bytes_while_they_are_swept(together, clip):  # noqa: F811
    """Whoever is first: in the end there is a row, and its bytes are right."""
    for _ in range(4):
        original = adopt_upload(upload=uploads.take_copy(clip))
        Original.objects.update(brought_at=LONG_AGO)
        make_old(original.path)
        again = uploads.take_copy(clip)

        swept, adopted = together(sweep_media, lambda again=again: adopt_upload(upload=again))

        assert isinstance(adopted, Original), adopted
        assert swept.forgotten in {0, 1}
        assert Original.objects.get() == adopted
        assert storage.sha256_of(adopted.path) == adopted.sha256


def test_somebody_refers_to_it_while_it_is_swept(together, monkeypatch):  # noqa: F811
    """The row is held, looked at again, and the database itself has the last word."""
    work = started(cast())
    revision = Revision.objects.get(work=work)
    for _ in range(4):
        original = old_original()
        transcode = TranscodeFactory(done=True, original=original)

        def place(original=original, transcode=transcode):
            return Asset.objects.create(
                revision=revision,
                original=original,
                transcode=transcode,
                role="cover",
                position=Asset.objects.count(),
                file_name="f",
            )

        swept, placed = together(sweep_media, place)

        is_kept = Original.objects.filter(pk=original.pk).exists()
        assert is_kept == isinstance(placed, Asset)
        assert swept.forgotten == (0 if is_kept else 1)


def test_a_reference_that_only_the_database_sees_keeps_the_row(monkeypatch):
    """As if the reference had come between the second look and the deletion."""
    work = started(cast())
    file = asset(Revision.objects.get(work=work), "image", role="cover")
    Original.objects.update(brought_at=LONG_AGO)
    key = file.original_id
    monkeypatch.setattr(collecting, "_unused", lambda: Original.objects.filter(pk=key))

    assert collecting.forget_unused_originals() == 0
    assert Transcode.objects.filter(pk=file.transcode_id).exists()
