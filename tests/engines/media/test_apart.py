import signal
import subprocess
from pathlib import Path

import pytest

from kodipest.engines.media import apart
from kodipest.engines.media.apart import probe_apart
from kodipest.engines.media.encoder import Limits
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.probe import probe

from . import footage


def test_it_tells_what_the_probe_tells() -> None:
    film = footage.film()

    assert probe_apart(film) == probe(film)


def test_refusals_keep_their_code_and_detail() -> None:
    trap = footage.written("trap.mp4", b"#EXTM3U\n/etc/hostname\n")

    with pytest.raises(Unusable) as refused:
        probe_apart(trap)

    assert refused.value.code == "disguised"
    assert "#EXTM3U" in refused.value.detail


def test_a_file_that_is_not_there_is_trouble_with_the_disk(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        probe_apart(tmp_path / "gone.mp4")


def test_a_file_that_eats_time_is_ended_by_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    """A real death: the leash gives the process less memory than Python needs."""
    monkeypatch.setattr(apart, "LIMITS", Limits(memory_bytes=20_000_000))

    with pytest.raises(Unusable, match="probing ended with") as refused:
        probe_apart(footage.film())

    assert refused.value.code == "damaged"


def test_a_crash_of_the_decoder_is_told_as_damage() -> None:
    crashed = subprocess.run(["sh", "-c", "kill -SEGV $$"], check=False, capture_output=True)
    assert crashed.returncode == -signal.SIGSEGV

    with pytest.raises(Unusable, match="probing ended with -11"):
        apart._read(crashed)
