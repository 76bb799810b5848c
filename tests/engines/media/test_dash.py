"""The DASH manifest, read by a DASH player and by the rules of the standard."""

import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from kodipest.engines.media.dash import read_timeline
from kodipest.engines.media.encoder import ffmpeg_path
from kodipest.engines.media.fragments import read_fragment, read_init
from kodipest.engines.media.joining import join_addition
from kodipest.engines.media.manifest import Manifest, read_manifest
from kodipest.engines.media.prepare import prepare
from kodipest.engines.media.probe import probe
from kodipest.engines.media.recipes import plan_for

from . import footage

NS = {"d": "urn:mpeg:dash:schema:mpd:2011"}


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest]:
    """A film of nine seconds at 23.976 pictures, whose ticks are no round numbers, joined."""
    home = tmp_path_factory.mktemp("dash")
    source = footage.film("dash.mp4", size="1280x720", rate="24000/1001", seconds=9)
    facts = probe(source)
    for recipe in plan_for("video", facts, preset="ultrafast"):
        prepare(source, home / recipe.part, probe=facts, recipe=recipe)
    for part in ("high", "thrift"):
        manifest = join_addition(home / "base", home / part)
    return home / "base", manifest


def sets_of(out: Path) -> list[ElementTree.Element]:
    root = ElementTree.parse(out / "manifest.mpd").getroot()
    assert root.get("type") == "static"
    assert root.get("profiles") == "urn:mpeg:dash:profile:isoff-live:2011"
    return root.findall("d:Period/d:AdaptationSet", NS)


def test_every_rung_and_sound_stands_in_the_set_of_its_codec(film) -> None:
    out, manifest = film
    found = {
        one.get("id"): [r.get("id") for r in one.findall("d:Representation", NS)]
        for one in sets_of(out)
    }

    assert manifest.dash == "manifest.mpd"
    assert found == {
        "0": ["240p", "360p", "480p", "720p"],
        "1": ["240p-av1", "360p-av1", "480p-av1"],
        "2": ["sound"],
        "3": ["sound-opus"],
    }


def test_the_timeline_names_the_segments_that_are_there_to_the_tick(film) -> None:
    out, _manifest = film
    for one in sets_of(out):
        template = one.find("d:SegmentTemplate", NS)
        clock = int(template.get("timescale"))
        spans, at = [], 0
        for s in template.findall("d:SegmentTimeline/d:S", NS):
            at = int(s.get("t", at))
            for _again in range(int(s.get("r", "0")) + 1):
                spans.append((at, int(s.get("d"))))
                at += int(s.get("d"))
        for representation in one.findall("d:Representation", NS):
            folder = out / representation.findtext("d:BaseURL", namespaces=NS)
            assert read_init(folder / template.get("initialization")).timescale == clock
            names = [template.get("media").replace("$Number%06d$", f"{n:06d}") for n in range(4)]
            assert sorted(path.name for path in folder.glob("*.m4s")) == names
            assert [read_fragment(folder / name).start for name in names] == [s for s, _d in spans]


def test_bandwidths_are_those_of_the_picture_alone(film) -> None:
    out, manifest = film
    sounds = {sound.name: sound.bandwidth for sound in manifest.sounds}
    told = {
        r.get("id"): int(r.get("bandwidth")) for s in sets_of(out) for r in s.iterfind("*[@id]")
    }

    for rung in manifest.rungs:
        assert told[rung.name] == rung.bandwidth - sounds[rung.sound]
    assert {name: told[name] for name in sounds} == sounds


def test_a_dash_player_plays_every_stream_from_beginning_to_end(film) -> None:
    """ffmpeg's own DASH client, which shares no line with what wrote the list."""
    out, _manifest = film
    words = [ffmpeg_path(), "-nostdin", "-v", "error", "-i", "manifest.mpd", "-map", "0"]
    done = subprocess.run(
        [*words, "-f", "framehash", "-hash", "crc32", "-"],
        check=True,
        cwd=out,
        capture_output=True,
        text=True,
    )

    assert done.stderr == ""
    rows = [line.split(",") for line in done.stdout.splitlines() if not line.startswith("#")]
    counts = {int(stream): 0 for stream, *_rest in rows}
    for stream, *_rest in rows:
        counts[int(stream)] += 1
    assert [counts[stream] for stream in range(7)] == [216] * 7
    clocks = dict(re.findall(r"#tb (\d): 1/(\d+)", done.stdout))
    for sound in (7, 8):
        heard = sum(int(row[3]) for row in rows if int(row[0]) == sound)
        assert heard / int(clocks[str(sound)]) == pytest.approx(9.0, abs=0.06)


def test_the_rate_is_told_as_the_fraction_it_is(film) -> None:
    out, _manifest = film

    text = (out / "manifest.mpd").read_text()
    assert text.count('frameRate="24000/1001"') == 7


def test_equal_segments_are_told_once(tmp_path: Path) -> None:
    source = footage.film("equal.mp4", rate="5", seconds=21, sound="")
    facts = probe(source)
    base = plan_for("video", facts, preset="ultrafast")[0]
    prepare(source, tmp_path / "out", probe=facts, recipe=base)
    ticks = read_timeline(tmp_path / "out" / "240p" / "index.m3u8").ticks

    assert read_manifest(tmp_path / "out").dash == "manifest.mpd"
    text = (tmp_path / "out" / "manifest.mpd").read_text()
    assert f'<S t="0" d="{ticks[0]}"/>' in text
    assert f'<S d="{ticks[2]}" r="3"/>' in text
