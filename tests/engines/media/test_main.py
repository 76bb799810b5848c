"""The engine from the command line, as an operator or a script uses it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import psutil
import pytest

from kodipest.engines.media.__main__ import main

from . import footage

ROOT = Path(__file__).parents[3]
COMMAND = [sys.executable, "-m", "kodipest.engines.media"]


def run(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, words)], check=False, cwd=ROOT, capture_output=True, text=True
    )


def test_probe_prints_one_json_and_nothing_else() -> None:
    done = run("probe", footage.film(), "--json")

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["kind"] == "video"
    assert done.stdout.count("\n") == 1


def test_ladder_prints_its_figures(tmp_path: Path) -> None:
    done = run("ladder", footage.film(), tmp_path / "out", "--preset", "ultrafast", "--json")

    figures = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert [rung["name"] for rung in figures["rungs"]] == ["240p"]
    for name in ("cpu_seconds", "wall_seconds", "first_playable_seconds", "peak_rss_bytes"):
        assert figures[name] > 0


def test_progress_goes_to_stderr_so_that_stdout_stays_json(tmp_path: Path) -> None:
    done = run("ladder", footage.film(), tmp_path / "out", "--preset", "ultrafast")

    assert json.loads(done.stdout)["kind"] == "video"
    assert "100.0%" in done.stderr


@pytest.mark.parametrize(
    ("words", "parts", "rungs"),
    [
        ([], ["whole"], ["240p", "360p", "480p", "720p"]),
        (["--parts", "two"], ["base", "high"], ["240p", "360p", "480p", "720p"]),
        (
            ["--quality", "hemat"],
            ["whole", "thrift"],
            ["240p", "360p", "480p", "720p", "240p-av1", "360p-av1", "480p-av1"],
        ),
    ],
)
def test_a_film_is_made_in_as_many_parts_as_are_asked_for(
    words: list[str], parts: list[str], rungs: list[str], tmp_path: Path, capsys
) -> None:
    source = footage.film("in_parts.mp4", size="1280x720", rate="10", seconds=2)
    out = tmp_path / "out"

    assert main(["ladder", str(source), str(out), "--preset", "ultrafast", "--json", *words]) == 0

    figures = json.loads(capsys.readouterr().out)
    assert figures["parts"] == parts
    assert [rung["name"] for rung in figures["rungs"]] == rungs
    assert all((out / rung["playlist"]).exists() for rung in figures["rungs"])
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert figures["first_playable_seconds"] > 0


def test_sport_keeps_its_sixty_pictures(tmp_path: Path, capsys) -> None:
    source = footage.film("sport.mp4", size="320x240", rate="60", seconds=1)
    words = ["ladder", str(source), str(tmp_path / "out"), "--preset", "ultrafast", "--json"]

    assert main([*words, "--fps", "60"]) == 0

    assert json.loads(capsys.readouterr().out)["rungs"][0]["fps"] == 60


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "empty"), (b"halo\n", "not_media"), (b"#EXTM3U\n/etc/hostname\n", "disguised")],
)
def test_what_cannot_be_used_exits_with_one_and_its_code(content: bytes, code: str) -> None:
    done = run("probe", footage.written("film.mp4", content), "--json")

    assert done.returncode == 1
    assert json.loads(done.stdout)["error"] == code
    assert "Traceback" not in done.stderr


def test_a_missing_file_and_a_full_folder_exit_with_one(tmp_path: Path) -> None:
    (tmp_path / "kept").touch()

    for done in (run("probe", "/no/such/film"), run("ladder", footage.film(), tmp_path)):
        assert done.returncode == 1
        assert json.loads(done.stdout)["error"] == "os_error"
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["transcode", "x"],
        ["probe"],
        ["ladder", "a", "b", "--preset", "placebo"],
        ["ladder", "a", "b", "--threads", "0"],
    ],
)
def test_wrong_words_exit_with_two(words: list[str]) -> None:
    done = run(*words)

    assert done.returncode == 2
    assert done.stdout == ""


def test_a_file_called_like_an_option(tmp_path: Path) -> None:
    shutil.copy(footage.film(), tmp_path / "-version.mp4")

    done = subprocess.run(
        [*COMMAND, "ladder", "--preset", "ultrafast", "--json", "--", "-version.mp4", "out"],
        check=False,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["kind"] == "video"


def test_killed_in_the_middle_it_leaves_no_encoder_and_no_manifest(tmp_path: Path) -> None:
    source = footage.film("long.mp4", size="640x360", seconds=60)
    words = ["ladder", str(source), str(tmp_path / "out"), "--preset", "slow", "--json"]
    with subprocess.Popen([*COMMAND, *words, "--threads", "1"], cwd=ROOT) as parent:
        master = tmp_path / "out" / "master.m3u8"
        deadline = time.monotonic() + 30
        while not master.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        children = psutil.Process(parent.pid).children(recursive=True)
        assert [child.name()[:6] for child in children] == ["ffmpeg"]

        parent.send_signal(signal.SIGKILL)
        parent.wait()
        _gone, alive = psutil.wait_procs(children, timeout=5)

    assert alive == []
    assert master.exists()
    assert not (tmp_path / "out" / "manifest.json").exists()


MAY_MOUNT = (
    subprocess.run(["unshare", "-rm", "true"], check=False, stderr=subprocess.DEVNULL).returncode
    == 0
    if shutil.which("unshare")
    else False
)


@pytest.mark.skipif(not MAY_MOUNT, reason="no user namespaces: no small disk can be mounted")
@pytest.mark.parametrize("kilobytes", [100, 600])
def test_a_full_disk_is_named(kilobytes: int, tmp_path: Path) -> None:
    source = footage.film("disk.mp4", size="640x360", seconds=12)
    command = " ".join([*COMMAND, "ladder", str(source), f"{tmp_path}/out", "--json"])
    script = f"mount -t tmpfs -o size={kilobytes}k none {tmp_path} && {command}"

    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["error"] == "no_space"


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_answers_in_this_process(
    form: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["probe", str(footage.film()), *form]) == 0
    assert json.loads(capsys.readouterr().out)["width"] == 320

    words = ["ladder", str(footage.film()), str(tmp_path / "out"), "--preset", "ultrafast"]
    assert main([*words, "--threads", "1", *form]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["kind"] == "video"
    assert ("100.0%" in told.err) is (form == [])

    assert main(["probe", str(footage.written("empty.mp4", b"")), *form]) == 1
    told = capsys.readouterr()
    assert json.loads(told.out) == {"error": "empty", "detail": "0 bytes"}
    assert ("empty: 0 bytes" in told.err) is (form == [])

    assert main(["probe", str(tmp_path / "gone"), *form]) == 1
    assert json.loads(capsys.readouterr().out)["error"] == "os_error"


def test_check_says_what_a_viewer_would_mind() -> None:
    done = run("check", footage.film())

    codes = [one["code"] for one in json.loads(done.stdout)["findings"]]
    assert done.returncode == 0
    assert {"small", "short"} <= set(codes)
    assert f"advice: short {1.0}" in done.stderr


@pytest.mark.parametrize("is_prepared", [True, False])
def test_a_pack_is_made_of_a_folder_or_of_a_file(is_prepared: bool, tmp_path: Path, capsys) -> None:
    source = footage.film(size="320x180", seconds=2)
    if is_prepared:
        assert main(["ladder", str(source), str(tmp_path / "made"), "--preset", "ultrafast"]) == 0
        capsys.readouterr()
        source = tmp_path / "made"
    words = ["pack", "whatsapp", str(source), str(tmp_path / "out"), "--title", "Sumur", "--json"]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert [file["file"] for file in told["files"]] == ["sound.m4a", "film.mp4"]
    assert (tmp_path / "out/film.mp4").stat().st_size == told["files"][1]["bytes"]


@pytest.fixture(scope="module")
def spoken(tmp_path_factory) -> Path:
    """A prepared sound of three seconds."""
    out = tmp_path_factory.mktemp("spoken") / "out"
    assert main(["ladder", str(footage.sound(seconds=3)), str(out), "--json"]) == 0
    return out


def test_chapters_of_a_file_go_into_a_podcast(spoken: Path, tmp_path: Path) -> None:
    listed = tmp_path / "chapters.txt"
    listed.write_text("\ufeff0:00 Sungai\r\n0:02 أوراق\r\n", encoding="utf-8")
    out = tmp_path / "out"
    assert main(["pack", "podcast", str(spoken), str(out), "--chapters", str(listed)]) == 0
    with av.open(str(out / "sound.mp3")) as sound:
        told = [
            (each["start"] * each["time_base"], each["metadata"]["title"])
            for each in sound.chapters()
        ]
    assert told == [(0, "Sungai"), (2, "أوراق")]


@pytest.mark.parametrize("text", [b"", b"0:00 One", b"0:00 One\n9:00 Beyond", b"\xff\xfe0"])
def test_a_list_that_is_none_is_told(spoken: Path, tmp_path: Path, text: bytes, capsys) -> None:
    listed = tmp_path / "chapters.txt"
    listed.write_bytes(text)
    words = ["pack", "podcast", str(spoken), str(tmp_path / "out"), "--chapters", str(listed)]
    assert main([*words, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["error"] == "unsupported"
    assert "chapters.txt" in told["detail"]
    assert not (tmp_path / "out/pack.json").exists()
