"""Disks that are full or broken while an upload comes."""

import errno
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from kodipest.engines.media import gathering
from kodipest.engines.media.operations import take_part
from kodipest.kernel.errors import Refusal
from tests.engines.media.operations.arrivals.hands import CONTENT, codes, part_of

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[5]


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
