"""Who writes to an upload: one of several at once, until silent or put out."""

import base64
import hashlib
import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from kodipest.engines.media import gathering, identity, storage
from kodipest.engines.media.models import Arrival
from kodipest.engines.media.operations import (
    Part,
    adopt_arrival,
    arrivals,
    begin_arrival,
    remove_arrival,
    take_part,
    told_offset,
)
from kodipest.engines.media.tus import Checksum
from kodipest.kernel.errors import Refusal
from tests.engines.media.operations.arrivals.hands import CONTENT, codes, part_of

pytestmark = pytest.mark.django_db
GONE = f"{identity.machine()}/{2**22 + 1}/1~cafe"


def test_a_writer_whose_process_is_gone_is_put_out_at_once(arrival):
    Arrival.objects.update(writer=GONE, writer_until=timezone.now() + timedelta(minutes=5))
    arrival.refresh_from_db()

    assert told_offset(arrival=arrival) == 0
    assert take_part(arrival=arrival, part=part_of(CONTENT)) == len(CONTENT)


class Held:
    """A line that waits in the middle until it is told to go on."""

    def __init__(self, arrival, content):
        self.is_reading, self.may_go_on = threading.Event(), threading.Event()
        self.given, self.content = 0, content
        self.outcome = None
        self.part = Part(0, len(content), self.read)
        self.thread = threading.Thread(target=self.run, args=(arrival,))
        self.thread.start()
        assert self.is_reading.wait(30)

    def read(self, size):
        if self.given:
            self.is_reading.set()
            assert self.may_go_on.wait(30)
        block = self.content[self.given : self.given + size]
        self.given += len(block)
        return block

    def run(self, arrival):
        try:
            self.outcome = take_part(arrival=arrival, part=self.part)
        except Refusal as refusal:
            self.outcome = refusal.code
        finally:
            connections.close_all()

    def finish(self):
        self.may_go_on.set()
        self.thread.join(30)
        return self.outcome


def test_two_at_once_and_one_wins(together, aisyah):
    arrival = begin_arrival(by=aisyah, length=len(CONTENT), name="f")
    first = Held(arrival, CONTENT)

    with pytest.raises(Refusal) as refused:
        take_part(arrival=arrival, part=part_of(b"z" * 100))

    assert codes(refused) == ["arrival_busy"]
    assert first.finish() == len(CONTENT)
    assert arrival.path.read_bytes() == CONTENT


def test_many_begin_the_same_part_at_once_and_one_wins(together, aisyah):
    arrival = begin_arrival(by=aisyah, length=len(CONTENT), name="f")

    def send(letter):
        return lambda: take_part(arrival=arrival, part=part_of(letter * len(CONTENT)))

    found = together(*(send(letter) for letter in (b"a", b"b", b"c", b"d")))

    won = [it for it in found if it == len(CONTENT)]
    lost = [it.code for it in found if it != len(CONTENT)]
    assert len(won) == 1
    assert set(lost) <= {"arrival_busy", "offset_differs"}
    content = arrival.path.read_bytes()
    assert content == content[:1] * len(CONTENT)


def test_a_silent_sender_is_put_out_and_never_writes_again(together, aisyah):
    arrival = begin_arrival(by=aisyah, length=len(CONTENT), name="f")
    silent = Held(arrival, b"s" * len(CONTENT))
    Arrival.objects.update(writer_until=timezone.now() - timedelta(seconds=1))
    arrival.refresh_from_db()

    offset = told_offset(arrival=arrival)
    reached = take_part(arrival=arrival, part=part_of(CONTENT[offset:], offset))

    assert (offset, reached) == (0, len(CONTENT))
    assert silent.finish() == "arrival_busy"
    arrival.refresh_from_db()
    assert (arrival.offset, arrival.writer) == (len(CONTENT), "")
    assert arrival.path.read_bytes() == CONTENT


def test_who_lets_go_of_an_upload_stops_its_sender(together, aisyah):
    arrival = begin_arrival(by=aisyah, length=len(CONTENT), name="f")
    sender = Held(arrival, CONTENT)

    remove_arrival(arrival=arrival)

    assert sender.finish() == "arrival_busy"
    assert list(storage.incoming().iterdir()) == []


def test_a_late_block_never_reaches_an_adopted_file(together, aisyah, clip):
    """A sender that slept through everything must not change what has a hash by now."""
    content = clip.read_bytes()
    arrival = begin_arrival(by=aisyah, length=len(content), name="f.mp4")
    late = Held(arrival, b"s" * len(content))
    Arrival.objects.update(writer_until=timezone.now() - timedelta(seconds=1))
    take_part(arrival=arrival, part=part_of(content))

    original = adopt_arrival(arrival=arrival, by=aisyah)

    assert late.finish() == "arrival_busy"
    assert original.path.read_bytes() == content
    assert storage.sha256_of(original.path) == original.sha256


def test_an_offset_is_told_after_the_last_bytes_of_a_cut_line(together, aisyah):
    arrival = begin_arrival(by=aisyah, length=len(CONTENT), name="f")
    line = Held(arrival, CONTENT)
    arrival.refresh_from_db()
    threading.Timer(0.3, line.may_go_on.set).start()

    assert told_offset(arrival=arrival) == len(CONTENT)
    assert line.finish() == len(CONTENT)


def put_out(_turn=None, *_more):
    """Let another request become the writer."""
    until = timezone.now() + timedelta(minutes=1)
    Arrival.objects.update(writer=f"{identity.of_this_process()}~other", writer_until=until)


def test_who_is_put_out_before_the_file_is_open_changes_nothing(arrival, monkeypatch):
    take_part(arrival=arrival, part=part_of(CONTENT[:1000]))
    begin = gathering.Gathering.__init__

    def begin_late(file, path):
        begin(file, path)
        put_out()

    monkeypatch.setattr(gathering.Gathering, "__init__", begin_late)
    with pytest.raises(Refusal) as refused:
        take_part(arrival=arrival, part=part_of(CONTENT[1000:], 1000))

    assert codes(refused) == ["arrival_busy"]
    assert arrival.path.read_bytes() == CONTENT[:1000]


def test_who_is_put_out_before_counting_counts_nothing(arrival, monkeypatch):
    monkeypatch.setattr(gathering.Gathering, "sync", put_out)
    with pytest.raises(Refusal) as refused:
        take_part(arrival=arrival, part=part_of(CONTENT))
    arrival.refresh_from_db()

    assert codes(refused) == ["arrival_busy"]
    assert arrival.offset == 0


def promise(content):
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    return Checksum(f"sha256 {digest}")


def test_a_long_part_with_a_checksum_gives_signs_of_life_and_counts_at_its_end(
    arrival, monkeypatch
):
    told = []
    count = arrivals._Turn.count
    monkeypatch.setattr(arrivals, "COUNT_BYTES", 100_000)
    monkeypatch.setattr(
        arrivals._Turn, "count", lambda turn, at: told.append(at) or count(turn, at)
    )

    take_part(arrival=arrival, part=part_of(CONTENT, checksum=promise(CONTENT)))

    assert told[:-1] == [0] * len(told[:-1])
    assert len(told) > 2
    assert told[-1] == len(CONTENT)


def test_who_is_put_out_does_not_cut_what_another_one_writes(arrival, monkeypatch):
    part = part_of(CONTENT, checksum=promise(b"something else"))
    count_all = arrivals._Taking._count_all

    def count_late(taking):
        count_all(taking)
        put_out()

    monkeypatch.setattr(arrivals._Taking, "_count_all", count_late)
    with pytest.raises(Refusal) as refused:
        take_part(arrival=arrival, part=part)

    assert codes(refused) == ["checksum_differs"]
    assert arrival.path.stat().st_size == len(CONTENT)


def test_a_writer_well_at_work_is_not_waited_for(arrival, monkeypatch):
    put_out()
    arrival.refresh_from_db()
    naps = []

    def count_meanwhile(_seconds):
        naps.append(1)
        Arrival.objects.update(offset=1000 * len(naps))
        arrival.path.write_bytes(CONTENT)

    storage.incoming()
    monkeypatch.setattr(arrivals.time, "sleep", count_meanwhile)

    assert told_offset(arrival=arrival) == 1000
    assert len(naps) == 1
