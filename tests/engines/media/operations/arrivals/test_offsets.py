"""How far an upload has come, after a kill and after a fault."""

import os

import pytest

from kodipest.engines.media import gathering
from kodipest.engines.media.operations import (
    adopt_arrival,
    arrivals,
    find_arrival,
    take_part,
    told_offset,
)
from kodipest.kernel.errors import Refusal
from tests.engines.media.operations.arrivals.hands import CONTENT, codes, part_of

pytestmark = pytest.mark.django_db


def test_bytes_that_were_not_acknowledged_are_dropped(arrival):
    """As after a kill: the file is longer than the row says."""
    take_part(arrival=arrival, part=part_of(CONTENT[:1000]))
    with arrival.path.open("ab") as file:
        file.write(b"never acknowledged")

    assert told_offset(arrival=find_arrival(arrival_id=arrival.pk, by=arrival.owner)) == 1000
    take_part(arrival=arrival, part=part_of(CONTENT[1000:2000], 1000))

    assert arrival.path.read_bytes() == CONTENT[:2000]


def test_a_file_that_lost_bytes_goes_back_to_what_is_there(arrival):
    take_part(arrival=arrival, part=part_of(CONTENT[:1000]))
    os.truncate(arrival.path, 600)
    arrival.refresh_from_db()

    assert told_offset(arrival=arrival) == 600
    with pytest.raises(Refusal) as refused:
        take_part(arrival=arrival, part=part_of(CONTENT[1000:], 1000))
    assert codes(refused) == ["offset_differs"]
    assert take_part(arrival=arrival, part=part_of(CONTENT[600:], 600)) == len(CONTENT)
    assert arrival.path.read_bytes() == CONTENT


def test_a_file_that_is_gone_begins_anew(arrival):
    take_part(arrival=arrival, part=part_of(CONTENT))
    arrival.path.unlink()
    arrival.refresh_from_db()

    assert told_offset(arrival=arrival) == 0
    with pytest.raises(Refusal) as refused:
        adopt_arrival(arrival=arrival, by=arrival.owner)
    assert codes(refused) == ["not_whole"]
    assert take_part(arrival=arrival, part=part_of(CONTENT)) == len(CONTENT)


def test_what_is_acknowledged_was_on_the_disk_before(arrival, monkeypatch):
    """The order that the promise rests on: bytes, then sync, then the row."""
    seen = []
    sync, count = gathering.Gathering.sync, arrivals._Turn.count
    monkeypatch.setattr(arrivals, "COUNT_BYTES", 100_000)
    monkeypatch.setattr(
        gathering.Gathering, "sync", lambda file: seen.append(("sync", file.size)) or sync(file)
    )
    monkeypatch.setattr(
        arrivals._Turn, "count", lambda turn, at: seen.append(("count", at)) or count(turn, at)
    )

    take_part(arrival=arrival, part=part_of(CONTENT))

    synced = [size for act, size in seen if act == "sync"]
    assert [act for act, _size in seen] == ["sync", "count"] * len(synced)
    assert synced == [at for act, at in seen if act == "count"]
    assert len(synced) >= 2
    assert synced[-1] == len(CONTENT)
