import dataclasses
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodipest.engines.media.facts import Probe
from kodipest.engines.media.recipes import (
    CEILINGS,
    fingerprint,
    h264_level,
    output_rate,
    plan_for,
    recipe_for,
    rungs_for,
)

FILM = Probe(kind="video", container="mp4", mime="video/mp4", width=1920, height=1080, fps=30.0)
SHA = "ab" * 32

sides = st.integers(min_value=16, max_value=8192)


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (1920, 1080, ["240p", "360p", "480p", "720p", "1080p"]),
        (1080, 1920, ["240p", "360p", "480p", "720p", "1080p"]),  # portrait: the short side counts
        (3840, 2160, ["240p", "360p", "480p", "720p", "1080p"]),
        (1280, 720, ["240p", "360p", "480p", "720p"]),
        (1280, 718, ["240p", "360p", "480p", "720p"]),  # cropped by two lines
        (720, 720, ["240p", "360p", "480p", "720p"]),
        (640, 480, ["240p", "360p", "480p"]),
        (320, 240, ["240p"]),
        (160, 120, ["120p"]),
    ],
)
def test_the_ladder_ends_at_the_source(width: int, height: int, expected: list[str]) -> None:
    assert [rung.name for rung in rungs_for(width, height, Fraction(30))] == expected


@given(width=sides, height=sides)
def test_every_rung_is_even_smaller_than_the_source_and_of_its_shape(
    width: int, height: int
) -> None:
    rungs = rungs_for(width, height, Fraction(30))

    assert rungs
    assert len({rung.name for rung in rungs}) == len(rungs)
    for rung in rungs:
        assert rung.width % 2 == rung.height % 2 == 0
        assert 2 <= rung.width <= width
        assert 2 <= rung.height <= height
        # One even step of either side explains all the difference in shape.
        assert abs(rung.width * height - rung.height * width) <= 2 * max(width, height)
    areas = [rung.width * rung.height for rung in rungs]
    assert areas == sorted(areas)


@given(width=sides, height=sides)
def test_turning_a_film_turns_its_ladder(width: int, height: int) -> None:
    lying = rungs_for(width, height, Fraction(25))
    standing = rungs_for(height, width, Fraction(25))

    assert [(r.width, r.height) for r in lying] == [(r.height, r.width) for r in standing]


@pytest.mark.parametrize(
    ("fps", "expected"),
    [
        (30, Fraction(30)),
        (25, Fraction(25)),
        (24, Fraction(24)),
        (23.976, Fraction(24_000, 1001)),
        (29.97, Fraction(30_000, 1001)),
        (59.94, Fraction(30_000, 1001)),
        (60, Fraction(30)),
        (50, Fraction(25)),
        (48, Fraction(24)),
        (120, Fraction(30)),
        (119.88, Fraction(30_000, 1001)),
        (240, Fraction(30)),
        (100, Fraction(25)),
        (29.7, Fraction(30_000, 1001)),
        (5, Fraction(5)),
        (12.5, Fraction(25, 2)),
        (0.02, Fraction(2)),
    ],
)
def test_frame_rates_are_kept_or_divided(fps: float, expected: Fraction) -> None:
    assert output_rate(fps) == expected


@given(fps=st.floats(min_value=0.001, max_value=1000))
def test_no_rate_leaves_the_range_of_the_playlists(fps: float) -> None:
    rate = output_rate(fps)

    assert 2 <= rate <= 30
    if 2 <= fps <= 30:
        assert float(rate) == pytest.approx(fps, rel=0.021)


@pytest.mark.parametrize(
    ("width", "height", "level"),
    [(426, 240, 21), (640, 360, 30), (854, 480, 31), (1280, 720, 31), (1920, 1080, 40)],
)
def test_levels_are_those_of_the_standard(width: int, height: int, level: int) -> None:
    assert h264_level(width, height, Fraction(30), CEILINGS[240]) == level


def test_a_fingerprint_names_the_original_and_everything_that_shapes_the_output() -> None:
    recipe = recipe_for("video", FILM)
    named = fingerprint(SHA, recipe)

    assert len(named) == 32
    assert named == fingerprint(SHA.upper(), recipe_for("video", FILM))
    others = {
        fingerprint("cd" * 32, recipe),
        fingerprint(SHA, recipe_for("video", FILM, "faster")),
        fingerprint(SHA, recipe_for("video", dataclasses.replace(FILM, fps=25.0))),
        fingerprint(SHA, recipe_for("video", dataclasses.replace(FILM, height=720, width=1280))),
        fingerprint(SHA, dataclasses.replace(recipe, version=recipe.version + 1)),
        fingerprint(SHA, recipe_for("audio", FILM)),
    }
    assert len(others | {named}) == 7


def test_a_preset_nobody_knows_is_refused_for_films_only() -> None:
    with pytest.raises(ValueError, match="preset 'placebo'"):
        recipe_for("video", FILM, "placebo")

    assert recipe_for("image", FILM, "placebo").rungs == ()


def test_what_no_level_carries_gets_the_highest() -> None:
    assert h264_level(8192, 8192, Fraction(30), 450_000) == 52
    assert h264_level(16, 4096, Fraction(30), 450_000) > 20  # thin, but too long for low levels


# The parts of a film


def told(recipe) -> tuple[str, list[str], str]:
    return recipe.part, [rung.name for rung in recipe.rungs], recipe.sound


def test_a_film_comes_in_three_parts() -> None:
    assert [told(recipe) for recipe in plan_for("video", FILM)] == [
        ("base", ["240p", "360p", "480p"], "sound"),
        ("high", ["720p", "1080p"], ""),
        ("thrift", ["240p-av1", "360p-av1", "480p-av1"], "sound-opus"),
    ]
    assert [recipe.is_addition for recipe in plan_for("video", FILM)] == [False, True, True]


@pytest.mark.parametrize(("width", "height"), [(854, 480), (160, 120), (8192, 600)])
def test_a_film_without_tall_rungs_has_no_high_part(width: int, height: int) -> None:
    small = dataclasses.replace(FILM, width=width, height=height)

    assert [recipe.part for recipe in plan_for("video", small)] == ["base", "thrift"]


@given(width=sides, height=sides, fps=st.floats(min_value=1, max_value=240))
def test_the_parts_are_the_whole_cut_in_two(width: int, height: int, fps: float) -> None:
    film = dataclasses.replace(FILM, width=width, height=height, fps=fps)
    base, *additions = plan_for("video", film)
    high = [rung for recipe in additions if recipe.part == "high" for rung in recipe.rungs]

    assert (*base.rungs, *high) == recipe_for("video", film).rungs
    assert base.rungs
    assert all(recipe.rungs for recipe in additions)


@pytest.mark.parametrize("kind", ["audio", "image", "document"])
def test_what_is_no_film_is_one_base(kind) -> None:
    (only,) = plan_for(kind, FILM)

    assert (only.part, only.rungs, only.is_addition) == ("base", (), False)
    assert only == recipe_for(kind, FILM)


def test_qualities_differ_in_what_the_encoder_takes_time_for() -> None:
    presets = {
        quality: [recipe.preset for recipe in plan_for("video", FILM, quality)]
        for quality in ("cepat", "teliti", "hemat")
    }

    assert presets == {
        "cepat": ["veryfast", "veryfast", "10"],
        "teliti": ["faster", "faster", "10"],
        "hemat": ["veryfast", "veryfast", "10"],
    }
    crfs = [plan_for("video", FILM, quality)[0].crf for quality in ("cepat", "teliti", "hemat")]
    assert crfs == [23, 22, 23]
    assert recipe_for("video", FILM, quality="teliti").crf == 22
    assert [r.preset for r in plan_for("video", FILM, preset="ultrafast")] == [
        "ultrafast",
        "ultrafast",
        "13",
    ]


def test_sport_keeps_sixty_pictures_where_bits_are_not_short() -> None:
    sport = dataclasses.replace(FILM, fps=59.94)

    assert [recipe.fps for recipe in plan_for("video", sport, max_fps=60)] == [
        Fraction(30_000, 1001),
        Fraction(60_000, 1001),
        Fraction(30_000, 1001),
    ]
    small = dataclasses.replace(sport, width=640, height=360)
    assert plan_for("video", small, max_fps=60)[0].fps == Fraction(60_000, 1001)
    assert recipe_for("video", sport).fps == Fraction(30_000, 1001)
    assert recipe_for("video", sport, max_fps=60).rungs[-1].max_bits > CEILINGS[1080]


def test_each_part_has_a_name_of_its_own() -> None:
    named = {fingerprint(SHA, recipe) for recipe in plan_for("video", FILM)}
    named.add(fingerprint(SHA, recipe_for("video", FILM)))

    assert len(named) == 4
