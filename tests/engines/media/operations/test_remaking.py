"""A newer recipe does nothing by itself; asked for, it takes the place of the older set."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from kodipest.engines.media import queries, storage
from kodipest.engines.media.models import Original, Transcode
from kodipest.engines.media.operations import (
    adopt_file,
    remade,
    request_remakes,
    request_transcode,
    sweep_media,
    transcode_next,
)
from kodipest.engines.media.operations.remaking import request_remake
from kodipest.engines.media.operations.requests import plan_of
from tests.factories.media import OriginalFactory, TranscodeFactory, fill_folder, film

pytestmark = pytest.mark.django_db

State = Transcode.State
DAY = timedelta(days=1)
PDF = {"kind": "document", "container": "pdf", "mime": "application/pdf"}


def document():
    return OriginalFactory(kind="document", mime="application/pdf", probe=PDF)


def test_what_is_of_today_is_not_made_again(clip):
    request_transcode(original=adopt_file(path=clip))
    assert transcode_next().is_done

    assert request_remakes() == 0
    assert not remade().exists()


def test_an_older_set_is_made_anew_behind_everything_else(clip):
    original = adopt_file(path=clip)
    old = TranscodeFactory(original=original, done=True)
    assert [request_remakes() for _ in range(2)] == [1, 0]

    new = Transcode.objects.get(state=State.WAITING)
    assert (new.replaces, new.part, new.original) == (old, "base", original)
    assert new.turn_at > timezone.now() + 2 * DAY
    assert queries.newest_transcode(original) == old
    assert not remade().exists()

    assert transcode_next() == new
    assert queries.newest_transcode(original) == new
    assert [row.replaces for row in remade()] == [old]


@pytest.mark.parametrize("state", [{}, {"running": True}, {"failed": True}, {"cancelled": True}])
def test_what_is_not_done_is_not_made_again(state):
    row = TranscodeFactory(**state)

    assert request_remake(original=row.original) is None
    assert request_remakes() == 0


def test_documents_come_first_of_all():
    TranscodeFactory(original=document(), done=True)
    film = request_transcode(original=OriginalFactory(duration=30.0))
    assert request_remakes(kinds=["document"]) == 1

    new = Transcode.objects.get(replaces__isnull=False)
    assert new.turn_at < film.turn_at


def test_kinds_and_a_limit_may_be_chosen(capsys):
    for _number in range(3):
        TranscodeFactory(done=True)
    TranscodeFactory(original=document(), done=True)

    call_command("reprepare", kind=["video"], limit=2)
    call_command("reprepare", kind=["video"])
    call_command("reprepare")
    said = capsys.readouterr().out.split("\n")
    assert said[:3] == ["2 asked for", "1 asked for", "1 asked for"]
    assert set(Original.objects.values_list("kind", flat=True)) == {"video", "document"}


def test_the_additions_of_what_is_made_anew_wait_behind_as_well(clip, settings):
    settings.ENCODER_ADDITIONS = ["thrift"]
    TranscodeFactory(original=adopt_file(path=clip), done=True)
    request_remakes()
    new = transcode_next()

    assert new.additions.get().turn_at > timezone.now() + 4 * DAY


def test_an_old_set_goes_a_day_after_its_successor_came():
    old = TranscodeFactory(done=True)
    fill_folder(old, master_m3u8=b"#EXTM3U")
    TranscodeFactory(high=True, base=old, done=True)
    new = TranscodeFactory(done=True, original=old.original, replaces=old)
    fill_folder(new, master_m3u8=b"#EXTM3U")

    assert sweep_media().replaced == 0
    Transcode.objects.filter(pk=new.pk).update(finished_at=timezone.now() - 2 * DAY)
    assert sweep_media().replaced == 1

    assert list(Transcode.objects.all()) == [new]
    new.refresh_from_db()
    assert new.replaces is None
    assert [path.name for path in storage.renditions().iterdir()] == [new.folder]


def test_fast_motion_is_prepared_as_it_was_asked_for(tmp_path, settings):
    settings.ENCODER_ADDITIONS = []
    path = film(tmp_path / "bola.mp4", seconds=1, rate=60)
    original = adopt_file(path=path)
    usual = request_transcode(original=original)
    fast = request_transcode(original=original, max_fps=60)
    assert request_transcode(original=original, max_fps=60) == fast

    assert {transcode_next(), transcode_next()} == {usual, fast}
    for row in (usual, fast):
        row.refresh_from_db()
    rates = [[rung["fps"] for rung in row.manifest["rungs"]] for row in (usual, fast)]
    assert [set(each) for each in rates] == [{30}, {60}]
    assert queries.newest_transcode(original) == usual
    assert queries.newest_transcode(original, 60) == fast
    assert request_remakes() == 0


def test_fast_motion_stays_fast_when_it_is_made_anew():
    original = OriginalFactory()
    original.probe = original.probe | {"fps": 60.0}
    original.save(update_fields=["probe"])
    TranscodeFactory(original=original, done=True)
    fast = TranscodeFactory(original=original, done=True, wishes={"max_fps": 60})

    assert [request_remakes() for _ in range(2)] == [2, 0]

    assert Transcode.objects.get(replaces=fast).max_fps == 60


def test_the_larger_pictures_of_fast_motion_are_fast(settings):
    settings.ENCODER_ADDITIONS = ["high"]
    original = OriginalFactory()
    original.probe = original.probe | {"fps": 60.0}
    base = request_transcode(original=original, max_fps=60)
    usual = request_transcode(original=original)
    assert base.fingerprint != usual.fingerprint

    rates = [{one.part: one.fps for one in plan_of(original, row.max_fps)} for row in (usual, base)]

    assert [rate["high"] for rate in rates] == [30, 60]
    addition = TranscodeFactory(original=original, part="high", base=base)
    assert addition.max_fps == 60
