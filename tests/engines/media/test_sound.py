import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import av
import pytest
from PIL import Image

from kodipest.engines.media import apart, peaks, streams
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.manifest import Manifest
from kodipest.engines.media.prepare import Progress, prepare
from kodipest.engines.media.probe import probe

from . import footage, played


def made_from(source: Path, out: Path) -> Manifest:
    return prepare(source, out, probe=probe(source), on_progress=lambda progress: None)


def test_a_sound_is_streamed_and_kept_as_one_file(tmp_path: Path) -> None:
    out = tmp_path / "out"
    manifest = made_from(footage.sound("long.mp3", 9.5, "-c:a libmp3lame -ac 1"), out)

    assert (manifest.kind, manifest.file, manifest.master) == ("audio", "sound.m4a", "master.m3u8")
    assert (manifest.poster, manifest.storyboard, manifest.images) == (None, None, [])
    assert manifest.duration_seconds == pytest.approx(9.5, abs=0.1)
    told = [(rung.name, rung.width, rung.codecs) for rung in manifest.rungs]
    assert told == [("sound-opus", 0, "opus"), ("sound", 0, "mp4a.40.2")]
    assert manifest.rungs[0].bandwidth < manifest.rungs[1].bandwidth
    streamed = played.rendition(out, "sound")
    assert streamed.durations == pytest.approx([1, 3, 4, 1.5], abs=0.08)
    assert streamed.lines[-1] == "#EXT-X-ENDLIST"
    assert played.levels(streamed.whole)[:2] == (2, 48_000)
    with av.open(str(out / "sound.m4a")) as kept:
        assert kept.duration / av.time_base == pytest.approx(9.5, abs=0.1)
    head = (out / "sound.m4a").read_bytes()[:64]
    assert b"moov" in head  # the index in front: it plays before it is all there


def test_master_of_a_sound_names_no_picture(tmp_path: Path) -> None:
    manifest = made_from(footage.sound("plain.wav"), tmp_path / "out")
    aac, opus = played.variants(tmp_path / "out")

    assert (aac["CODECS"], opus["CODECS"]) == (
        "mp4a.40.2",
        "opus",
    )  # who knows nothing takes the first
    assert int(opus["BANDWIDTH"]) == manifest.rungs[0].bandwidth
    assert int(aac["BANDWIDTH"]) == manifest.rungs[1].bandwidth
    assert not {"RESOLUTION", "AUDIO"} & (set(aac) | set(opus))


def test_a_sound_is_playable_early_and_progress_rises(tmp_path: Path) -> None:
    source = footage.sound("progress.flac", 120)
    seen: list[Progress] = []

    prepare(source, tmp_path / "out", probe=probe(source), on_progress=seen.append)

    fractions = [progress.fraction for progress in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    first = next(progress for progress in seen if progress.first_playable)
    assert first.fraction < 1


CODECS = {"m4a": "aac", "mp3": "libmp3lame", "flac": "flac"}


def covered(ending: str, picture: Path) -> Path:
    """Return a sound of one second that carries `picture` as its cover."""
    words = f"-i {footage.sound('song.wav', 1)} -i {picture} -map 0 -map 1 -c:v copy"
    words += f" -c:a {CODECS[ending]} -disposition:v attached_pic"
    return footage.clip(f"{picture.name}.{ending}", words)


def front(ending: str) -> Path:
    return footage.clip(
        f"front.{ending}", "-f lavfi -i color=0xC83C28:s=600x400,format=rgb24 -frames:v 1"
    )


@pytest.mark.parametrize("picture", ["jpg", "png"])
@pytest.mark.parametrize("ending", CODECS)
def test_the_cover_becomes_the_poster(ending: str, picture: str, tmp_path: Path) -> None:
    manifest = made_from(covered(ending, front(picture)), tmp_path / "out")

    assert (manifest.poster, manifest.poster_small) == ("poster.jpg", "poster-480.jpg")
    with Image.open(tmp_path / "out" / "poster.jpg") as poster:
        assert poster.size == (600, 400)
        assert poster.getpixel((300, 200)) == pytest.approx((0xC8, 0x3C, 0x28), abs=8)


def test_nothing_of_a_stranger_is_read_by_whoever_makes_the_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = covered("mp3", front("jpg"))
    found = probe(source)

    def never(*_what: object, **_how: object) -> None:
        pytest.fail("a file of a stranger was opened in this process")

    monkeypatch.setattr(av, "open", never)
    monkeypatch.setattr(Image, "open", never)
    monkeypatch.setattr(streams, "open_stream", never)

    manifest = prepare(source, tmp_path / "out", probe=found)

    assert manifest.poster == "poster.jpg"


def spoiled(mark: bytes, offset: int, content: bytes) -> Path:
    """Return a sound whose cover is not what it was: `content` stands `offset` bytes after `mark`."""
    picture = front("png" if mark == PNG else "jpg")
    data = bytearray(covered("mp3", picture).read_bytes())
    start = data.index(mark) + offset
    data[start : start + len(content)] = content
    return footage.written("spoiled.mp3", bytes(data))


JPEG, PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"


def vast_header() -> bytes:
    """Return the head of a PNG of 60,000 x 60,000 pixels."""
    head = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return head + struct.pack(">I", zlib.crc32(head))


@pytest.mark.parametrize(
    "source",
    [
        lambda: spoiled(JPEG, 3, bytes(57)),
        lambda: spoiled(JPEG, 200, bytes(2000)),
        lambda: spoiled(PNG, 12, vast_header()),
        lambda: spoiled(PNG, 60, b"\xff" * 300),
    ],
    ids=["no head", "no tables", "a bomb", "no deflate"],
)
def test_a_broken_cover_does_not_cost_the_sound(source: Callable[[], Path], tmp_path: Path) -> None:
    manifest = made_from(source(), tmp_path / "out")

    assert manifest.poster is None
    assert manifest.file == "sound.m4a"
    assert not list((tmp_path / "out").glob("poster*"))


@pytest.mark.parametrize(
    "maker", ["os.abort()", "print('[')", "bytearray(2**40)", """print('{"made": {}}')"""]
)
def test_a_cover_that_takes_its_maker_over_does_not_cost_the_sound(
    maker: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "MAKER", (sys.executable, "-c", f"import os; {maker}"))

    manifest = made_from(covered("mp3", front("jpg")), tmp_path / "out")

    assert (manifest.poster, manifest.file) == (None, "sound.m4a")


def test_a_full_disk_is_not_blamed_on_the_cover(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = "import json; print(json.dumps({'error': 'no_space', 'detail': 'full'}))"
    monkeypatch.setattr(apart, "MAKER", (sys.executable, "-c", full))

    with pytest.raises(Unusable) as refused:
        made_from(covered("mp3", front("jpg")), tmp_path / "out")

    assert refused.value.code == "no_space"


def test_a_sound_can_be_called_off_at_its_cover(tmp_path: Path) -> None:
    class CalledOff(Exception):
        pass

    def listener(_progress: Progress) -> None:
        raise CalledOff

    source = covered("mp3", front("jpg"))
    with pytest.raises(CalledOff):
        prepare(source, tmp_path / "out", probe=probe(source), on_progress=listener)


def test_silence_of_ten_hours_is_accepted_and_costs_no_patience() -> None:
    minute = footage.clip("a_minute.m4a", "-f lavfi -i anullsrc=r=8000:cl=mono:d=60 -c:a aac")
    long = footage.clip("ten_hours.m4a", f"-stream_loop 599 -i {minute} -c copy")

    found = probe(long)

    assert found.kind == "audio"
    assert found.duration_seconds == pytest.approx(36_000, rel=0.01)


def test_what_a_phone_wrote_into_a_recording_stays_in_the_original(tmp_path: Path) -> None:
    told = "-c:a aac -metadata title=Aisyah -metadata artist=Aisyah -metadata location=106.8"
    source = footage.sound("told.m4a", 2, told)
    assert b"Aisyah" in source.read_bytes()
    made_from(source, tmp_path / "out")

    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert {"sound.m4a", "sound.opus"} <= {path.name for path in files}
    assert not [path for path in files if b"Aisyah" in path.read_bytes()]


def test_the_same_is_kept_in_half_the_bytes_for_those_who_save(tmp_path: Path) -> None:
    out = tmp_path / "out"
    manifest = made_from(footage.sound("thin.flac", 6), out)

    assert manifest.downloads == ["sound.m4a", "sound.opus"]
    assert played.rendition(out, "sound-opus").durations == pytest.approx([1, 3, 2], abs=0.08)
    with av.open(str(out / "sound.opus")) as kept:
        assert kept.streams.audio[0].codec_context.name == "opus"
        assert kept.duration / av.time_base == pytest.approx(6, abs=0.1)


def test_the_wave_shows_where_it_is_loud(tmp_path: Path) -> None:
    half = "-f lavfi -i sine=frequency=300:duration=2,volume='if(lt(t,1),0.05,0.5)':eval=frame"

    manifest = made_from(footage.clip("half.wav", half), tmp_path / "out")

    assert len(manifest.peaks) == peaks.PEAKS
    first, second = (
        manifest.peaks[8 : peaks.PEAKS // 2 - 8],
        manifest.peaks[peaks.PEAKS // 2 + 8 : -8],
    )
    assert max(first) < 25
    assert min(second) > 90
    assert max(manifest.peaks) == 100


def test_silence_draws_a_flat_line(tmp_path: Path) -> None:
    quiet = footage.clip("quiet.wav", "-f lavfi -i anullsrc=r=8000:cl=mono:d=1")

    assert set(made_from(quiet, tmp_path / "out").peaks) == {0}


@pytest.mark.parametrize("samples", [0, 1, 159, 161])
def test_a_wave_of_hardly_anything_has_all_its_figures(tmp_path: Path, samples: int) -> None:
    (tmp_path / "few").write_bytes(bytes([128]) * samples)

    assert len(peaks.read_peaks(tmp_path / "few")) == peaks.PEAKS
