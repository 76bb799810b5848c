import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from kodipest.engines.media import apart
from kodipest.engines.media.apart import make_apart, probe_apart
from kodipest.engines.media.encoder import Limits
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.probe import probe

from . import footage, paper


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


def paper_pdf() -> Path:
    return footage.written("apart.pdf", paper.pdf_with_names())


def test_a_maker_says_how_far_it_is_and_what_it_made(tmp_path: Path) -> None:
    heard: list[float] = []

    made = make_apart("pdf", paper_pdf(), tmp_path, heard.append)

    assert made.facts["file"] == "document.pdf"
    assert (heard[-1], heard) == (1, sorted(heard))
    assert made.usage.cpu_seconds > 0
    assert made.usage.peak_rss_bytes > 10_000_000


def test_a_maker_keeps_the_code_of_a_refusal(tmp_path: Path) -> None:
    with pytest.raises(Unusable) as refused:
        make_apart("pdf", footage.written("no.pdf", b"%PDF-1.4 nothing"), tmp_path, print)

    assert refused.value.code == "damaged"


@pytest.mark.parametrize(
    "limits", [Limits(memory_bytes=20_000_000), Limits(memory_bytes=4 * 1024**3, file_bytes=1000)]
)
def test_a_document_that_brings_its_maker_down_does_not_take_us_along(
    tmp_path: Path, limits: Limits
) -> None:
    with pytest.raises((Unusable, OSError)) as refused:
        make_apart("pdf", paper_pdf(), tmp_path, lambda _fraction: None, limits)

    assert "File too large" in str(refused.value) or refused.value.code == "damaged"


def test_a_disk_that_cannot_be_read_is_not_blamed_on_the_document(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        make_apart("pdf", tmp_path / "gone.pdf", tmp_path, lambda _fraction: None)


def test_whoever_listens_can_stop_a_maker(tmp_path: Path) -> None:
    def stop(_fraction: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        make_apart("pdf", paper_pdf(), tmp_path, stop)

    left = [each for each in psutil.Process().children() if "makers" in " ".join(each.cmdline())]
    assert left == []


def test_a_maker_that_says_nothing_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "SILENCE_SECONDS", -1)

    with pytest.raises(Unusable, match="silent"):
        make_apart("pdf", paper_pdf(), tmp_path, lambda _fraction: None)
