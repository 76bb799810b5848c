"""Every shape, rate and colour of source becomes what every screen shows."""

from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from . import footage, played
from .made import made_from


@pytest.mark.parametrize(
    ("arguments", "size"),
    [
        ({"size": "321x243"}, (318, 240)),  # odd sides
        ({"size": "270x480"}, (240, 426)),  # portrait
        ({"size": "240x240"}, (240, 240)),  # square
        ({"size": "100x60"}, (100, 60)),  # below the lowest rung: its own size
        ({"size": "101x61"}, (100, 60)),
        ({"size": "320x240", "rest": "-vf setsar=16/11"}, (464, 240)),  # pixels that are not square
    ],
)
def test_sizes(arguments: dict, size: tuple[int, int], tmp_path: Path) -> None:
    name = f"size{arguments['size']}{len(arguments)}.mkv"
    source = footage.film(name, seconds=0.5, sound="", codec="-c:v ffv1", **arguments)

    manifest = made_from(source, tmp_path / "out")

    assert [(rung.width, rung.height) for rung in manifest.rungs] == [size]
    found = played.picture(played.rendition(tmp_path / "out", manifest.rungs[0].name).whole)
    assert (found.width, found.height) == size


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_rotation_stands_upright(angle: int, tmp_path: Path) -> None:
    """The left half is red: after a quarter turn the top, the bottom or, for 180, the right is."""
    halves = "color=red:s=160x240:r=30:d=0.5[a];color=blue:s=160x240:r=30:d=0.5[b];[a][b]hstack"
    lying = footage.clip("halves.mp4", f"-filter_complex {halves} {footage.X264}")
    source = footage.clip(f"halves{angle}.mp4", f"-display_rotation {angle} -i {lying} -c copy")

    made_from(source, tmp_path / "out")
    whole = played.rendition(tmp_path / "out", "240p").whole

    x, y = {90: (0.5, 0.9), 180: (0.9, 0.5), 270: (0.5, 0.1)}[angle]
    red, _green, blue = played.colour_at(whole, x, y)
    assert red > 200 > blue + 140
    with Image.open(tmp_path / "out" / "poster.jpg") as poster:
        red, _green, blue = poster.getpixel((int(poster.width * x), int(poster.height * y)))
    assert red > 200 > blue + 140


@pytest.mark.parametrize(
    ("rate", "frames", "told"),
    [("5", 10, "5.000"), ("50", 50, "25.000"), ("120", 60, "30.000"), ("24000/1001", 48, "23.976")],
)
def test_frame_rates(rate: str, frames: int, told: str, tmp_path: Path) -> None:
    source = footage.film(f"rate{rate.replace('/', '_')}.mp4", rate=rate, seconds=2, sound="")

    made_from(source, tmp_path / "out")

    found = played.picture(played.rendition(tmp_path / "out", "240p").whole)
    assert len(found.times) == frames
    assert played.variants(tmp_path / "out")[0]["FRAME-RATE"] == told


def test_variable_rate_becomes_constant(tmp_path: Path) -> None:
    source = footage.film(
        "vfr.mp4", seconds=3, sound="", rest="-vf select='not(mod(n,3))+lt(n,20)' -fps_mode vfr"
    )

    made_from(source, tmp_path / "out")

    times = played.picture(played.rendition(tmp_path / "out", "240p").whole).times
    steps = {round(b - a, 3) for a, b in pairwise(times)}
    assert steps <= {0.033, 0.034}
    assert times[-1] == pytest.approx(2.9, abs=0.1)


@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
def test_hdr_becomes_eight_bits_in_daylight_colours(transfer: str, tmp_path: Path) -> None:
    params = f"format=yuv420p10le,setparams=color_primaries=bt2020:color_trc={transfer}"
    params += ":colorspace=bt2020nc:range=tv"
    source = footage.film(
        f"{transfer}.mp4",
        seconds=0.5,
        sound="",
        codec="-c:v libx265 -preset ultrafast -x265-params log-level=error",
        rest=f"-vf {params}",
    )

    made_from(source, tmp_path / "out")

    found = played.picture(played.rendition(tmp_path / "out", "240p").whole)
    assert (found.pix_fmt, found.matrix) == ("yuv420p", 1)


def test_ten_bits_become_eight(tmp_path: Path) -> None:
    source = footage.film("ten.mp4", sound="", rest="-pix_fmt yuv420p10le")

    made_from(source, tmp_path / "out")

    found = played.picture(played.rendition(tmp_path / "out", "240p").whole)
    assert found.pix_fmt == "yuv420p"


def test_colours_are_the_same_in_source_rung_and_poster(tmp_path: Path) -> None:
    """A full-range BT.601 camera file; rungs are BT.709 in limited range, posters JFIF."""
    grab = "-f lavfi -i color=0xC83C28:s=320x240:r=30:d=1 -c:v mjpeg -q:v 2"
    source = footage.clip("full_range.avi", grab)

    made_from(source, tmp_path / "out")

    rung = played.colour_at(played.rendition(tmp_path / "out", "240p").whole, 0.5, 0.5)
    with Image.open(tmp_path / "out" / "poster.jpg") as poster:
        still = poster.getpixel((160, 120))
    with Image.open(tmp_path / "out" / "storyboard.jpg") as board:
        tile = board.getpixel((80, 60))
    for colour in (rung, still, tile):
        assert colour == pytest.approx((0xC8, 0x3C, 0x28), abs=6)
