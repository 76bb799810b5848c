"""The words said to ffmpeg, where a run would not show the difference."""

from dataclasses import replace
from pathlib import Path

import pytest

from kodipest.engines.media.commands import Aside, Means, ladder_arguments, threads_for
from kodipest.engines.media.encoder import Limits, has_filter, has_option, run_encoder
from kodipest.engines.media.facts import Probe
from kodipest.engines.media.probe import probe
from kodipest.engines.media.recipes import plan_for, recipe_for
from kodipest.engines.media.stills import tiles_for
from kodipest.engines.media.taps import Tap

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
    return ladder_arguments(facts, recipe_for("video", facts), Means(cores, has_zimg), Aside(TILES))


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
        if "zscale" in part and "poster" not in part
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
    assert "[to0]format=yuv420p,setsar=1" in graph

    (graph,) = after(words(replace(FILM, is_plain=False)), "-filter_complex")
    assert "[to0]scale=1920:1080:flags=bicubic:in_color_matrix=bt709" in graph


def test_a_plain_film_that_is_larger_than_its_ladder_is_only_scaled() -> None:
    (graph,) = after(words(replace(FILM, width=3840, height=2160)), "-filter_complex")

    assert "[to0]zscale=w=1920:h=1080:filter=bicubic" in graph


def test_interlaced_pictures_are_woven_before_frames_are_dropped() -> None:
    (graph,) = after(words(replace(FILM, is_interlaced=True)), "-filter_complex")

    assert graph.index("bwdif") < graph.index("fps=")


def test_an_ffmpeg_without_zimg_still_makes_every_rung(tmp_path: Path) -> None:
    source = footage.film("no_zimg.mp4", size="640x360", seconds=0.5)
    facts = replace(probe(source), is_hdr=True)
    recipe = recipe_for("video", facts, "ultrafast")
    arguments = ladder_arguments(facts, recipe, Means(1, has_zimg=False), Aside(TILES))
    (tmp_path / "source").symlink_to(source)

    run_encoder(arguments, tmp_path, Limits(), lambda pulse: None)

    assert "zscale" not in " ".join(arguments)
    assert {"240p.0.m4s", "360p.0.m4s"} <= {path.name for path in tmp_path.iterdir()}


def test_filters_of_this_ffmpeg_are_known() -> None:
    assert has_filter("scale")
    assert not has_filter("no_such_filter")
    assert has_option("scale", "flags")
    assert not has_option("scale", "no_such_option")


def test_an_old_ffmpeg_without_zimg_leaves_hdr_flat_and_does_not_fail(tmp_path: Path) -> None:
    source = footage.film("flat.mp4", seconds=0.5)
    facts = replace(probe(source), is_hdr=True)
    recipe = recipe_for("video", replace(facts, copy_bits=0), "ultrafast")
    means = Means(1, has_zimg=False, can_map_tones=False)
    arguments = ladder_arguments(facts, recipe, means, Aside(TILES))
    (tmp_path / "source").symlink_to(source)

    run_encoder(arguments, tmp_path, Limits(), lambda pulse: None)

    assert "out_transfer" not in " ".join(arguments)
    assert (tmp_path / "240p.0.m4s").exists()


def test_the_high_part_makes_neither_sound_nor_stills() -> None:
    _base, high, _thrift = plan_for("video", FILM)
    found = ladder_arguments(FILM, high, Means(2), Aside())

    assert after(found, "-map") == ["[720p]", "[1080p]"]
    (graph,) = after(found, "-filter_complex")
    assert "[0:1]" not in graph
    assert "select" not in graph


def test_the_thrift_part_asks_for_av1_and_opus_with_a_key_frame_per_segment() -> None:
    *_rest, thrift = plan_for("video", FILM)
    found = ladder_arguments(FILM, thrift, Means(2), Aside())

    assert set(after(found, "-c:v")) == {"libsvtav1"}
    assert after(found, "-c:a") == ["libopus"]
    assert set(after(found, "-force_key_frames")) == {
        "expr:gte(t,if(lt(n_forced,2),n_forced,(n_forced-1)*4))"
    }


def test_taps_hear_and_see_what_the_one_decode_gives(tmp_path: Path) -> None:
    source = footage.film("tapped.mp4", size="640x360", seconds=1)
    facts = probe(source)
    tap = Tap(
        "listening",
        lambda folder, _facts: None,
        picture="signalstats,metadata=mode=print:file=seen.txt:key=lavfi.signalstats.YAVG",
        sound="astats=metadata=1,ametadata=mode=print:file=heard.txt",
    )
    recipe = recipe_for("video", facts, "ultrafast")
    arguments = ladder_arguments(facts, recipe, Means(1), Aside(TILES, [tap]))
    (tmp_path / "source").symlink_to(source)

    run_encoder(arguments, tmp_path, Limits(), lambda pulse: None)

    assert (tmp_path / "seen.txt").read_text().count("lavfi.signalstats.YAVG=") == 30
    assert "lavfi.astats.Overall.Peak_level=" in (tmp_path / "heard.txt").read_text()
    assert arguments.count("-i") == 1
