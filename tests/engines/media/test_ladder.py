"""Films through the one door, looked at from the player's side."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image

from kodipest.engines.media.manifest import Manifest
from kodipest.engines.media.prepare import Progress, prepare
from kodipest.engines.media.probe import probe

from . import footage, played


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
    known = [progress.seconds_left for progress in middle if progress.seconds_left is not None]
    assert all(0 < left < 60 for left in known)  # not known in the first half second
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
