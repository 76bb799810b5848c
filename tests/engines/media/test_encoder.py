"""The encoder on its leash: it ends when we end, it stays inside its limits, it says why."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from kodipest.engines.media import encoder, leash
from kodipest.engines.media.encoder import Limits, Pulse, ffmpeg_path, run_encoder
from kodipest.engines.media.errors import Unusable

QUIET = ["-nostdin", "-loglevel", "warning", "-progress", "pipe:1", "-stats_period", "0.1"]
ENDLESS = [*QUIET, "-re", "-f", "lavfi", "-i", "testsrc=s=64x64", "-f", "null", "-"]


def _nothing(_pulse: Pulse) -> None:
    pass


def _encoders() -> list[psutil.Process]:
    children = psutil.Process().children(recursive=True)
    return [child for child in children if Path(ffmpeg_path()).name.startswith(child.name()[:10])]


def test_usage_is_the_bill_of_the_encoder(tmp_path: Path) -> None:
    pulses: list[tuple[int, float]] = []
    words = [*QUIET, "-f", "lavfi", "-i", "testsrc=s=320x240:d=20", "-c:v", "libx264", "a.mp4"]

    usage = run_encoder(
        words, tmp_path, Limits(), lambda pulse: pulses.append((pulse.frames, pulse.out_seconds))
    )

    assert (tmp_path / "a.mp4").stat().st_size > 0
    assert 0.05 < usage.cpu_seconds < 60
    assert usage.wall_seconds > 0
    assert usage.peak_rss_bytes > 10_000_000
    assert pulses[-1] == (500, pytest.approx(20, abs=0.1))
    assert pulses == sorted(pulses)


def test_failure_carries_the_words_of_ffmpeg(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match=r"exit [0-9]+; .*missing\.mp4") as refused:
        run_encoder([*QUIET, "-i", "missing.mp4", "x.mp4"], tmp_path, Limits(), _nothing)

    assert refused.value.code == "encoder_failed"


def test_full_disk_is_recognised(tmp_path: Path) -> None:
    words = [*QUIET, "-f", "lavfi", "-i", "testsrc=d=1", "-f", "rawvideo", "-y", "/dev/full"]

    with pytest.raises(Unusable) as refused:
        run_encoder(words, tmp_path, Limits(), _nothing)

    assert refused.value.code == "no_space"


def test_silence_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoder, "STALL_SECONDS", 0.5)
    os.mkfifo(tmp_path / "never")
    words = [*QUIET, "-f", "rawvideo", "-s", "8x8", "-i", "never", "-f", "null", "-"]

    with pytest.raises(Unusable, match="stalled: no headway for"):
        run_encoder(words, tmp_path, Limits(), _nothing)

    assert not _encoders()


def test_what_a_tick_raises_ends_the_encoder(tmp_path: Path) -> None:
    def stop(pulse: Pulse) -> None:
        if pulse.frames:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_encoder(ENDLESS, tmp_path, Limits(), stop)

    assert not _encoders()


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(cpu_seconds=1), ["-f", "lavfi", "-i", "testsrc2=s=640x480", "-f", "null", "-"]),
        (
            Limits(file_bytes=100_000),
            ["-f", "lavfi", "-i", "testsrc=d=9", "-f", "rawvideo", "big.raw"],
        ),
        (
            Limits(memory_bytes=300_000_000),
            ["-f", "lavfi", "-i", "testsrc=s=1920x1080:d=1", "-c:v", "libx264", "-f", "null", "-"],
        ),
    ],
)
def test_limits_hold(limits: Limits, words: list[str], tmp_path: Path) -> None:
    with pytest.raises(Unusable) as refused:
        run_encoder([*QUIET, *words], tmp_path, limits, _nothing)

    assert refused.value.code == "encoder_failed"


def test_a_flood_in_the_log_is_kept_short(tmp_path: Path) -> None:
    words = ["-loglevel", "trace", "-f", "lavfi", "-i", "testsrc=d=1", "-f", "no_such", "x"]

    with pytest.raises(Unusable) as refused:
        run_encoder(words, tmp_path, Limits(), _nothing)

    assert len(refused.value.detail) < 6 * encoder.LOG_LINE_BYTES + 100


PARENT = """
import sys
from pathlib import Path
from kodipest.engines.media.encoder import Limits, run_encoder
run_encoder(sys.argv[2:], Path(sys.argv[1]), Limits(), lambda pulse: print(pulse.frames, flush=True))
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_no_encoder_outlives_its_parent(how: signal.Signals, tmp_path: Path) -> None:
    """The worker is killed at once, as by a power cut or the kernel's memory killer."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path), *ENDLESS], stdout=subprocess.PIPE, text=True
    )
    with parent:
        assert parent.stdout
        while not int(parent.stdout.readline()):
            pass
        children = psutil.Process(parent.pid).children(recursive=True)
        assert len(children) == 1

        parent.send_signal(how)
        parent.wait()
        gone, alive = psutil.wait_procs(children, timeout=5)

    assert (len(gone), alive) == (1, [])


def test_a_leash_without_its_parent_runs_nothing(tmp_path: Path) -> None:
    """The parent died before the leash could be tied: its number is another's now."""
    words = [sys.executable, "-I", "-S", leash.__file__, "1", "0", "0", "0", "0"]

    done = subprocess.run(
        [*words, sys.executable, "-c", "open('ran', 'w')"],
        check=False,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1
    assert "the parent has gone" in done.stderr
    assert not (tmp_path / "ran").exists()


def test_the_leash_keeps_the_number_and_lowers_the_priority(tmp_path: Path) -> None:
    words = [sys.executable, "-I", "-S", leash.__file__, str(os.getpid()), "7", "60", "0", "4096"]
    words += ["", ""]
    told = "import os, resource; print(os.getpid(), os.nice(0), "
    told += (
        "resource.getrlimit(resource.RLIMIT_CPU)[0], resource.getrlimit(resource.RLIMIT_CORE)[1])"
    )

    child = subprocess.Popen(
        [*words, sys.executable, "-c", told], stdout=subprocess.PIPE, text=True
    )
    output, _errors = child.communicate(timeout=10)

    assert output.split() == [str(child.pid), str(os.nice(0) + 7), "60", "0"]


def test_an_encoder_that_ended_between_two_looks_is_billed(tmp_path: Path) -> None:
    def slow(_pulse: Pulse) -> None:
        time.sleep(0.3)

    words = [*QUIET, "-f", "lavfi", "-i", "testsrc=d=0.1", "-f", "null", "-"]

    assert run_encoder(words, tmp_path, Limits(), slow).cpu_seconds > 0
