"""Every shape, rate and colour of source becomes what every screen shows."""

from itertools import pairwise
from pathlib import Path

import av
import pytest
from PIL import Image

from kodipest.engines.media import ladder

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


def test_the_sound_of_a_film_with_variable_rate_stays_with_its_picture(tmp_path: Path) -> None:
    """Flashes and beeps at 1, 4 and 7 s; the phone drops most frames between 2 and 6 s."""
    due = "between(mod({t},3),1,1.1)"
    words = f"-f lavfi -i color=black:s=320x240:r=30:d=8,geq=lum='if({due.format(t='T')},235,16)'"
    words += (
        f":cb=128:cr=128 -f lavfi -i aevalsrc='if({due.format(t='t')},sin(6283*t),0)':s=48000:d=8"
    )
    words += " -vf select='not(between(t,2,6))+not(mod(n,7))+between(mod(t,3),0.9,1.2)'"
    source = footage.clip("vfr_flash.mp4", f"{words} -fps_mode vfr {footage.X264} -c:a aac")

    made_from(source, tmp_path / "out")

    with av.open(str(played.rendition(tmp_path / "out", "240p").whole)) as film:
        frames = [(f.time, f.to_ndarray()[120, 160] > 128) for f in film.decode(video=0)]
    with av.open(str(played.rendition(tmp_path / "out", "sound").whole)) as film:
        parts = [(f.time, abs(f.to_ndarray()).max() > 0.1) for f in film.decode(audio=0)]
    flashes, beeps = (
        [b for (_a, was), (b, now) in pairwise(found) if now and not was]
        for found in (frames, parts)
    )
    assert flashes == pytest.approx([1, 4, 7], abs=0.05)
    assert beeps == pytest.approx([1, 4, 7], abs=0.05)


# Code values of 10 bits for reference white (203 cd/m2), middle grey (26) and a light of 1000:
# ITU-R BT.2100, and BT.2408 table 1.
LIGHTS = {"smpte2084": (573, 395, 723), "arib-std-b67": (721, 397, 940)}


def lights(transfer: str) -> Path:
    """Three patches side by side, as a camera of HDR records them."""
    white, grey, sun = LIGHTS[transfer]
    luma = f"lum='if(lt(X,107),{white},if(lt(X,214),{grey},{sun}))':cb=512:cr=512"
    params = f"setparams=color_primaries=bt2020:color_trc={transfer}:colorspace=bt2020nc:range=tv"
    picture = f"color=s=320x240:r=10:d=0.5,format=yuv420p10le,geq={luma},{params}"
    coder = "-c:v libx265 -preset ultrafast -x265-params log-level=error:crf=5"
    return footage.clip(f"lights_{transfer}.mp4", f"-f lavfi -i {picture} {coder}")


# Without zimg the scaler draws a table for each change of colours, which takes it ten seconds.
@pytest.mark.parametrize(
    ("transfer", "has_zimg"), [("smpte2084", True), ("arib-std-b67", True), ("arib-std-b67", False)]
)
def test_hdr_becomes_eight_bits_in_daylight_colours(
    transfer: str, has_zimg: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """White is light but not burnt, grey is in the middle, and the sun is brighter than white."""
    monkeypatch.setattr(ladder, "has_filter", lambda _name: has_zimg)

    made_from(lights(transfer), tmp_path / "out")

    whole = played.rendition(tmp_path / "out", "240p").whole
    found = played.picture(whole)
    assert (found.pix_fmt, found.matrix) == ("yuv420p", 1)
    white, grey, sun = (played.colour_at(whole, x, 0.5) for x in (0.15, 0.5, 0.85))
    for patch in (white, grey, sun):
        assert max(patch) - min(patch) <= 4  # grey stays grey
    assert 75 <= grey[1] <= 120
    assert (180 if has_zimg else 150) <= white[1] <= 240
    assert sun[1] >= white[1] + 25
    with Image.open(tmp_path / "out" / "poster.jpg") as poster:
        assert poster.getpixel((48, 120)) == pytest.approx(white, abs=6)


def test_both_kinds_of_hdr_come_out_alike(tmp_path: Path) -> None:
    seen = []
    for transfer in LIGHTS:
        made_from(lights(transfer), tmp_path / transfer)
        whole = played.rendition(tmp_path / transfer, "240p").whole
        seen.append([played.colour_at(whole, x, 0.5)[1] for x in (0.15, 0.5)])

    assert seen[0] == pytest.approx(seen[1], abs=4)


def test_the_red_of_hdr_stays_red(tmp_path: Path) -> None:
    params = "setparams=color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc:range=tv"
    picture = f"color=s=320x240:r=10:d=0.5,format=yuv420p10le,geq=lum=300:cb=440:cr=700,{params}"
    coder = "-c:v libx265 -preset ultrafast -x265-params log-level=error:crf=5"
    source = footage.clip("hdr_red.mp4", f"-f lavfi -i {picture} {coder}")

    made_from(source, tmp_path / "out")

    red, green, blue = played.colour_at(played.rendition(tmp_path / "out", "240p").whole, 0.5, 0.5)
    assert red > 120
    assert max(green, blue) < red / 2


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
