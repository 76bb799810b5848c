"""Slides get the cheaper recipe, whatever moves gets the usual one, and both look the same."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import pytest

from kodipest.engines.media import stillness
from kodipest.engines.media.facts import Probe
from kodipest.engines.media.manifest import Manifest
from kodipest.engines.media.prepare import prepare
from kodipest.engines.media.probe import probe
from kodipest.engines.media.recipes import plan_for, recipe_for

from . import footage, played

VERYFAST = "-c:v libx264 -preset veryfast -pix_fmt yuv420p"


def slides(name: str = "slides.mp4", more: str = "", seconds: int = 12) -> Path:
    """A new picture every four seconds, thirty frames a second, with the noise of a camera."""
    picture = f"-f lavfi -i testsrc=s=640x360:r=1/4:d={seconds},fps=30{more}"
    sound = f"-f lavfi -i sine=d={seconds} -c:a aac"
    return footage.clip(name, f"{picture} {sound} {VERYFAST} -shortest")


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("slides.mp4", ""),
        ("noisy.mp4", ",noise=alls=6:allf=t"),
        ("slides.mkv", ""),
        ("slides.webm.mkv", ",fps=5"),
        ("slides.ts", ""),
    ],
)
def test_slides_are_known(name: str, more: str) -> None:
    assert probe(slides(name, more)).is_still


@pytest.mark.parametrize(
    ("name", "more"),
    [
        (
            "pointer.mp4",
            "[s];color=white:s=14x14:r=30:d=12[p];[s][p]overlay=x=mod(n*3\\,600):y=200",
        ),
        ("zoom.mp4", ",zoompan=z=1+on/1000:d=1:s=640x360:fps=30"),
        ("fading.mp4", ",fade=in:0:360"),
        ("brief.mp4", ",trim=end=9"),
    ],
)
def test_what_moves_even_a_little_is_no_slide(name: str, more: str) -> None:
    assert not probe(slides(name, more)).is_still


def test_a_film_that_moves_is_known_after_two_moments(monkeypatch: pytest.MonkeyPatch) -> None:
    source = footage.film("walk.mp4", seconds=12, size="640x360", rest="-vf hue=H=2*PI*t")
    looked = []
    real = stillness._frames
    monkeypatch.setattr(stillness, "_frames", lambda *words: looked.append(1) or real(*words))

    assert not probe(source).is_still
    assert len(looked) <= 2


def test_what_cannot_be_decoded_counts_as_moving() -> None:
    whole = slides("whole_slides.mkv").read_bytes()
    half = bytearray(whole)
    for at in range(len(whole) // 3, len(whole) - 4000, 40):
        half[at] ^= 255
    source = footage.written("noisy_slides.mkv", bytes(half))

    facts = probe(source)

    assert facts.kind == "video"
    assert recipe_for("video", facts).rungs


def test_slides_get_fewer_frames_and_longer_groups() -> None:
    film = Probe(kind="video", container="mp4", mime="video/mp4", width=1280, height=720, fps=30.0)
    still = replace(film, is_still=True)

    assert (recipe_for("video", still).fps, recipe_for("video", still).gop_seconds) == (10, 4)
    assert (recipe_for("video", film).fps, recipe_for("video", film).gop_seconds) == (30, 2)
    assert {recipe.fps for recipe in plan_for("video", still)} == {Fraction(10)}
    assert plan_for("video", still, max_fps=60)[0].fps == 30  # somebody asked for motion


def made(source: Path, facts: Probe, out: Path) -> Manifest:
    return prepare(source, out, probe=facts, recipe=recipe_for("video", facts))


def test_the_cheaper_recipe_costs_less_and_looks_the_same(tmp_path: Path) -> None:
    source = slides("both_ways.mp4", ",noise=alls=4:allf=t")
    facts = replace(probe(source), copy_bits=0)

    cheap = made(source, facts, tmp_path / "cheap")
    usual = made(source, replace(facts, is_still=False), tmp_path / "usual")

    for one, other in zip(cheap.rungs, usual.rungs, strict=True):
        assert one.bytes < other.bytes * 0.7
    frames = [
        len(played.picture(played.rendition(tmp_path / name, "360p").whole).times)
        for name in ("cheap", "usual")
    ]
    assert frames == [120, 360]
    for second in (1.0, 5.0, 9.0):
        seen = [
            luma(played.rendition(tmp_path / name, "360p").whole, second)
            for name in ("cheap", "usual")
        ]
        aim = luma(source, second)
        errors = [sum((a - b) ** 2 for a, b in zip(one, aim, strict=True)) for one in seen]
        assert errors[0] <= errors[1] * 1.25  # a decibel


def luma(path: Path, second: float) -> bytes:
    with av.open(str(path)) as container:
        frame = next(f for f in container.decode(video=0) if f.time >= second)
    return bytes(frame.reformat(format="gray").planes[0])


def test_segments_of_slides_end_where_those_of_films_do(tmp_path: Path) -> None:
    source = slides("borders.mp4")
    facts = replace(probe(source), copy_bits=0)

    made(source, facts, tmp_path / "out")

    assert played.rendition(tmp_path / "out", "240p").durations == pytest.approx([1, 3, 4, 4])


def test_slides_that_can_be_copied_keep_all_their_frames(tmp_path: Path) -> None:
    source = footage.clip(
        "copied_slides.mp4",
        f"-f lavfi -i testsrc=s=640x360:r=1/4:d=12,fps=30 {VERYFAST} -g 60",
    )
    facts = probe(source)

    manifest = made(source, facts, tmp_path / "out")

    assert (facts.is_still, facts.copy_bits > 0) == (True, True)
    assert [(rung.is_copied, rung.fps) for rung in manifest.rungs] == [(False, 10), (True, 30)]
