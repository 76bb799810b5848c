from pathlib import Path

import av
import pytest
from PIL import Image

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
    (rung,) = manifest.rungs
    assert (rung.name, rung.width, rung.codecs) == ("sound", 0, "mp4a.40.2")
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
    (variant,) = played.variants(tmp_path / "out")

    assert variant["CODECS"] == "mp4a.40.2"
    assert int(variant["BANDWIDTH"]) == manifest.rungs[0].bandwidth
    assert "RESOLUTION" not in variant
    assert "AUDIO" not in variant


def test_a_sound_is_playable_early_and_progress_rises(tmp_path: Path) -> None:
    source = footage.sound("progress.flac", 120)
    seen: list[Progress] = []

    prepare(source, tmp_path / "out", probe=probe(source), on_progress=seen.append)

    fractions = [progress.fraction for progress in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    first = next(progress for progress in seen if progress.first_playable)
    assert first.fraction < 1


@pytest.mark.parametrize("name", ["cover.m4a", "cover.mp3", "cover.flac"])
def test_the_cover_becomes_the_poster(name: str, tmp_path: Path) -> None:
    cover = footage.clip("front.jpg", "-f lavfi -i color=0xC83C28:s=600x400 -frames:v 1")
    song = footage.sound("song.wav", 1)
    codec = {"cover.m4a": "aac", "cover.mp3": "libmp3lame", "cover.flac": "flac"}[name]
    words = f"-i {song} -i {cover} -map 0 -map 1 -c:v copy -c:a {codec} -disposition:v attached_pic"

    manifest = made_from(footage.clip(name, words), tmp_path / "out")

    assert (manifest.poster, manifest.poster_small) == ("poster.jpg", "poster-480.jpg")
    with Image.open(tmp_path / "out" / "poster.jpg") as poster:
        assert poster.size == (600, 400)
        assert poster.getpixel((300, 200)) == pytest.approx((0xC8, 0x3C, 0x28), abs=8)


def test_a_broken_cover_does_not_cost_the_sound(tmp_path: Path) -> None:
    cover = footage.clip("whole.jpg", "-f lavfi -i testsrc=s=64x64 -frames:v 1")
    song = footage.sound("under.wav", 1)
    words = f"-i {song} -i {cover} -map 0 -map 1 -c:v copy -c:a libmp3lame"
    covered = footage.clip("covered.mp3", words + " -disposition:v attached_pic")
    data = bytearray(covered.read_bytes())
    start = data.index(b"\xff\xd8\xff")
    data[start + 3 : start + 60] = bytes(57)

    manifest = made_from(footage.written("spoiled.mp3", bytes(data)), tmp_path / "out")

    assert manifest.poster is None
    assert manifest.file == "sound.m4a"


def test_silence_of_ten_hours_is_accepted_and_costs_no_patience() -> None:
    long = footage.clip(
        "ten_hours.flac", "-f lavfi -i anullsrc=r=8000:cl=mono:d=36000 -compression_level 0"
    )

    found = probe(long)

    assert (found.kind, found.duration_seconds) == ("audio", 36_000)


def test_what_a_phone_wrote_into_a_recording_stays_in_the_original(tmp_path: Path) -> None:
    told = "-c:a aac -metadata title=Aisyah -metadata artist=Aisyah -metadata location=106.8"
    source = footage.sound("told.m4a", 2, told)
    assert b"Aisyah" in source.read_bytes()
    made_from(source, tmp_path / "out")

    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert "sound.m4a" in [path.name for path in files]
    assert not [path for path in files if b"Aisyah" in path.read_bytes()]
