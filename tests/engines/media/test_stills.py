"""The pictures that stand for a film before anybody presses play."""

from pathlib import Path

import pytest
from PIL import Image

from kodipest.engines.media.stills import (
    choose_poster,
    publish_poster,
    tiles_for,
    write_storyboard,
)

from . import footage


@pytest.fixture(scope="module")
def shots(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A black fade, a white flash, a plain wall, and a picture with something in it."""
    folder = tmp_path_factory.mktemp("shots")
    found = {}
    for name, colour in (("black", 0), ("white", 255), ("wall", 120)):
        found[name] = folder / f"{name}.jpg"
        Image.new("RGB", (160, 90), (colour, colour, colour)).save(found[name])
    found["scene"] = footage.clip("scene.jpg", "-f lavfi -i testsrc=s=160x90 -frames:v 1")
    return found


def test_the_telling_frame_is_chosen_wherever_it_lies(shots: dict[str, Path]) -> None:
    for order in (["black", "scene", "wall"], ["white", "wall", "scene"], ["scene", "black"]):
        assert choose_poster([shots[name] for name in order]) == shots["scene"]


def test_a_film_of_darkness_still_has_a_poster(shots: dict[str, Path], tmp_path: Path) -> None:
    assert publish_poster([shots["black"]], tmp_path)
    assert (tmp_path / "poster.jpg").exists()
    assert not publish_poster([], tmp_path)


@pytest.mark.parametrize(
    ("duration", "seconds", "count"),
    [(0.4, 1, 1), (30, 1, 30), (100, 1, 100), (101, 2, 51), (3600, 36, 100), (36_000, 360, 100)],
)
def test_a_hundred_tiles_tell_any_film(duration: float, seconds: float, count: int) -> None:
    tiles = tiles_for(426, 240, duration)

    assert tiles.seconds == seconds
    assert -(-duration // tiles.seconds) == count <= 100


@pytest.mark.parametrize(
    ("size", "tile"), [((426, 240), (160, 90)), ((240, 426), (90, 160)), ((100, 60), (100, 60))]
)
def test_tiles_keep_the_shape_of_the_film(size: tuple[int, int], tile: tuple[int, int]) -> None:
    tiles = tiles_for(*size, 10)

    assert (tiles.width, tiles.height) == tile


def test_a_storyboard_of_one_tile(shots: dict[str, Path], tmp_path: Path) -> None:
    board = write_storyboard([shots["scene"]], tiles_for(160, 90, 0.5), 0.5, tmp_path)

    assert (tmp_path / board.vtt).read_text() == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:00.500\nstoryboard.jpg#xywh=0,0,160,90\n"
    )
    with Image.open(tmp_path / board.image) as sheet:
        assert sheet.size == (160, 90)


def test_times_beyond_an_hour(shots: dict[str, Path], tmp_path: Path) -> None:
    tiles = tiles_for(160, 90, 36_000)
    write_storyboard([shots["scene"]] * 12, tiles, 4321.5, tmp_path)

    assert "01:06:00.000 --> 01:12:01.500" in (tmp_path / "storyboard.vtt").read_text()
