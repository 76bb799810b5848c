"""Films for messages: small enough, whole, with the caller's card at the end."""

from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodipest.engines.media.packs import make_pack
from kodipest.engines.media.packs.clock import read_clock
from kodipest.engines.media.packs.facts import WHATSAPP_BYTES, Pack, Wishes
from kodipest.engines.media.packs.whatsapp import BUFFER_SECONDS, plan_for, sound_for
from tests.engines.media import footage
from tests.engines.media.packs import prepared


@given(seconds=st.floats(0.1, 20_000), side=st.integers(100, 1080))
def test_a_plan_stays_below_the_limit(seconds: float, side: int) -> None:
    plan = plan_for(seconds, WHATSAPP_BYTES, side)
    if plan is None:
        assert seconds > 900  # a quarter of an hour always fits
        return
    most = plan.picture_bits * (seconds + BUFFER_SECONDS) + plan.sound_bits * seconds
    assert most / 8 <= WHATSAPP_BYTES
    assert plan.side <= max(side, 240)


@pytest.mark.parametrize(
    ("minutes", "side", "channels"),
    [(1, 480, 2), (3, 480, 2), (6, 360, 2), (10, 240, 1), (13, 240, 1)],
)
def test_longer_films_are_smaller(minutes: float, side: int, channels: int) -> None:
    plan = plan_for(minutes * 60, WHATSAPP_BYTES, 1080)
    assert plan
    assert (plan.side, plan.channels) == (side, channels)


def test_nothing_is_sent_that_could_not_be_recognised() -> None:
    assert plan_for(40 * 60, WHATSAPP_BYTES, 720) is None
    assert sound_for(40 * 60, WHATSAPP_BYTES) == (32_000, 1)
    assert sound_for(4 * 3600, WHATSAPP_BYTES) is None


def test_the_sound_comes_first_and_the_card_last(tmp_path: Path) -> None:
    card = prepared.picture(tmp_path / "card.png")
    wishes = Wishes(card=card, card_seconds=2)
    pack = make_pack("whatsapp", prepared.folder(), tmp_path / "out", wishes=wishes)
    assert [(file.role, file.file) for file in pack.files] == [
        ("sound", "sound.m4a"),
        ("film", "film.mp4"),
    ]
    assert pack.left_out == {}
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "film.mp4",
        "pack.json",
        "sound.m4a",
    ]
    with av.open(str(tmp_path / "out/film.mp4")) as film:
        frames = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
    assert len(frames) == pytest.approx(8 * 25, abs=2)
    assert list(frames[-1][120, 213]) == pytest.approx([20, 120, 90], abs=14)
    with av.open(str(tmp_path / "out/film.mp4")) as film:
        sound = sum(frame.samples for frame in film.decode(audio=0)) / 48_000
    assert sound == pytest.approx(8, abs=0.1)


def test_a_tight_limit_is_kept_by_encoding_again(tmp_path: Path) -> None:
    limit = 140_000  # 6 s of a test picture at 240p: the cap must bite
    pack = make_pack(
        "whatsapp", prepared.folder(), tmp_path / "out", wishes=Wishes(limit_bytes=limit)
    )
    assert all(file.bytes <= limit for file in pack.files)
    assert {file.role for file in pack.files} == {"sound", "film"}


def test_a_film_too_long_leaves_its_sound(tmp_path: Path) -> None:
    pack = make_pack(
        "whatsapp", prepared.folder(), tmp_path / "out", wishes=Wishes(limit_bytes=60_000)
    )
    assert [file.role for file in pack.files] == ["sound"]
    assert pack.left_out == {"film": "too_long"}
    assert Pack.read(tmp_path / "out") == pack


def test_a_sound_has_no_film(tmp_path: Path) -> None:
    pack = make_pack("whatsapp", prepared.of_sound(), tmp_path / "out")
    assert [file.file for file in pack.files] == ["sound.m4a"]


def test_the_faststart_index_stands_before_the_bytes(tmp_path: Path) -> None:
    make_pack("whatsapp", prepared.folder(), tmp_path / "out")
    data = (tmp_path / "out/film.mp4").read_bytes()
    assert data.find(b"moov") < data.find(b"mdat")


def test_no_picture_is_shown_twice_or_late(tmp_path: Path) -> None:
    source = footage.film(size="426x240", rate="25", seconds=7)  # one group: it is not copied
    folder = prepared.of_source(source, "veryfast")
    assert max(late for _first, late in read_clock(folder / "240p/index.m3u8").late) >= 0.04
    make_pack("whatsapp", folder, tmp_path / "out")
    with av.open(str(tmp_path / "out/film.mp4")) as film:
        shown = [(frame.time, frame.to_ndarray(format="gray")) for frame in film.decode(video=0)]
    with av.open(str(source)) as film:
        wanted = [frame.to_ndarray(format="gray") for frame in film.decode(video=0)]
    assert len(shown) == len(wanted) == 175
    for number in (2, 10, 24, 26, 60, 172):
        at, picture = shown[number]
        assert at == pytest.approx(number / 25, abs=0.001)
        near = range(number - 2, number + 3)
        assert min(near, key=lambda n: abs(picture.astype(int) - wanted[n]).mean()) == number
