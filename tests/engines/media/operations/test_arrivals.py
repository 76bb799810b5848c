"""What no single request shows: several at once, silence, faults of the disk, the last step."""

import base64
import errno
import hashlib
import os
import subprocess
import sys
import textwrap
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import connections
from django.utils import timezone

from kodipest.engines.media import apart, gathering, identity, storage
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.models import Arrival, Original
from kodipest.engines.media.operations import (
    Part,
    adopt_arrival,
    arrivals,
    begin_arrival,
    find_arrival,
    remove_arrival,
    settle_arrival,
    take_part,
    told_offset,
)
from kodipest.engines.media.operations import originals as originals_room
from kodipest.engines.media.queries import pending_arrivals
from kodipest.engines.media.tus import Checksum
from kodipest.kernel.errors import Refusal
from tests.factories.media import OriginalFactory
from tests.together import together  # noqa: F401 -- a fixture

pytestmark = pytest.mark.django_db
CONTENT = b"Alhamdulillah " * 30_000
ROOT = Path(__file__).parents[4]
GONE = f"{identity.machine()}/{2**22 + 1}/1~cafe"


@pytest.fixture(autouse=True)
def house(settings):
    settings.MEDIA_RESERVE_BYTES = 0
    settings.UPLOAD_TARGETS = "tests.engines.media.arrivals.house.group_of"


@pytest.fixture
def aisyah(db):
    return get_user_model().objects.create(username="aisyah")


@pytest.fixture
def arrival(aisyah):
    return begin_arrival(by=aisyah, length=len(CONTENT), name="f.mp4")


def part_of(content, offset=0, length=None, checksum=None):
    """A part whose line ends after `content`, whatever length was announced."""
    left = memoryview(content)

    def read(size):
        nonlocal left
        block, left = bytes(left[:size]), left[size:]
        return block

    return Part(offset, len(content) if length is None else length, read, checksum)


def whole(aisyah, path, name="f.mp4"):
    """An upload of which every byte has come."""
    content = path.read_bytes()
    arrival = begin_arrival(by=aisyah, length=len(content), name=name)
    take_part(arrival=arrival, part=part_of(content))
    arrival.refresh_from_db()
    return arrival


def codes(refused):
    return refused.value.codes


# --- who


def test_who_is_nobody_begins_nothing(db):
    with pytest.raises(PermissionDenied):
        begin_arrival(by=AnonymousUser(), length=1, name="f")


def test_who_was_locked_out_begins_nothing(aisyah):
    aisyah.is_active = False
    with pytest.raises(PermissionDenied):
        begin_arrival(by=aisyah, length=1, name="f")


def test_an_upload_is_found_by_its_owner_alone(arrival):
    other = get_user_model().objects.create(username="eka")

    assert find_arrival(arrival_id=arrival.pk, by=arrival.owner) == arrival
    with pytest.raises(Refusal) as refused:
        find_arrival(arrival_id=arrival.pk, by=other)
    assert codes(refused) == ["arrival_unknown"]


# --- after a kill, after a fault


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


def test_a_writer_whose_process_is_gone_is_put_out_at_once(arrival):
    Arrival.objects.update(writer=GONE, writer_until=timezone.now() + timedelta(minutes=5))
    arrival.refresh_from_db()

    assert told_offset(arrival=arrival) == 0
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


# --- disks


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_disk_that_fills_up_in_the_middle_keeps_what_it_took(arrival, monkeypatch, number):
    write = gathering.Gathering.write

    def fill_up(file, block, at):
        if at >= 150_000:
            raise OSError(number, "full")
        write(file, block, at)

    monkeypatch.setattr(gathering.Gathering, "write", fill_up)
    with pytest.raises(Refusal) as refused:
        take_part(arrival=arrival, part=part_of(CONTENT))
    monkeypatch.setattr(gathering.Gathering, "write", write)
    arrival.refresh_from_db()

    assert codes(refused) == ["no_space"]
    assert 150_000 <= arrival.offset < len(CONTENT)
    assert arrival.writer == ""
    assert take_part(
        arrival=arrival, part=part_of(CONTENT[arrival.offset :], arrival.offset)
    ) == len(CONTENT)
    assert arrival.path.read_bytes() == CONTENT


def test_a_disk_that_cannot_make_anything_sure_counts_nothing(arrival, monkeypatch):
    def full(_file):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(gathering.Gathering, "sync", full)
    with pytest.raises(Refusal) as refused:
        take_part(arrival=arrival, part=part_of(CONTENT))
    arrival.refresh_from_db()

    assert codes(refused) == ["no_space"]
    assert (arrival.offset, arrival.writer) == (0, "")


def test_other_trouble_of_the_disk_is_not_hidden_and_the_turn_ends(arrival, monkeypatch):
    def broken(_file, _block, _at):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(gathering.Gathering, "write", broken)
    with pytest.raises(OSError, match="Input/output"):
        take_part(arrival=arrival, part=part_of(CONTENT))
    arrival.refresh_from_db()
    assert (arrival.offset, arrival.writer) == (0, "")


def test_a_part_for_which_there_is_no_room_is_refused_before_its_first_byte(arrival, settings):
    settings.MEDIA_RESERVE_BYTES = 2**60
    part = part_of(CONTENT)
    part.read = None  # would fail

    with pytest.raises(Refusal) as refused:
        take_part(arrival=arrival, part=part)
    assert codes(refused) == ["no_space"]


def test_a_disk_that_is_full_for_real(tmp_path):
    """In a process whose files may hold 300 KB (RLIMIT_FSIZE): the kernel itself says no."""
    program = f"""
        import resource, signal
        from pathlib import Path
        from kodipest.engines.media.gathering import Gathering
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
        with Gathering(Path({str(tmp_path / "f")!r})) as file:
            try:
                file.write(b"x" * 500_000, 0)
            except OSError as error:
                print(error.errno, file.size)
    """
    done = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()\n" + textwrap.dedent(program)],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.test"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == [str(errno.EFBIG), "300000"], done.stderr


# --- several at once


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


def test_two_at_once_and_one_wins(together, aisyah):  # noqa: F811
    arrival = begin_arrival(by=aisyah, length=len(CONTENT), name="f")
    first = Held(arrival, CONTENT)

    with pytest.raises(Refusal) as refused:
        take_part(arrival=arrival, part=part_of(b"z" * 100))

    assert codes(refused) == ["arrival_busy"]
    assert first.finish() == len(CONTENT)
    assert arrival.path.read_bytes() == CONTENT


def test_many_begin_the_same_part_at_once_and_one_wins(together, aisyah):  # noqa: F811
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


def test_a_silent_sender_is_put_out_and_never_writes_again(together, aisyah):  # noqa: F811
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


def test_who_lets_go_of_an_upload_stops_its_sender(together, aisyah):  # noqa: F811
    arrival = begin_arrival(by=aisyah, length=len(CONTENT), name="f")
    sender = Held(arrival, CONTENT)

    remove_arrival(arrival=arrival)

    assert sender.finish() == "arrival_busy"
    assert list(storage.incoming().iterdir()) == []


def test_a_late_block_never_reaches_an_adopted_file(together, aisyah, clip):  # noqa: F811
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


def test_an_offset_is_told_after_the_last_bytes_of_a_cut_line(together, aisyah):  # noqa: F811
    arrival = begin_arrival(by=aisyah, length=len(CONTENT), name="f")
    line = Held(arrival, CONTENT)
    arrival.refresh_from_db()
    threading.Timer(0.3, line.may_go_on.set).start()

    assert told_offset(arrival=arrival) == len(CONTENT)
    assert line.finish() == len(CONTENT)


# --- the last step


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


def test_two_windows_press_send_at_once(together, aisyah, clip):  # noqa: F811
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


def test_what_was_put_in_its_place_is_not_removed(arrival):
    Arrival.objects.update(
        offset=arrival.length,
        original=OriginalFactory(),
        adopted_at=timezone.now(),
        settled_at=timezone.now(),
    )

    with pytest.raises(Refusal) as refused:
        remove_arrival(arrival=arrival)
    assert codes(refused) == ["arrival_taken"]


# --- a turn that ends in between


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


def test_letting_go_twice_is_letting_go_once(arrival):
    for _ in range(2):
        remove_arrival(arrival=arrival)

    assert not Arrival.objects.exists()
