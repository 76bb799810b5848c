"""The house format: what a channel may rely on, whatever the programme was."""

from pathlib import Path

import av
import pytest

from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.fragments import read_init
from kodipest.engines.media.manifest import read_manifest
from kodipest.engines.media.packs import make_pack
from kodipest.engines.media.packs.clock import read_clock
from kodipest.engines.media.packs.television import HOUSE_RUNGS
from tests.engines.media import footage
from tests.engines.media.packs import prepared
from tests.engines.media.test_copying import first_shown
from tests.engines.media.test_stillness import slides


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


def source(rate: str, group: int, seconds: float = 11) -> Path:
    """A film that is clean enough to be copied, with its key frames where it wants them."""
    codec = f"-c:v libx264 -preset veryfast -pix_fmt yuv420p -g {group} -sc_threshold 0"
    return footage.film(size="640x360", rate=rate, seconds=seconds, codec=codec)


@pytest.mark.parametrize(
    ("rate", "group"),
    [("25", 75), ("30", 45), ("30000/1001", 75), ("30", 12)],
)
def test_a_copied_rung_gets_the_key_frames_of_the_house(
    tmp_path: Path, rate: str, group: int
) -> None:
    folder = prepared.of_source(source(rate, group))
    assert read_manifest(folder).rungs[-1].is_copied
    pack = make_pack("television", folder, tmp_path / "out")
    assert {(file.width, file.height) for file in pack.files} == {(426, 240), (640, 360)}
    for file in pack.files:
        assert file.duration_seconds == pytest.approx(11, abs=0.06)
        assert [round(one) for one in file.segment_seconds] == [4, 4, 3]
        assert fixed_groups(tmp_path / "out" / file.file, 11)


def test_a_copied_rung_with_the_key_frames_of_the_house_stays_as_it_is(tmp_path: Path) -> None:
    folder = prepared.of_source(source("25", 50))
    assert read_manifest(folder).rungs[-1].is_copied
    make_pack("television", folder, tmp_path / "out")
    assert _packets(tmp_path / "out/480p/index.m3u8") == _packets(folder / "360p/index.m3u8")


def test_slides_get_the_key_frames_of_the_house(tmp_path: Path) -> None:
    folder = prepared.of_source(slides(seconds=12))
    assert _key_frames(folder / "240p/index.m3u8") == pytest.approx([0, 1, 4, 8], abs=0.01)
    pack = make_pack("television", folder, tmp_path / "out")
    assert {file.segment_seconds for file in pack.files} == {(4.0, 4.0, 4.0)}
    for file in pack.files:
        assert fixed_groups(tmp_path / "out" / file.file, 12)


def moving(size: str = "640x360") -> Path:
    """A film whose second fragment is reordered farther than its first one."""
    words = f"-f lavfi -i testsrc2=s={size}:r=25:d=10 -f lavfi -i sine=d=10 -c:a aac {footage.X264}"
    return footage.clip("moving.mp4", words)


@pytest.mark.parametrize("size", ["640x360", "320x360"])
def test_reordered_pictures_come_when_their_sound_comes(tmp_path: Path, size: str) -> None:
    folder = prepared.of_source(moving(size), "veryfast")
    clocks = [read_clock(folder / rung.playlist) for rung in read_manifest(folder).rungs]
    is_torn = [len(clock.late) > 1 for clock in clocks]  # as libavformat reads them
    assert any(is_torn) is (size == "640x360")
    pack = make_pack("television", folder, tmp_path / "out")
    assert {file.segment_seconds for file in pack.files} == {(4.0, 4.0, 2.0)}
    for file in pack.files:
        segments = sorted((tmp_path / "out" / file.file).parent.glob("*.m4s"))
        rate = timescale(segments[0].with_name("init.mp4"))
        assert [first_shown(one) / rate for one in segments] == pytest.approx([0, 4, 8], abs=0.001)
        with av.open(str(tmp_path / "out" / file.file)) as film:
            assert sum(1 for _frame in film.decode(video=0)) == 250


def timescale(init: Path) -> int:
    return read_init(init).timescale


def fixed_groups(playlist: Path, seconds: float) -> bool:
    """Say whether key frames stand every two seconds; the ladder has one more after the first."""
    keys = [key for key in _key_frames(playlist) if round(key, 1) != 1.0]
    return keys == pytest.approx([*range(0, round(seconds), 2)], abs=0.05)


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


def _key_frames(playlist: Path) -> list[float]:
    with av.open(str(playlist)) as film:
        shown = [(one.time, one.key_frame) for one in film.decode(video=0)]
    return [at - shown[0][0] for at, is_key in shown if is_key]
