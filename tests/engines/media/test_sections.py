"""Where a long film is cut: on the grid of its frames, where segments begin, and only where it is safe."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kodipest.engines.media.facts import Probe
from kodipest.engines.media.recipes import plan_for, recipe_for
from kodipest.engines.media.sections import WHOLE, sections_of


def long_film(**facts: object) -> Probe:
    known: dict[str, object] = {
        "container": "mp4",
        "duration_seconds": 3600.0,
        "width": 1280,
        "height": 720,
        "fps": 30.0,
    }
    return Probe(kind="video", mime="video/mp4", **(known | facts))


def cut(probe: Probe, **options: object):
    return sections_of(probe, recipe_for("video", probe), **({"long": 600, "each": 300} | options))


def test_an_hour_becomes_twelve_sections_of_five_minutes():
    sections = cut(long_film())

    assert [one.number for one in sections] == list(range(12))
    assert [one.start_seconds for one in sections] == list(range(0, 3600, 300))
    assert {one.frames for one in sections[:-1]} == {9000}
    assert sections[-1].frames is None
    assert [one.first_segment for one in sections[:3]] == [0, 76, 151]
    assert sum(one.seconds_of(3600) for one in sections) == 3600


@settings(deadline=None)
@given(
    fps=st.sampled_from([24000 / 1001, 25.0, 30000 / 1001, 30.0, 60.0, 12.5, 7.3]),
    seconds=st.floats(601, 40_000),
    each=st.integers(15, 200).map(lambda number: number * 4),
)
def test_no_frame_is_lost_or_made_twice(fps, seconds, each):
    sections = cut(long_film(fps=fps, duration_seconds=seconds), each=each)

    assert sections[0].first_frame == 0
    for one, following in pairwise(sections):
        assert one.first_frame + one.frames == following.first_frame
        assert 0 <= following.begins - following.start_seconds < 1 / following.fps
        assert following.before < following.start_seconds
    assert sections[-1].seconds_of(seconds) > each / 2 - 1


@pytest.mark.parametrize(
    "facts",
    [
        {"duration_seconds": 600.0},  # short enough
        {"container": "mpegts"},  # no index: a jump may land anywhere
        {"container": "avi"},
        {"is_truncated": True},
        {"video_seconds": 300.0},  # a picture that is held through a long sermon
    ],
)
def test_these_are_made_in_one_go(facts):
    assert cut(long_film(**facts)) == ()


def test_what_is_only_copied_is_not_cut():
    probe = long_film(
        width=426, height=240, copy_bits=300_000, copy_peak_bits=300_000, copy_level=21
    )
    probe = Probe(**probe.as_dict() | {"video_seconds": 3600.0})
    (base, *_rest) = plan_for("video", probe)

    assert [rung.is_copied for rung in base.rungs] == [True]
    assert sections_of(probe, base, long=600, each=300) == ()


@pytest.mark.parametrize("each", [0, -4, 5, 301])
def test_a_section_is_made_of_whole_segments(each):
    with pytest.raises(ValueError, match="multiple of 4"):
        cut(long_film(), each=each)


def test_the_whole_film_has_nothing_before_it():
    assert WHOLE.begins == 0
    assert WHOLE.before == Fraction(-1)
    assert WHOLE.first_segment == 0
