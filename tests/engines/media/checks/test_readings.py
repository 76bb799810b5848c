from pathlib import Path

import pytest

from kodipest.engines.media.checks.filters import SILENCE, SOUND, STRETCHES
from kodipest.engines.media.checks.readings import Stretch, printed, read
from kodipest.engines.media.facts import Probe

FILM = Probe(
    kind="video", container="mp4", mime="", duration_seconds=10, video_seconds=9, has_audio=True
)


def test_nothing_was_written(tmp_path: Path) -> None:
    readings = read(tmp_path, FILM)

    assert (readings.black, readings.sound, readings.loudness) == ([], [], None)


def test_a_stretch_that_never_ends_lasts_as_long_as_its_stream(tmp_path: Path) -> None:
    (tmp_path / STRETCHES).write_text("frame:9 pts:9 pts_time:4\nlavfi.black_start=3.5\n")
    (tmp_path / SILENCE).write_text("frame:9 pts:9 pts_time:4\nlavfi.silence_start=2\n")

    readings = read(tmp_path, FILM)

    assert readings.black == [Stretch(3.5, 9)]
    assert readings.silence == [Stretch(2, 10)]


def test_ends_without_a_beginning_and_beginnings_before_zero_do_no_harm(tmp_path: Path) -> None:
    lines = ["frame:0 pts:0 pts_time:0", "lavfi.black_end=1", "lavfi.black_start=-1"]
    lines += ["frame:1 pts:1 pts_time:1", "lavfi.black_end=2.5"]
    (tmp_path / STRETCHES).write_text("\n".join(lines))

    assert read(tmp_path, FILM).black == [Stretch(0, 2.5)]


def marks(tmp_path: Path, *lines: str) -> list[Stretch]:
    """What is read of these lines, each beginning with its time."""
    told = [line.split() for line in lines]
    text = "".join(f"frame:0 pts:0 pts_time:{at}\nlavfi.{said}\n" for at, said in told)
    (tmp_path / STRETCHES).write_text(text)
    return read(tmp_path, FILM).black


def test_a_stretch_across_the_cut_of_two_sections_is_one(tmp_path: Path) -> None:
    found = marks(
        tmp_path, "0 cut=1", "3 black_start=3", "4 cut=1", "4 black_start=4", "5 black_end=5"
    )

    assert found == [Stretch(3, 5)]


def test_a_stretch_that_ends_where_a_film_is_cut_ends_there(tmp_path: Path) -> None:
    found = marks(tmp_path, "2 black_start=2", "4 cut=1", "6 black_start=6", "8 black_end=8")

    assert found == [Stretch(2, 4), Stretch(6, 8)]


def test_what_is_too_short_to_mention_is_not(tmp_path: Path) -> None:
    assert marks(tmp_path, "2 black_start=2", "3 black_end=3") == []


def test_words_of_the_film_itself_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("frame:0 pts:0 pts_time:1.5\ntitle=lavfi.x=1\nlavfi.a=2\n")

    assert list(printed(tmp_path / "x")) == [(1.5, {"a": "2"})]


@pytest.mark.parametrize("word", ["nan", "-nan", "inf", "-inf", "", "x", "1e999"])
def test_figures_that_are_none_do_no_harm(word: str, tmp_path: Path) -> None:
    names = ["r128.I", "r128.true_peak", "r128.S", "astats.Overall.Peak_level"]
    body = "\n".join(f"lavfi.{name}={word}" for name in names)
    (tmp_path / SOUND).write_text(f"frame:0 pts:0 pts_time:{word}\n{body}\n")

    readings = read(tmp_path, FILM)

    assert readings.loudness is None
    assert [second.peak for second in readings.sound] == [-120]


def test_loudness_of_a_second_stands_at_the_beginning_of_the_next(tmp_path: Path) -> None:
    told = [(at, f"lavfi.r128.M={-20 - at}\nlavfi.r128.S={-30 - at}") for at in range(6)]
    lines = [
        f"frame:{at} pts:0 pts_time:{at}\n{levels}\nlavfi.astats.Overall.Peak_level=-3\n"
        "lavfi.r128.I=-23\nlavfi.r128.true_peak=0.5"
        for at, levels in told
    ]
    (tmp_path / SOUND).write_text("\n".join(lines))

    readings = read(tmp_path, Probe(kind="audio", container="wav", mime="", duration_seconds=4.5))

    assert [second.loudness for second in readings.sound] == [-21, -22, -33, -34, -35]
    assert readings.loudness is not None
    assert (readings.loudness.integrated, readings.loudness.true_peak) == (-23, -6)
