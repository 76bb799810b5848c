import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from kodipest.engines.media import apart
from kodipest.engines.media.apart import make_apart, probe_apart
from kodipest.engines.media.encoder import Limits, fences
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
        apart._read(crashed.returncode, crashed.stdout, crashed.stderr)


@pytest.mark.parametrize(
    "said",
    [
        "'[]'",
        "'{}'",
        "'5'",
        "'['*100_000",
        """'{"error": 1}'""",
        """'{"kind": "video"}'""",
        "'x'*10**9",
    ],
)
def test_a_prober_that_was_taken_over_can_say_anything(
    monkeypatch: pytest.MonkeyPatch, said: str
) -> None:
    monkeypatch.setattr(apart, "PROBER", (sys.executable, "-c", f"print({said})"))

    with pytest.raises(Unusable) as refused:
        probe_apart(footage.film())

    assert refused.value.code == "damaged"


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


# What a maker that a file has taken over could do: a real process behind the real fences.

files = pytest.mark.skipif("files" not in fences(), reason="this kernel has no Landlock")
network = pytest.mark.skipif("network" not in fences(), reason="no seccomp for this processor")
TAKEN_OVER = """
import json, os, pathlib, socket, subprocess, sys, tempfile
source, out = sys.argv[2:]
try:
    told = repr({action})
except OSError as error:
    told = error.strerror
print(json.dumps({{"made": {{"told": told}}}}))
"""


def done_by_a_taken_maker(
    action: str, out: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """Let the maker try one thing, and return what came of it."""
    program = TAKEN_OVER.format(action=action)
    monkeypatch.setattr(apart, "MAKER", (sys.executable, "-c", program))
    told: str = make_apart("pdf", source, out, lambda _fraction: None).facts["told"]
    return told


@files
@pytest.mark.parametrize(
    ("action", "came"),
    [
        ("open(source).read()", "'given'"),
        ("open(out + '/page', 'w').write('x')", "1"),
        ("os.path.dirname(tempfile.mkdtemp()).startswith(out + '/')", "True"),
        ("open(source + '/../secret').read()", "Permission denied"),
        ("os.listdir(source + '/..')", "Permission denied"),
        (f"os.listdir({str(apart.ROOT)!r})", "Permission denied"),
        ("os.listdir('/')", "Permission denied"),
        ("open(source, 'a')", "Permission denied"),
        ("open(source + '/../planted', 'w')", "Permission denied"),
        ("open('/etc/passwd').read()", "Permission denied"),
        ("open(f'/proc/{os.getppid()}/environ').read()", "Permission denied"),
        ("open('/tmp/planted', 'w')", "Permission denied"),
        ("os.symlink('/etc/passwd', out + '/1.jpg')", "Permission denied"),
        ("os.mkfifo(out + '/1.jpg')", "Permission denied"),
    ],
)
def test_a_maker_that_was_taken_over_sees_its_file_and_its_folder_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, action: str, came: str
) -> None:
    out, source = tmp_path / "out", tmp_path / "source"
    out.mkdir()
    source.write_text("given")
    (tmp_path / "secret").write_text("secret")
    action = action.replace("source + '/..", f"'{tmp_path}' + '")

    assert done_by_a_taken_maker(action, out, source, monkeypatch) == came

    assert {path.name for path in tmp_path.iterdir()} == {"out", "source", "secret"}
    assert [path for path in out.iterdir() if path.name != "page"] == []


@files
def test_a_maker_that_was_taken_over_runs_nothing_that_it_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = "open(out + '/run', 'w').write('#!/bin/sh\\n'), os.chmod(out + '/run', 0o700)"
    source = footage.written("given", b"given")

    action = f"({written}, subprocess.run([out + '/run']))"
    assert done_by_a_taken_maker(action, tmp_path, source, monkeypatch) == "Permission denied"


@network
def test_a_maker_that_was_taken_over_speaks_to_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        action = f"socket.create_connection({server.getsockname()!r})"
        source = footage.written("given", b"given")
        told = done_by_a_taken_maker(action, tmp_path, source, monkeypatch)

    assert told == "Permission denied"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("'['", "said b'\\['"),
        ("'[1]'", "said"),
        ("'[' * 100_000", "said"),
        ("""'{"fraction": "half"}'""", "said"),
        ("'x' * 20_000_000", "come to an end"),
    ],
)
def test_a_maker_that_was_taken_over_can_say_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, complaint: str
) -> None:
    program = f"print({line}, flush=True); import time; time.sleep(60)"
    monkeypatch.setattr(apart, "MAKER", (sys.executable, "-c", program))

    with pytest.raises(Unusable, match=complaint) as refused:
        make_apart("pdf", footage.written("given", b"given"), tmp_path, lambda _fraction: None)

    assert refused.value.code == "damaged"
