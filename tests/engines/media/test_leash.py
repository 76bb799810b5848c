"""What a program on the leash cannot reach, tried by real programs. Kernels without a fence skip."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from kodipest.engines.media.apart import PROGRAM, ROOT
from kodipest.engines.media.encoder import Limits, Pulse, fences, leashed, run_encoder
from kodipest.engines.media.errors import Unusable

from . import footage

FENCES = fences()
QUIET = ["-nostdin", "-v", "error", "-progress", "pipe:1", "-nostats", "-y"]
files = pytest.mark.skipif("files" not in FENCES, reason="this kernel has no Landlock")
network = pytest.mark.skipif("network" not in FENCES, reason="no seccomp for this processor")


def nothing(_pulse: Pulse) -> None:
    pass


def python(program: str, *, readable: list[Path], writable: list[Path]) -> str:
    """Run a line of Python on the leash and return what it printed."""
    words = [sys.executable, "-c", program]
    done = subprocess.run(
        leashed(words, Limits(), nice=0, readable=readable, writable=writable),
        check=False,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip() or done.stderr.strip().rpartition("\n")[2]


@files
def test_an_encoder_reads_what_it_was_given_and_nothing_beside_it(tmp_path: Path) -> None:
    given, secret = footage.sound("given.wav"), tmp_path / "secret.wav"
    secret.write_bytes(given.read_bytes())
    folder = tmp_path / "job"
    folder.mkdir()
    (folder / "source").symlink_to(given)

    run_encoder([*QUIET, "-i", "source", "out.wav"], folder, Limits(), nothing)
    with pytest.raises(Unusable, match="Permission denied"):
        run_encoder([*QUIET, "-i", "../secret.wav", "out2.wav"], folder, Limits(), nothing)
    with pytest.raises(Unusable, match="Permission denied"):
        run_encoder([*QUIET, "-i", "source", "../out.wav"], folder, Limits(), nothing)

    assert (folder / "out.wav").stat().st_size > 1000
    assert not (tmp_path / "out.wav").exists()


@files
def test_a_playlist_that_was_named_may_have_its_segments_beside_it(tmp_path: Path) -> None:
    made, job = tmp_path / "made", tmp_path / "job"
    made.mkdir()
    job.mkdir()
    source = footage.sound("listed.wav")
    run_encoder([*QUIET, "-i", str(source), "-f", "hls", "index.m3u8"], made, Limits(), nothing)

    words = ["-protocol_whitelist", "file", "-i", f"file:{made}/index.m3u8", "-c", "copy", "out.ts"]
    run_encoder([*QUIET, *words], job, Limits(), nothing)

    assert (job / "out.ts").stat().st_size > 1000


@files
def test_writing_is_for_the_own_folder_and_the_house_stays_hidden(tmp_path: Path) -> None:
    own, other = tmp_path / "own", tmp_path / "other"
    own.mkdir()
    other.mkdir()
    (other / "key").write_text("secret")

    def tried(action: str) -> str:
        return python(
            f"from pathlib import Path; print({action})", readable=PROGRAM, writable=[own]
        )

    assert tried(f"Path('{own}/a').write_text('x')") == "1"
    assert "Permission denied" in tried(f"Path('{other}/a').write_text('x')")
    assert "Permission denied" in tried(f"Path('{other}/key').read_text()")
    for folder in (other, ROOT, Path(sys.base_prefix).parent, "/"):
        assert "Permission denied" in tried(f"list(Path('{folder}').iterdir())")
    assert "Permission denied" in tried("Path('/proc/1/environ').read_bytes()")
    assert "Permission denied" in tried("Path('/etc/passwd').read_text()")


@network
def test_nobody_on_the_leash_speaks_to_the_network(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(Unusable):
            run_encoder(
                [*QUIET, "-i", f"tcp://127.0.0.1:{port}?timeout=200000", "out.wav"],
                tmp_path,
                Limits(),
                nothing,
            )
        server.settimeout(0.1)
        with pytest.raises(TimeoutError):
            server.accept()

    opened = "import socket; print(socket.socket())"
    assert "Permission denied" in python(opened, readable=[], writable=[])
