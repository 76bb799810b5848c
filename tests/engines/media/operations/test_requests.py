from datetime import timedelta

import pytest
from django.utils import timezone

from kodipest.engines.media import recipes
from kodipest.engines.media.models import Transcode
from kodipest.engines.media.operations import (
    cancel_transcode,
    claim_next,
    hurry_high,
    request_transcode,
    requests,
    retry_transcode,
)
from kodipest.kernel.errors import Refusal
from tests.factories.media import OriginalFactory, TranscodeFactory, rings

pytestmark = pytest.mark.django_db

State = Transcode.State
MINUTE = timedelta(minutes=1)


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

    monkeypatch.setattr(requests, "partial", lambda *_: deaf)
    with django_capture_on_commit_callbacks(execute=True):
        transcode = request_transcode(original=OriginalFactory())

    assert Transcode.objects.filter(pk=transcode.pk).exists()
    assert "no broker" in caplog.text


def test_what_was_called_off_is_wanted_again_when_somebody_sends_it_again():
    original = OriginalFactory()
    row = cancel_transcode(transcode=request_transcode(original=original))

    assert request_transcode(original=original) == row
    row.refresh_from_db()
    assert row.state == State.WAITING


def test_another_quality_is_another_row(settings):
    settings.ENCODER_PRESET = ""
    original = OriginalFactory()
    fast = request_transcode(original=original)
    settings.ENCODER_QUALITY = "teliti"
    fine = request_transcode(original=original)

    assert fast != fine
    assert {row.part for row in (fast, fine)} == {"base"}


# --- additions


@pytest.fixture
def base(settings):
    settings.ENCODER_ADDITIONS = ["high", "thrift"]
    return TranscodeFactory(done=True)


def test_a_base_asks_for_what_its_recipe_adds_once(base):
    for _twice in range(2):
        requests.request_additions(base)

    asked = list(base.additions.order_by("turn_at"))
    assert [(row.part, row.state, row.original) for row in asked] == [
        ("high", State.WAITING, base.original),
        ("thrift", State.WAITING, base.original),
    ]


def test_a_site_may_leave_additions_out(base, settings):
    settings.ENCODER_ADDITIONS = ["high"]
    requests.request_additions(base)

    assert [row.part for row in base.additions.all()] == ["high"]


def test_two_bases_of_one_film_have_their_own_additions(base):
    other = TranscodeFactory(done=True, original=base.original)
    for row in (base, other):
        requests.request_additions(row)

    assert Transcode.objects.filter(part="high").count() == 2


def test_a_small_film_has_no_larger_pictures(base):
    base.original.probe |= {"width": 640, "height": 360}
    requests.request_additions(base)

    assert [row.part for row in base.additions.all()] == ["thrift"]


def test_pictures_and_books_have_no_additions(base):
    base.original.probe = {"kind": "image", "container": "png", "mime": "image/png"}
    requests.request_additions(base)

    assert not base.additions.exists()
    assert recipes.ADDITIONS == ("high", "thrift")


# --- when somebody waits for the larger pictures


def test_hurried_pictures_come_before_what_is_asked_for_later(
    base, django_capture_on_commit_callbacks
):
    requests.request_additions(base)
    with django_capture_on_commit_callbacks(execute=True):
        hurry_high(transcode=base)
        hurry_high(transcode=base)
    later = TranscodeFactory(turn_at=timezone.now() + 5 * MINUTE)

    assert [claim_next(worker="w").part for _ in range(3)] == ["high", "base", "thrift"]
    assert later.part == "base"
    assert rings() == ["ring"]


def test_a_base_remembers_who_waits_for_its_larger_pictures(base):
    hurry_high(transcode=base)
    base.refresh_from_db()
    requests.request_additions(base)

    turns = dict(base.additions.values_list("part", "turn_at"))
    assert turns["high"] < timezone.now() + 2 * MINUTE
    assert turns["thrift"] > timezone.now() + timedelta(days=1)


def test_who_has_waited_long_is_not_put_back_by_hurry(base):
    requests.request_additions(base)
    long_ago = timezone.now() - timedelta(days=3)
    base.additions.update(turn_at=long_ago)
    hurry_high(transcode=base)

    assert set(base.additions.values_list("turn_at", flat=True)) == {long_ago}


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


def test_what_was_called_off_is_brought_back():
    row = retry_transcode(transcode=TranscodeFactory(cancelled=True))

    assert (row.state, row.finished_at, row.error_code) == (State.WAITING, None, "")
    assert claim_next(worker="w") == row


# --- calling off


@pytest.mark.parametrize("trait", [{}, {"running": True, "progress": 0.4}])
def test_what_has_not_ended_is_called_off(trait):
    row = cancel_transcode(transcode=TranscodeFactory(**trait))

    assert (row.state, row.folder, row.lease_by, row.lease_until) == ("cancelled", "", "", None)
    assert (row.progress, row.first_playable_at, row.manifest) == (0, None, None)
    assert row.is_cancelled
    assert not row.is_unfinished
    assert row.original.path.exists()
    assert claim_next(worker="w") is None


@pytest.mark.parametrize("trait", [{"done": True}, {"failed": True}, {"cancelled": True}])
def test_there_is_nothing_to_call_off(trait):
    row = TranscodeFactory(**trait)
    with pytest.raises(Refusal) as refused:
        cancel_transcode(transcode=row)

    assert refused.value.code == "nothing_to_cancel"
    again = Transcode.objects.get(pk=row.pk)
    assert (again.state, again.folder) == (row.state, row.folder)
