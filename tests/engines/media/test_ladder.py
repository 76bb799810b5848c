"""Films through the one door, looked at from the player's side."""

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import av
import psutil
import pytest
from PIL import Image

from kodipest.engines.media import prepare as prepare_room
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.facts import Probe
from kodipest.engines.media.manifest import Manifest
from kodipest.engines.media.prepare import Progress, prepare
from kodipest.engines.media.probe import probe

from . import footage, played


def made_from(source: Path, out: Path) -> Manifest:
    return prepare(source, out, probe=probe(source), preset="ultrafast", on_progress=_ignore)


def _ignore(_progress: Progress) -> None:
    pass


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest, list[tuple]]:
    """A film of eleven seconds, prepared once, with what a visitor could see at every progress."""
    out = tmp_path_factory.mktemp("whole") / "out"
    source = footage.film("eleven.mp4", size="640x360", seconds=11)
    seen = []

    def look(progress: Progress) -> None:
        files = {str(path.relative_to(out)) for path in out.rglob("*") if ".work" not in path.parts}
        master = out / "master.m3u8"
        lowest = out / "240p" / "index.m3u8"
        seen.append(
            (
                progress,
                files,
                master.read_text() if master.exists() else "",
                lowest.read_text() if lowest.exists() else "",
            )
        )

    manifest = prepare(
        source, out, probe=probe(source), preset="veryfast", on_progress=look, threads=1
    )
    return out, manifest, seen


def test_manifest_tells_what_is_there(whole) -> None:
    out, manifest, _seen = whole

    assert (manifest.kind, manifest.master) == ("video", "master.m3u8")
    assert [(r.name, r.width, r.height) for r in manifest.rungs] == [
        ("240p", 426, 240),
        ("360p", 640, 360),
    ]
    assert (manifest.width, manifest.height) == (640, 360)
    assert manifest.duration_seconds == pytest.approx(11, abs=0.05)
    assert manifest.bytes == sum(
        path.stat().st_size
        for path in out.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    )
    for rung in manifest.rungs:
        assert rung.bytes == sum(path.stat().st_size for path in (out / rung.name).glob("*.m4s"))
    assert manifest.cpu_seconds > 0
    assert 0 < manifest.first_playable_seconds < manifest.wall_seconds
    assert manifest.peak_rss_bytes > 10_000_000
    assert manifest.encoder.startswith("ffmpeg ")


def test_manifest_on_disk_is_the_one_returned_and_nothing_private_stays(whole) -> None:
    out, manifest, _seen = whole

    assert Manifest.from_dict(json.loads((out / "manifest.json").read_text())) == manifest
    assert not (out / ".work").exists()
    assert not list(out.rglob("*.part"))


def test_playlists_are_constant_in_target_and_aligned_between_rungs(whole) -> None:
    out, _manifest, _seen = whole
    low, high, sound = (played.rendition(out, name) for name in ("240p", "360p", "sound"))

    assert low.durations == high.durations == pytest.approx([1, 3, 4, 3])
    assert sound.durations == pytest.approx([1, 3, 4, 3], abs=0.05)
    for one in (low, high, sound):
        assert one.lines[0] == "#EXTM3U"
        assert "#EXT-X-TARGETDURATION:4" in one.lines
        assert "#EXT-X-PLAYLIST-TYPE:EVENT" in one.lines
        assert "#EXT-X-INDEPENDENT-SEGMENTS" in one.lines
        assert one.lines[-1] == "#EXT-X-ENDLIST"


def test_picture_starts_at_zero_with_key_frames_every_two_seconds(whole) -> None:
    out, _manifest, _seen = whole
    found = played.picture(played.rendition(out, "360p").whole)

    assert (found.width, found.height, found.pix_fmt) == (640, 360, "yuv420p")
    assert found.key_times == pytest.approx([0, 1, 2, 4, 6, 8, 10])
    assert len(found.times) == 330
    steps = {round(b - a, 3) for a, b in pairwise(found.times)}
    assert steps <= {0.033, 0.034}


def test_master_playlist_tells_the_truth_at_the_end(whole) -> None:
    out, manifest, _seen = whole
    found = played.variants(out)

    assert [v["RESOLUTION"] for v in found] == ["426x240", "640x360"]
    assert [v["FRAME-RATE"] for v in found] == ["30.000", "30.000"]
    assert [v["CODECS"] for v in found] == [r.codecs for r in manifest.rungs]
    assert all(v["CODECS"].startswith("avc1.6400") for v in found)
    assert all(v["CODECS"].endswith(",mp4a.40.2") for v in found)
    for variant, rung in zip(found, manifest.rungs, strict=True):
        assert int(variant["BANDWIDTH"]) == rung.bandwidth
        average = rung.bytes * 8 / manifest.duration_seconds
        assert average < int(variant["AVERAGE-BANDWIDTH"]) <= int(variant["BANDWIDTH"])
        assert (out / variant["uri"]).exists()
    text = (out / "master.m3u8").read_text()
    assert 'TYPE=AUDIO,GROUP-ID="sound"' in text
    assert "EXT-X-START" not in text


def test_film_is_playable_long_before_it_is_done(whole) -> None:
    _out, _manifest, seen = whole
    playable = [
        (progress, files, master, lowest)
        for progress, files, master, lowest in seen
        if progress.first_playable
    ]
    first, files, master, lowest = playable[0]

    assert first.fraction < 0.5
    assert "manifest.json" not in files
    assert {"240p/000000.m4s", "360p/000000.m4s", "sound/000000.m4s"} <= files
    assert "000000.m4s" in lowest
    assert "ENDLIST" not in lowest
    assert "#EXT-X-START:TIME-OFFSET=0" in master  # or players would begin at the growing end
    assert "360p/index.m3u8" in master


def test_nothing_is_named_before_it_is_there(whole) -> None:
    _out, _manifest, seen = whole
    for progress, files, master, lowest in seen:
        named = {f"240p/{line}" for line in lowest.splitlines() if line.endswith(".m4s")}
        assert named <= files
        assert bool(master) == bool(lowest) == progress.first_playable
        assert not any(name.endswith(".part") for name in files)


def test_playlist_only_grows(whole) -> None:
    _out, _manifest, seen = whole
    texts = [lowest for _progress, _files, _master, lowest in seen if lowest]

    for earlier, later in pairwise(texts):
        assert later.startswith(earlier)


def test_progress_rises_to_one_and_knows_what_is_left(whole) -> None:
    _out, _manifest, seen = whole
    fractions = [progress.fraction for progress, *_rest in seen]

    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert fractions.count(1.0) == 1
    assert seen[-1][0].seconds_left == 0
    middle = [progress for progress, *_rest in seen if 0.3 < progress.fraction < 0.9]
    assert middle
    assert all(0 < progress.seconds_left < 60 for progress in middle)
    assert all(progress.speed > 0 for progress in middle)


def test_poster_and_storyboard(whole) -> None:
    out, manifest, _seen = whole

    with Image.open(out / manifest.poster) as poster:
        assert poster.size == (640, 360)
    with Image.open(out / manifest.poster_small) as small:
        assert small.size == (480, 270)
    with Image.open(out / manifest.storyboard.image) as board:
        assert board.size == (160 * 10, 90 * 2)
    cues = (out / manifest.storyboard.vtt).read_text().split("\n\n")
    assert cues[0] == "WEBVTT"
    assert cues[1].splitlines() == [
        "00:00:00.000 --> 00:00:01.000",
        "storyboard.jpg#xywh=0,0,160,90",
    ]
    assert cues[11].splitlines()[0] == "00:00:10.000 --> 00:00:11.000"
    assert cues[11].splitlines()[1] == "storyboard.jpg#xywh=0,90,160,90"
    assert len([cue for cue in cues if "-->" in cue]) == 11


# Every shape of source


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


# Sound


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mono8k.mp4", "-ac 1 -ar 8000"),
        ("six.mp4", "-af pan=5.1|c0=c0|c1=c0|c2=c0|c3=c0|c4=c0|c5=c0"),
        ("high.mp4", "-ar 96000"),
    ],
)
def test_every_sound_becomes_stereo_at_48_khz(name: str, words: str, tmp_path: Path) -> None:
    made_from(footage.film(name, rest=words), tmp_path / "out")

    channels, rate, loudest = played.levels(played.rendition(tmp_path / "out", "sound").whole)
    assert (channels, rate) == (2, 48_000)
    assert loudest > -30


def test_no_sound_becomes_silence_of_the_right_length(tmp_path: Path) -> None:
    made_from(footage.film("mute.mp4", seconds=2, sound=""), tmp_path / "out")

    sound = played.rendition(tmp_path / "out", "sound")
    assert sound.seconds == pytest.approx(2, abs=0.05)
    assert played.levels(sound.whole) == (2, 48_000, pytest.approx(-91, abs=1))


def test_a_sound_that_ends_early_is_filled_with_silence(tmp_path: Path) -> None:
    made_from(footage.film("early.mp4", seconds=3, sound_seconds=1), tmp_path / "out")

    assert played.rendition(tmp_path / "out", "sound").seconds == pytest.approx(3, abs=0.05)


def test_a_sound_that_goes_on_is_kept_and_the_last_picture_stays(tmp_path: Path) -> None:
    manifest = made_from(footage.film("late.mp4", seconds=1, sound_seconds=3), tmp_path / "out")

    assert manifest.duration_seconds == pytest.approx(3, abs=0.05)
    assert played.rendition(tmp_path / "out", "240p").seconds == pytest.approx(3, abs=0.05)
    assert played.rendition(tmp_path / "out", "sound").seconds == pytest.approx(3, abs=0.05)


def test_picture_and_sound_stay_together(tmp_path: Path) -> None:
    """A flash and a beep at 1.5 s, in a transport stream that starts at 1.4 s."""
    words = "-f lavfi -i color=black:s=320x240:r=30:d=2,geq=lum='if(between(T,1.5,1.6),235,16)'"
    words += (
        ":cb=128:cr=128 -f lavfi -i aevalsrc='if(between(t,1.5,1.6),sin(6283*t),0)':s=48000:d=2"
    )
    source = footage.clip("flash.ts", f"{words} {footage.X264} -c:a aac")

    made_from(source, tmp_path / "out")

    with av.open(str(played.rendition(tmp_path / "out", "240p").whole)) as film:
        flash = next(f.time for f in film.decode(video=0) if f.to_ndarray()[120, 160] > 128)
    with av.open(str(played.rendition(tmp_path / "out", "sound").whole)) as film:
        beep = next(f.time for f in film.decode(audio=0) if abs(f.to_ndarray()).max() > 0.1)
    assert flash == pytest.approx(1.5, abs=0.07)
    assert beep == pytest.approx(1.5, abs=0.05)


# What breaks


def test_a_film_without_its_end_plays_to_where_it_goes(tmp_path: Path) -> None:
    whole = footage.film("for_cut.mp4", seconds=4, rest="-movflags +faststart -g 15")
    source = footage.cut(whole, 0.6, "for_cut_cut.mp4")

    manifest = made_from(source, tmp_path / "out")

    assert 1.5 < manifest.duration_seconds < 3.5


def test_what_the_listener_raises_stops_everything_and_passes_through(tmp_path: Path) -> None:
    class LeaseLostError(Exception):
        pass

    def raise_when_moving(progress: Progress) -> None:
        if progress.first_playable:
            raise LeaseLostError

    source = footage.film("thirty.mp4", seconds=30)
    with pytest.raises(LeaseLostError):
        prepare(
            source,
            tmp_path / "out",
            probe=probe(source),
            preset="veryfast",
            on_progress=raise_when_moving,
            threads=1,
        )

    assert not [p for p in psutil.Process().children(recursive=True) if "ffmpeg" in p.name()]
    assert not (tmp_path / "out" / "manifest.json").exists()
    assert not (tmp_path / "out" / ".work").exists()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("kept")
    source = footage.film()

    with pytest.raises(FileExistsError):
        made_from(source, tmp_path)

    assert (tmp_path / "kept.txt").read_text() == "kept"


def test_an_output_much_shorter_than_the_promise_is_not_called_done(tmp_path: Path) -> None:
    source = footage.film(seconds=2)
    boastful = replace(probe(source), duration_seconds=9.0, video_seconds=9.0)

    with pytest.raises(Unusable, match=r"240p: 2.00 s, expected 9.00 s") as refused:
        prepare(source, tmp_path / "out", probe=boastful, preset="ultrafast", on_progress=_ignore)

    assert refused.value.code == "encoder_failed"
    assert not (tmp_path / "out" / "manifest.json").exists()


def test_a_probe_that_lies_about_the_container_opens_nothing(tmp_path: Path) -> None:
    """The second lock: even if a playlist were taken for a film, no other file is opened."""
    secret = footage.film("secret.mp4")
    listed = footage.written(
        "trap.mp4", f"#EXTM3U\n#EXTINF:1,\nfile://{secret}\n#EXT-X-ENDLIST\n".encode()
    )
    fooled = Probe(
        kind="video",
        container="mp4",
        mime="video/mp4",
        duration_seconds=1,
        video_seconds=1,
        width=320,
        height=240,
        fps=30,
        video_index=0,
    )

    with pytest.raises(Unusable) as refused:
        prepare(listed, tmp_path / "out", probe=fooled, on_progress=_ignore)

    assert refused.value.code == "encoder_failed"
    assert not list((tmp_path / "out").rglob("*.m4s"))


def test_the_name_of_a_source_never_reaches_the_encoder(tmp_path: Path) -> None:
    strange = tmp_path / "-i نور 光 %d;$(id)|.mp4"
    strange.write_bytes(footage.film().read_bytes())

    assert made_from(strange, tmp_path / "out").kind == "video"


def test_a_full_disk_that_the_muxer_hid_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare_room, "NO_SPACE_BELOW_BYTES", 10**18)
    boastful = replace(probe(footage.film()), duration_seconds=9.0, video_seconds=9.0)

    with pytest.raises(Unusable, match=r"bytes free; 240p: 1\.00 s, expected 9\.00 s") as refused:
        prepare(footage.film(), tmp_path / "out", probe=boastful, preset="ultrafast")

    assert refused.value.code == "no_space"


def test_a_full_disk_of_the_listener_is_the_listeners(tmp_path: Path) -> None:
    def fail(_progress: Progress) -> None:
        raise OSError(28, "the database's disk is full")

    with pytest.raises(OSError, match="the database's disk is full"):
        prepare(footage.film(), tmp_path / "out", probe=probe(footage.film()), on_progress=fail)


def test_a_full_disk_while_a_picture_is_saved_is_named(tmp_path: Path) -> None:
    """The document goes to /dev/full, which is full for everybody."""
    source = footage.written("full.pdf", b"%PDF-1.4\nstartxref\n0\n%%EOF")
    out = tmp_path / "out"
    out.mkdir()
    facts = probe(source)

    class Late:
        """Put the trap in place after prepare() has seen an empty folder."""

        def __call__(self, _source: Path, out: Path, _container: str) -> str:
            with Path("/dev/full").open("wb", buffering=0) as full:
                full.write(b"x")
            raise AssertionError("unreachable")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prepare_room, "copy_document", Late())
        with pytest.raises(Unusable) as refused:
            prepare(source, out, probe=facts)

    assert refused.value.code == "no_space"


def test_a_film_that_is_mostly_noise_is_called_damaged(tmp_path: Path) -> None:
    """Index and first picture are right; the encoder is the first to meet the rest."""
    whole = footage.film("noise_behind.mp4", seconds=3, sound="", rest="-movflags +faststart -g 5")
    data = bytearray(whole.read_bytes())
    body = data.index(b"mdat") + 6000
    data[body:] = bytes((n * 7919 >> 3) & 255 for n in range(len(data) - body))

    with pytest.raises(Unusable) as refused:
        made_from(footage.written("noise_behind_it.mp4", bytes(data)), tmp_path / "out")

    assert refused.value.code == "damaged"


def test_what_a_phone_wrote_into_a_film_stays_in_the_original(tmp_path: Path) -> None:
    told = "-metadata title=Aisyah -metadata location=-6.2+106.8/ -metadata comment=Aisyah"
    told += " -metadata:s:a handler_name=Aisyah -metadata:s:v handler_name=Aisyah"
    source = footage.film("told.mp4", rest=f"{told} -movflags use_metadata_tags")
    assert b"Aisyah" in source.read_bytes()
    assert b"106.8" in source.read_bytes()
    made_from(source, tmp_path / "out")

    assert not words_in(tmp_path / "out", b"Aisyah", b"106.8")


def words_in(folder: Path, *words: bytes) -> list[str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [path.name for path in files if any(word in path.read_bytes() for word in words)]
