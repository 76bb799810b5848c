"""The last step: a whole upload becomes an original, once."""

import errno
import os

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied

from kodipest.engines.media import apart, storage
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.models import Arrival, Original
from kodipest.engines.media.operations import (
    adopt_arrival,
    begin_arrival,
    find_arrival,
    settle_arrival,
    take_part,
)
from kodipest.engines.media.operations import originals as originals_room
from kodipest.engines.media.queries import pending_arrivals
from kodipest.kernel.errors import Refusal
from tests.engines.media.operations.arrivals.hands import CONTENT, codes, part_of

pytestmark = pytest.mark.django_db


def whole(aisyah, path, name="f.mp4"):
    """An upload of which every byte has come."""
    content = path.read_bytes()
    arrival = begin_arrival(by=aisyah, length=len(content), name=name)
    take_part(arrival=arrival, part=part_of(content))
    arrival.refresh_from_db()
    return arrival


def test_a_whole_upload_becomes_an_original_once(aisyah, clip):
    arrival = whole(aisyah, clip)

    original = adopt_arrival(arrival=arrival, by=aisyah)
    again = adopt_arrival(arrival=find_arrival(arrival_id=arrival.pk, by=aisyah), by=aisyah)

    assert original == again
    assert original.path.read_bytes() == clip.read_bytes()
    assert original.path.stat().st_nlink == 1
    assert list(storage.incoming().iterdir()) == []
    assert list(pending_arrivals(aisyah)) == [arrival]  # nobody has put it anywhere yet
    assert settle_arrival(arrival=arrival)
    assert not settle_arrival(arrival=arrival)
    assert list(pending_arrivals(aisyah)) == []


def test_the_same_film_from_two_is_one_original(aisyah, clip):
    budi = get_user_model().objects.create(username="budi")
    first, second = whole(aisyah, clip), whole(budi, clip)

    assert adopt_arrival(arrival=first, by=aisyah) == adopt_arrival(arrival=second, by=budi)
    assert Original.objects.count() == 1
    assert list(storage.incoming().iterdir()) == []


def test_an_upload_is_adopted_by_its_owner_alone(aisyah, clip):
    eka = get_user_model().objects.create(username="eka")

    with pytest.raises(PermissionDenied):
        adopt_arrival(arrival=whole(aisyah, clip), by=eka)
    assert not Original.objects.exists()


def test_half_an_upload_is_not_adopted_and_stays(arrival):
    take_part(arrival=arrival, part=part_of(CONTENT[:1000]))

    with pytest.raises(Refusal) as refused:
        adopt_arrival(arrival=arrival, by=arrival.owner)
    assert codes(refused) == ["not_whole"]
    assert arrival.path.read_bytes() == CONTENT[:1000]


def test_what_is_no_film_goes_with_its_reservation(arrival):
    take_part(arrival=arrival, part=part_of(CONTENT))

    with pytest.raises(Refusal) as refused:
        adopt_arrival(arrival=arrival, by=arrival.owner)
    assert codes(refused) == ["not_media"]
    assert not Arrival.objects.exists()
    assert list(storage.incoming().iterdir()) == []


def test_trouble_while_looking_leaves_the_upload_where_it_was(aisyah, clip, monkeypatch):
    arrival = whole(aisyah, clip)

    def broken(_path):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(apart, "probe_apart", broken)
    with pytest.raises(OSError, match="Input/output"):
        adopt_arrival(arrival=arrival, by=aisyah)
    monkeypatch.undo()
    storage_left = arrival.path.read_bytes()

    assert storage_left == clip.read_bytes()


def test_a_full_disk_at_the_last_step_leaves_the_upload_where_it_was(aisyah, clip, monkeypatch):
    arrival = whole(aisyah, clip)

    def full(_from, _to):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "link", full)
    with pytest.raises(Refusal) as refused:
        adopt_arrival(arrival=arrival, by=aisyah)
    monkeypatch.undo()

    assert codes(refused) == ["no_space"]
    assert adopt_arrival(arrival=arrival, by=aisyah).path.exists()


def test_a_crash_between_file_and_row_is_made_up_for(aisyah, clip, monkeypatch):
    arrival = whole(aisyah, clip)
    note = originals_room._note_adoption

    def die(*_what):
        raise KeyboardInterrupt

    monkeypatch.setattr(originals_room, "_note_adoption", die)
    with pytest.raises(KeyboardInterrupt):
        adopt_arrival(arrival=arrival, by=aisyah)
    assert arrival.path.exists()
    monkeypatch.setattr(originals_room, "_note_adoption", note)

    original = adopt_arrival(arrival=arrival, by=aisyah)

    assert original.path.read_bytes() == clip.read_bytes()
    assert [it.name for it in original.path.parent.iterdir()] == [original.sha256]
    assert list(storage.incoming().iterdir()) == []


def test_a_lost_original_is_healed_by_an_upload_in_parts(aisyah, clip):
    original = adopt_arrival(arrival=whole(aisyah, clip), by=aisyah)
    original.path.unlink()

    assert adopt_arrival(arrival=whole(aisyah, clip), by=aisyah) == original
    assert original.path.read_bytes() == clip.read_bytes()


def test_two_windows_press_send_at_once(together, aisyah, clip):
    arrival = whole(aisyah, clip)

    def press():
        mine = find_arrival(arrival_id=arrival.pk, by=aisyah)
        return adopt_arrival(arrival=mine, by=aisyah)

    found = together(press, press, press)

    originals = {it for it in found if isinstance(it, Original)}
    assert len(originals) == 1
    assert {it.code for it in found if not isinstance(it, Original)} <= {"arrival_busy"}
    assert originals.pop().path.read_bytes() == clip.read_bytes()
    assert list(storage.incoming().iterdir()) == []


def test_an_unusable_file_is_refused_in_its_own_words(aisyah, clip, monkeypatch):
    def damaged(_path):
        raise Unusable("damaged", "for the log")

    monkeypatch.setattr(apart, "probe_apart", damaged)
    with pytest.raises(Refusal) as refused:
        adopt_arrival(arrival=whole(aisyah, clip), by=aisyah)
    assert codes(refused) == ["damaged"]
