"""The words said to ffmpeg, where a run would not show the difference."""

from dataclasses import replace
from pathlib import Path

import pytest

from kodipest.engines.media.commands import Means, ladder_arguments, threads_for
from kodipest.engines.media.encoder import Limits, has_filter, run_encoder
from kodipest.engines.media.facts import Probe
from kodipest.engines.media.probe import probe
from kodipest.engines.media.recipes import recipe_for
from kodipest.engines.media.stills import tiles_for

from . import footage

FILM = Probe(
    kind="video",
    container="mp4",
    mime="video/mp4",
    duration_seconds=60.0,
    video_seconds=60.0,
    width=1920,
    height=1080,
    fps=30.0,
    video_index=0,
    audio_index=1,
    has_audio=True,
    is_plain=True,
)
TILES = tiles_for(426, 240, 60)


def words(facts: Probe, *, cores: int = 2, has_zimg: bool = True) -> list[str]:
    return ladder_arguments(facts, recipe_for("video", facts), TILES, Means(cores, has_zimg))


def after(found: list[str], name: str) -> list[str]:
    return [found[place + 1] for place, word in enumerate(found) if word == name]


def test_the_source_is_opened_under_all_three_locks() -> None:
    found = words(FILM)
    before_input = found[: found.index("-i")]

    assert after(found, "-i") == ["file:source"]
    assert after(before_input, "-f") == ["mov"]
    assert after(before_input, "-format_whitelist") == ["mov"]
    assert after(before_input, "-protocol_whitelist") == ["file,pipe"]
    (codecs,) = after(before_input, "-codec_whitelist")
    assert {"h264", "aac"} < set(codecs.split(","))
    assert not {"hls", "concat", "png", "gif", "svg", "librsvg"} & set(codecs.split(","))


def test_one_film_is_decoded_once_and_scaled_in_cascade() -> None:
    found = words(FILM)
    (graph,) = after(found, "-filter_complex")

    assert found.count("-i") == 1
    assert graph.count("[0:0]") == 1
    assert [
        part.split("zscale=w=")[1].split(":filter")[0]
        for part in graph.split(";")
        if "zscale" in part
    ] == [
        "1280:h=720",
        "854:h=480",
        "640:h=360",
        "426:h=240",
    ]


@pytest.mark.parametrize(
    ("cores", "shares"),
    [(1, [1, 1, 1, 1, 1]), (2, [1, 1, 1, 1, 1]), (8, [1, 1, 1, 2, 4]), (16, [1, 1, 2, 4, 9])],
)
def test_cores_are_shared_by_area(cores: int, shares: list[int]) -> None:
    assert threads_for(recipe_for("video", FILM).rungs, cores) == shares
    assert after(words(FILM, cores=cores), "-threads")[0] == str(cores)


def test_a_plain_film_at_its_own_size_is_not_converted() -> None:
    (graph,) = after(words(FILM), "-filter_complex")
    assert "scale" not in graph.split(";")[0]

    (graph,) = after(words(replace(FILM, is_plain=False)), "-filter_complex")
    assert "scale=1920:1080:flags=bicubic:in_color_matrix=bt709" in graph.split(";")[0]


def test_interlaced_pictures_are_woven_before_frames_are_dropped() -> None:
    (graph,) = after(words(replace(FILM, is_interlaced=True)), "-filter_complex")

    assert graph.index("bwdif") < graph.index("fps=")


def test_an_ffmpeg_without_zimg_still_makes_every_rung(tmp_path: Path) -> None:
    source = footage.film("no_zimg.mp4", size="640x360", seconds=0.5)
    facts = replace(probe(source), is_hdr=True)
    recipe = recipe_for("video", facts, "ultrafast")
    arguments = ladder_arguments(facts, recipe, TILES, Means(1, has_zimg=False))
    (tmp_path / "source").symlink_to(source)

    run_encoder(arguments, tmp_path, Limits(), lambda pulse: None)

    assert "zscale" not in " ".join(arguments)
    assert {"240p.0.m4s", "360p.0.m4s"} <= {path.name for path in tmp_path.iterdir()}


def test_filters_of_this_ffmpeg_are_known() -> None:
    assert has_filter("scale")
    assert not has_filter("no_such_filter")
