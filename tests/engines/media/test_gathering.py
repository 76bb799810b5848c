import os
import stat
import subprocess
import sys

import pytest

from kodipest.engines.media import gathering, storage
from kodipest.engines.media.gathering import Gathering, Pace


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def path():
    return storage.incoming() / "it.arrival"


def test_bytes_go_to_their_place(path):
    with Gathering(path) as file:
        file.write(b"world", 6)
        file.write(b"hello ", 0)
        file.sync()
        assert file.size == 11
        file.cut(5)

    assert path.read_bytes() == b"hello"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_disk_that_takes_a_little_at_a_time(path, monkeypatch):
    write = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda file, block, at: write(file, block[:3], at))

    with Gathering(path) as file:
        file.write(b"bismillah", 0)

    assert path.read_bytes() == b"bismillah"


def test_one_at_a_time(path):
    with Gathering(path) as first, Gathering(path) as second:
        with first.alone(), pytest.raises(BlockingIOError), second.alone(patient=False):
            pass
        with second.alone(patient=False):
            pass


def test_a_hold_ends_with_the_process_that_had_it(path):
    program = (
        "import sys, fcntl, time; f = open(sys.argv[1], 'w'); fcntl.flock(f, fcntl.LOCK_EX);"
        "print('held', flush=True); time.sleep(60)"
    )
    words = [sys.executable, "-c", program, str(path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as holder, Gathering(path) as file:
        holder.stdout.readline()
        with pytest.raises(BlockingIOError), file.alone(patient=False):
            pass
        holder.kill()
        holder.wait()
        with file.alone(patient=False):
            file.write(b"mine", 0)


@pytest.mark.parametrize(
    ("seconds", "sizes"),
    [
        (0.0, [64, 128, 256, 256]),
        (0.2, [64, 64, 64]),
        (2.0, [64, 32, 16, 8, 4, 4]),
    ],
)
def test_blocks_fit_the_line(monkeypatch, seconds, sizes):
    now, asked = [0.0], []
    monkeypatch.setattr(gathering.time, "monotonic", lambda: now[0])

    def read(size):
        asked.append(size // 1024)
        now[0] += seconds
        return b"x"

    pace = Pace(read)
    for _ in sizes:
        pace.block(2**30)

    assert asked == sizes


def test_never_more_than_is_left():
    assert Pace(bytes).block(10) == bytes(10)
