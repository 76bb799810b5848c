"""Probing films and sounds as phones, cameras and editors write them, and as they break."""

import json
import struct
import time
from pathlib import Path

import pytest

from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.probe import Probe, probe

from . import footage


def test_a_film_is_told_in_full() -> None:
    found = probe(footage.film(seconds=2))

    assert (found.kind, found.container, found.mime) == ("video", "mp4", "video/mp4")
    assert (found.width, found.height, found.rotation, found.fps) == (320, 240, 0, 30.0)
    assert (found.video_codec, found.audio_codec, found.audio_channels) == ("h264", "aac", 1)
    assert found.duration_seconds == pytest.approx(2.0, abs=0.05)
    assert found.has_audio
    assert not found.is_truncated


def test_a_probe_survives_json_and_unknown_fields() -> None:
    found = probe(footage.film())

    stored = json.loads(json.dumps(found.as_dict())) | {"from_a_later_version": 1}

    assert Probe.from_dict(stored) == found


@pytest.mark.parametrize(
    ("angle", "width", "height"), [(90, 240, 320), (180, 320, 240), (270, 240, 320)]
)
def test_rotation_is_in_the_size(angle: int, width: int, height: int) -> None:
    lying = footage.film()
    path = footage.clip(f"turned{angle}.mp4", f"-display_rotation {angle} -i {lying} -c copy")

    found = probe(path)

    assert (found.width, found.height) == (width, height)
    assert found.rotation == angle


def test_pixels_that_are_not_square_are_in_the_size() -> None:
    found = probe(footage.film("wide_pixels.mp4", sound="", rest="-vf setsar=16/11"))

    assert (found.width, found.height) == (465, 240)


@pytest.mark.parametrize(
    ("name", "rate", "fps"), [("five.mp4", "5", 5), ("fast.mp4", "120", 120), ("tv.mp4", "50", 50)]
)
def test_frame_rates(name: str, rate: str, fps: float) -> None:
    assert probe(footage.film(name, rate=rate, sound="")).fps == pytest.approx(fps, rel=0.01)


def test_a_variable_rate_is_told_by_its_densest_part() -> None:
    path = footage.film(
        "varies.mp4", seconds=3, sound="", rest="-vf select='not(mod(n,3))+lt(n,20)' -fps_mode vfr"
    )

    assert probe(path).fps == 30


def test_ten_bits_and_hdr_are_seen() -> None:
    params = "format=yuv420p10le,setparams=color_primaries=bt2020:color_trc=smpte2084"
    params += ":colorspace=bt2020nc:range=tv"
    found = probe(
        footage.film(
            "hdr_probe.mp4",
            seconds=0.3,
            sound="",
            codec="-c:v libx265 -preset ultrafast -x265-params log-level=error",
            rest=f"-vf {params}",
        )
    )

    assert (found.bit_depth, found.is_hdr, found.video_codec) == (10, True, "hevc")
    assert not found.is_plain


@pytest.mark.parametrize(
    ("name", "codec", "container", "mime"),
    [
        ("a.webm", "-c:v libvpx -deadline realtime -c:a libopus", "matroska", "video/webm"),
        ("a.mkv", "-c:v ffv1 -c:a flac", "matroska", "video/x-matroska"),
        ("a.avi", "-c:v mpeg4 -c:a libmp3lame", "avi", "video/x-msvideo"),
        ("a.mov", "-c:v prores_ks", "mp4", "video/quicktime"),
        ("a.ts", "-c:v mpeg2video -c:a mp2", "mpegts", "video/mp2t"),
        ("a.mpg", "-c:v mpeg2video -c:a mp2 -f vob", "mpeg", "video/mpeg"),
        ("a.flv", "-c:v flv -c:a libmp3lame", "flv", "video/x-flv"),
        ("a.wmv", "-c:v wmv2 -c:a wmav2", "asf", "video/x-ms-asf"),
        ("a.ogv", "-c:v libtheora -c:a libvorbis", "ogg", "video/ogg"),
    ],
)
def test_containers_of_phones_cameras_and_old_shelves(
    name: str, codec: str, container: str, mime: str
) -> None:
    found = probe(footage.film(name, codec=codec))

    assert (found.kind, found.container, found.mime) == ("video", container, mime)
    assert found.duration_seconds == pytest.approx(1.0, abs=0.1)
    assert (found.width, found.height, found.has_audio) == (320, 240, True)
    assert not found.is_truncated


@pytest.mark.parametrize(
    ("name", "codec", "mime"),
    [
        ("s.wav", "", "audio/wav"),
        ("s.flac", "", "audio/flac"),
        ("s.mp3", "-c:a libmp3lame", "audio/mpeg"),
        ("s.m4a", "-c:a aac", "audio/mp4"),
        ("s.aac", "-c:a aac", "audio/aac"),
        ("s.opus", "-c:a libopus", "audio/ogg"),
    ],
)
def test_sounds(name: str, codec: str, mime: str) -> None:
    found = probe(footage.sound(name, rest=codec))

    assert (found.kind, found.mime, found.video_index) == ("audio", mime, None)
    assert found.duration_seconds == pytest.approx(2.0, abs=0.1)
    assert (found.width, found.height) == (0, 0)


def test_cover_art_does_not_make_a_film() -> None:
    cover = footage.clip("cover.jpg", "-f lavfi -i testsrc=s=100x100 -frames:v 1")
    song = footage.sound("plain.mp3", rest="-c:a libmp3lame")
    words = f"-i {song} -i {cover} -map 0 -map 1 -c copy -disposition:v attached_pic"

    found = probe(footage.clip("covered.mp3", words))

    assert (found.kind, found.video_index, found.cover_index) == ("audio", None, 1)


def test_one_frame_under_a_song_does_not_make_a_film() -> None:
    song = footage.film("still_song.mp4", seconds=0.04, sound_seconds=1)

    assert probe(song).kind == "audio"


def test_a_second_sound_we_cannot_read_does_not_hide_the_first() -> None:
    path = footage.film("two_sounds.mkv", rest="-map 0 -map 1 -map 1 -c:a:0 aac -c:a:1 real_144")

    found = probe(path)

    assert (found.audio_codec, found.audio_index) == ("aac", 1)


def test_an_end_that_is_missing_is_told_and_accepted() -> None:
    whole = footage.film("front.mp4", seconds=4, rest="-movflags +faststart")

    found = probe(footage.cut(whole, 0.6, "front_cut.mp4"))

    assert found.is_truncated
    assert 1.5 < found.duration_seconds < 3.5


def test_an_end_that_is_missing_in_a_fragmented_film() -> None:
    whole = footage.film("frag.mp4", seconds=4, rest="-g 15 -movflags +frag_keyframe+empty_moov")

    found = probe(footage.cut(whole, 0.6, "frag_cut.mp4"))

    assert found.is_truncated
    assert 1.5 < found.duration_seconds < 3.5


def test_an_end_that_is_missing_in_a_matroska() -> None:
    whole = footage.film("cut_me.mkv", seconds=4)

    found = probe(footage.cut(whole, 0.6, "cut.mkv"))

    assert found.is_truncated
    assert 1.5 < found.duration_seconds < 3.5


def test_ten_hours_are_accepted() -> None:
    long = footage.clip(
        "ten_hours.mp4",
        "-f lavfi -i color=s=16x16:r=0.02:d=36000 -c:v libx264 -preset ultrafast",
    )

    assert probe(long).duration_seconds == pytest.approx(36_000, abs=51)


def test_a_file_name_is_never_read_as_anything_else() -> None:
    data = footage.film().read_bytes()
    for name in ("-i.mp4", "concat:a|b.mp4", "نور 光 'x' %d;$(id).txt", "ك" * 120):
        assert probe(footage.written(name, data)).kind == "video"


@pytest.mark.parametrize(
    ("build", "code"),
    [
        (lambda: footage.cut(footage.film("back.mp4", seconds=2), 0.6, "back_cut.mp4"), "damaged"),
        (lambda: footage.film("still.mp4", seconds=0.04, sound=""), "no_duration"),
        (lambda: footage.sound("blip.wav", seconds=0.02), "no_duration"),
        (
            lambda: footage.film("huge.mkv", size="8208x64", rate="1", sound="", codec="-c:v ffv1"),
            "too_large",
        ),
        (lambda: footage.film("dot.mkv", size="8x8", sound="", codec="-c:v ffv1"), "unsupported"),
        (
            lambda: footage.film("rare.mkv", sound="", codec="-c:v snow -strict -2"),
            "unsupported",
        ),
        (
            lambda: footage.sound("rare_sound.mkv", rest="-c:a real_144 -ar 8000"),
            "unsupported",
        ),
        (
            lambda: footage.written("riff.avi", b"RIFF\x10\x00\x00\x00AVI LIST" + bytes(40)),
            "damaged",
        ),
        (
            lambda: footage.written(
                "hollow.mp4", b"\x00\x00\x00\x10ftypisom\x00\x00\x02\x00\x00\x00\x00\x08moov"
            ),
            "damaged",
        ),
        (
            lambda: footage.clip(
                "subtitles.mkv", f"-i {footage.written('s.srt', SUBTITLE)} -c:s srt"
            ),
            "not_media",
        ),
        (
            lambda: footage.clip(
                "only_cover.mp4",
                f"-i {footage.clip('alone.jpg', '-f lavfi -i testsrc=s=99x99 -frames:v 1')}"
                " -c copy -disposition:v attached_pic",
            ),
            "unsupported",
        ),
    ],
)
def test_what_cannot_be_used_says_why(build, code: str) -> None:
    with pytest.raises(Unusable) as refused:
        probe(build())

    assert refused.value.code == code, refused.value
    assert refused.value.detail


SUBTITLE = b"1\n00:00:00,000 --> 00:00:02,000\nBismillah\n"


def test_noise_behind_a_true_header_is_refused_not_crashed_on() -> None:
    good = footage.film("for_noise.mp4", rest="-movflags +faststart").read_bytes()
    broken = good[:200] + bytes((7 * n) % 251 for n in range(len(good) - 200))

    with pytest.raises(Unusable) as refused:
        probe(footage.written("noise.mp4", broken))

    assert refused.value.code in {"damaged", "no_duration", "not_media"}


def test_a_song_in_a_quicktime_file_is_a_song() -> None:
    assert probe(footage.sound("song.mov", rest="-c:a aac")).mime == "audio/mp4"


def test_pictures_that_cannot_be_decoded_are_damage() -> None:
    """The index is right, every sample is noise."""
    whole = footage.film("noisy.mp4", sound="", rest="-movflags +faststart").read_bytes()
    body = whole.index(b"mdat") + 4
    noise = bytes((n * 7919 >> 3) & 255 for n in range(len(whole) - body))

    with pytest.raises(Unusable) as refused:
        probe(footage.written("noise_inside.mp4", whole[:body] + noise))

    assert refused.value.code == "damaged"


def test_a_small_file_that_pretends_to_last_a_year_is_not_read_to_its_end(tmp_path: Path) -> None:
    seconds = 30_000_000  # one byte each, at one sample a second
    shape = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 1, 1, 1, 8)
    body = struct.pack("<4sI", b"data", seconds)
    year = tmp_path / "year.wav"
    with year.open("wb") as file:
        file.write(struct.pack("<4sI4s", b"RIFF", 36 + seconds, b"WAVE") + shape + body)
        file.truncate(44 + seconds)
    before = time.process_time()

    with pytest.raises(Unusable) as refused:
        probe(year)

    assert refused.value.code == "too_large"
    assert time.process_time() - before < 10  # to its end: more than a hundred seconds
