"""The house format: what a channel may rely on, whatever the programme was."""

from pathlib import Path

import av
import pytest

from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.packs import make_pack
from kodipest.engines.media.packs.television import HOUSE_RUNGS
from tests.engines.media.packs import prepared


def test_every_programme_has_every_rung(tmp_path: Path) -> None:
    pack = make_pack("television", prepared.folder("854x480"), tmp_path / "out")
    assert [file.role for file in pack.files] == list(HOUSE_RUNGS)
    assert [file.file for file in pack.files] == [
        "240p/index.m3u8",
        "480p/index.m3u8",
        "480p/index.m3u8",  # this programme has nothing better for 720p
    ]
    assert {file.segment_seconds for file in pack.files} == {(4.0, 2.0)}


def test_a_wide_film_is_packed_without_encoding(tmp_path: Path) -> None:
    prepared_folder = prepared.folder("854x480")
    make_pack("television", prepared_folder, tmp_path / "out")
    assert _packets(tmp_path / "out/480p/index.m3u8") == _packets(
        prepared_folder / "480p/index.m3u8"
    )


def test_an_upright_film_stands_on_black_in_a_wide_frame(tmp_path: Path) -> None:
    pack = make_pack("television", prepared.folder("240x426"), tmp_path / "out")
    assert {(file.width, file.height) for file in pack.files} == {(426, 240)}
    with av.open(str(tmp_path / "out/240p/index.m3u8")) as film:
        frames = [
            (frame.key_frame, frame.to_ndarray(format="rgb24")) for frame in film.decode(video=0)
        ]
    assert frames[0][1].shape == (240, 426, 3)
    assert frames[10][1][120, 20].max() < 24
    assert frames[10][1][120, 213].max() > 60
    assert [number for number, (is_key, _picture) in enumerate(frames) if is_key] == [0, 50, 100]


@pytest.mark.parametrize("sound", [prepared.SOUND, ""])
def test_sound_and_picture_are_in_one_track_file(tmp_path: Path, sound: str) -> None:
    make_pack("television", prepared.folder("426x240", sound=sound), tmp_path / "out")
    with av.open(str(tmp_path / "out/240p/index.m3u8")) as film:
        (stream,) = film.streams.audio
        assert (stream.rate, stream.channels) == (48_000, 2)
        ticks = [packet.pts for packet in film.demux(stream) if packet.pts is not None]
        times = [tick / 48_000 for tick in ticks]
    assert times[0] == pytest.approx(-0.0213, abs=0.001)  # the priming of AAC, and nothing else
    assert times[-1] == pytest.approx(6, abs=0.05)


def test_a_sound_has_no_place_on_a_channel(tmp_path: Path) -> None:
    with pytest.raises(Unusable) as refused:
        make_pack("television", prepared.of_sound(), tmp_path / "out")
    assert refused.value.code == "unsupported"
    assert not (tmp_path / "out/pack.json").exists()


def _packets(playlist: Path) -> list[bytes]:
    with av.open(str(playlist)) as film:
        return [bytes(packet) for packet in film.demux(video=0) if packet.size]
