"""Films with known faults, measured by the real filters."""

import os
from pathlib import Path
from typing import Any

import pytest

from kodipest.engines.media.checks import looks
from kodipest.engines.media.checks.examine import check, findings_in, taps_for, with_bit_rate
from kodipest.engines.media.checks.findings import Finding
from kodipest.engines.media.checks.likeness import Likeness
from kodipest.engines.media.facts import Probe
from kodipest.engines.media.prepare import prepare
from kodipest.engines.media.probe import probe
from tests.engines.media import footage

LAVFI = "-f lavfi -i"
SMALL = "s=160x120:r=10"


@pytest.fixture(autouse=True)
def no_eyes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking costs half a second per film; test_looks.py does it."""
    monkeypatch.setattr(looks, "is_installed", lambda: False)


def told(source: Path) -> dict[str, Any]:
    return check(source, probe=probe(source))


def by_code(source: Path) -> dict[str, Finding]:
    return {one.code: one for one in findings_in(told(source))}


def spoken(name: str, filters: str = "", *, source: str = "", rest: str = "") -> Path:
    """Return a sound that swells like speech, well within its limits."""
    noise = source or "anoisesrc=c=pink:a=0.5:d=6:seed=3:r=48000,tremolo=f=3:d=0.9"
    return footage.clip(name, f"{LAVFI} {noise}{filters} {rest}")


@pytest.fixture(scope="module")
def faulty() -> Path:
    """Two seconds of black, three of a clock, twelve of one picture; silence after eight."""
    pictures = [f"color=black:{SMALL}:d=2", f"testsrc={SMALL}:d=3", f"smptebars={SMALL}:d=12"]
    inputs = " ".join(f"{LAVFI} {one}" for one in pictures)
    sound = f"{LAVFI} anoisesrc=c=pink:a=0.4:d=8:seed=5:r=48000"
    joined = "[0][1][2]concat=n=3,setsar=1[v];[3]apad=whole_dur=17[a]"
    words = f"{inputs} {sound} -filter_complex {joined} -map [v] -map [a] -c:a aac {footage.X264}"
    return footage.clip("faulty.mp4", words)


def test_black_frozen_and_silent_stretches_are_told_with_their_times(faulty: Path) -> None:
    found = by_code(faulty)

    assert (found["black"].start, found["black"].end) == (0.0, pytest.approx(2, abs=0.2))
    assert found["frozen"].start == pytest.approx(5, abs=0.3)
    assert found["frozen"].end == pytest.approx(17, abs=0.3)
    assert found["silence"].start == pytest.approx(8, abs=0.2)
    assert found["silence"].end == pytest.approx(17, abs=0.2)
    assert found["small"].value == 120
    assert {one.severity for one in found.values()} <= {"note", "advice"}


def test_worst_comes_first_and_times_stand_inside_the_film(faulty: Path) -> None:
    found = findings_in(told(faulty))
    order = ["stop", "advice", "note"]

    assert [order.index(one.severity) for one in found] == sorted(
        order.index(one.severity) for one in found
    )
    assert all(0 <= (one.start or 0) <= (one.end or 17) <= 17.1 for one in found)


def test_a_film_without_faults_is_left_in_peace() -> None:
    words = (
        f"{LAVFI} testsrc=s=640x480:r=10:d=11 {LAVFI} anoisesrc=c=pink:a=0.7:d=11:seed=5:r=48000"
    )
    good = footage.clip("good.mp4", f"{words} -c:a aac {footage.X264}")

    report = told(good)

    assert report["findings"] == []
    assert report["loudness"]["true_peak"] < -1
    assert len(report["curves"]["loudness"]["values"]) == 11
    assert report["looked"] is False


@pytest.mark.parametrize(
    ("name", "filters", "rest", "code", "severity"),
    [
        ("quiet.m4a", ",volume=-30dB", "-c:a aac", "quiet", "advice"),
        ("silent.wav", ",volume=0", "", "silent", "stop"),
        ("clipped.wav", ",volume=18dB,aformat=s16", "", "clipping", "advice"),
        ("mono_clipped.wav", ",volume=18dB,aformat=s16", "-ac 1 -ar 44100", "clipping", "advice"),
        ("over.m4a", ",volume=18dB,aformat=s16", "-ac 2 -c:a aac", "true_peak", "advice"),
        ("loud.wav", ",volume=24dB,aformat=s16", "", "loud", "note"),
        ("left.wav", ",pan=stereo|c0=c0|c1=0*c0", "", "one_sided", "advice"),
    ],
)
def test_faults_of_sound(name: str, filters: str, rest: str, code: str, severity: str) -> None:
    found = by_code(spoken(name, filters, rest=rest))

    assert found[code].severity == severity
    if code == "one_sided":
        assert found[code].text == "left"


def test_good_sound_is_left_in_peace() -> None:
    source = "anoisesrc=c=pink:a=0.9:d=11:seed=3:r=48000,tremolo=f=3:d=0.9"

    assert by_code(spoken("fine.m4a", source=source, rest="-c:a aac")) == {}


@pytest.mark.parametrize(
    ("inner", "text"),
    [("160x90", "letterbox"), ("68x120", "pillarbox"), ("120x90", "windowbox")],
)
def test_burnt_in_bars(inner: str, text: str) -> None:
    source = f"{LAVFI} testsrc=s={inner}:r=10:d=2 -vf pad=160:120:(ow-iw)/2:(oh-ih)/2"

    bars = by_code(footage.clip(f"{text}.mp4", f"{source} {footage.X264}"))["bars"]

    width, height = (int(side) for side in inner.split("x"))
    assert bars.text == text
    assert bars.value == pytest.approx(1 - width * height / (160 * 120), abs=0.05)


def test_a_film_that_is_black_to_the_end_is_worth_stopping() -> None:
    black = footage.clip("black.mp4", f"{LAVFI} color=black:{SMALL}:d=4 {footage.X264}")

    assert by_code(black)["all_black"].severity == "stop"
    assert "black" not in by_code(black)


def test_slides_with_a_voice_are_no_fault() -> None:
    slides = [f"testsrc={SMALL}:d=0.1", f"smptebars={SMALL}:d=0.1", f"rgbtestsrc={SMALL}:d=0.1"]
    inputs = " ".join(f"{LAVFI} {one}" for one in slides)
    held = ";".join(f"[{n}]tpad=stop_mode=clone:stop_duration=10,setsar=1[s{n}]" for n in range(3))
    words = f"{inputs} -filter_complex {held};[s0][s1][s2]concat=n=3 {footage.X264}"

    assert "frozen" not in by_code(footage.clip("slides.mp4", words))


def test_a_blurred_film_is_told_from_the_same_film_sharp() -> None:
    source = f"{LAVFI} testsrc2=s=640x360:r=5:d=4"
    sharp = footage.clip("sharp.mp4", f"{source} {footage.X264}")
    blurred = footage.clip("blurred.mp4", f"{source} -vf gblur=8 {footage.X264}")

    assert "blur" not in by_code(sharp)
    assert by_code(blurred)["blur"].severity == "advice"


def test_a_truncated_film_says_so() -> None:
    whole = footage.film("cut_source.mp4", seconds=4, rest="-movflags +faststart")

    found = by_code(footage.cut(whole, 0.6, "cut_check.mp4"))

    assert found["cut_off"].severity == "stop"


def test_likeness_survives_another_encoding() -> None:
    source = f"{LAVFI} mandelbrot=s=320x240:r=10,trim=end=8 {LAVFI} sine=f=300:b=3:d=12:r=48000"
    one = footage.clip("one.mp4", f"{source} -t 8 -c:a aac {footage.X264}")
    other = footage.clip(
        "other.mkv", f"-ss 1.3 -i {one} -vf scale=160:120 -c:v mpeg4 -c:a libmp3lame"
    )

    mine, theirs = (Likeness.from_dict(told(film)["likeness"]) for film in (one, other))

    assert mine.frames
    assert mine.sound
    assert mine.own_marks() & theirs.all_marks()


def test_documents_have_nothing_to_measure() -> None:
    document = Probe(kind="document", container="pdf", mime="application/pdf", pages=3)

    assert check(Path(os.devnull), probe=document)["findings"] == []
    assert taps_for(document) == ()


def test_taps_fit_what_there_is_to_measure(faulty: Path) -> None:
    (both,) = taps_for(probe(faulty))
    silent = Probe(kind="video", container="mp4", mime="", duration_seconds=3, width=64, height=64)
    (seen,) = taps_for(silent)

    assert "blackdetect" in both.picture
    assert "ebur128" in both.sound
    assert seen.sound == ""


def test_bit_rate_is_read_from_the_segments(tmp_path: Path) -> None:
    for name, size in (("a.m4s", 1000), ("b.m4s", 4000)):
        (tmp_path / name).write_bytes(bytes(size))
    lines = ["#EXTM3U", "#EXTINF:1.00000,", "a.m4s", "#EXTINF:3.00000,", "b.m4s", "#EXT-X-ENDLIST"]
    (tmp_path / "index.m3u8").write_text("\n".join(lines))

    curves = with_bit_rate({"curves": {}}, tmp_path, "index.m3u8")["curves"]

    assert curves["bit_rate"] == {"step": 1.0, "values": [8.0, 10.7, 10.7, 10.7]}


def test_a_film_that_is_prepared_is_checked_in_the_same_decode(
    faulty: Path, tmp_path: Path
) -> None:
    facts = probe(faulty)

    made = prepare(faulty, tmp_path / "out", probe=facts, preset="ultrafast", taps=taps_for(facts))

    alone = {one.code: one for one in findings_in(told(faulty))}
    along = {one.code: one for one in findings_in(made.measured["checks"])}
    assert along.keys() == alone.keys()
    assert along["frozen"].start == pytest.approx(alone["frozen"].start, abs=0.2)
    assert "measured" not in (tmp_path / "out" / "manifest.json").read_text()
    assert not list((tmp_path / "out").rglob("check*"))


def test_so_is_a_sound(tmp_path: Path) -> None:
    source = spoken("prepared.wav", ",volume=18dB,aformat=s16")
    facts = probe(source)

    made = prepare(source, tmp_path / "out", probe=facts, taps=taps_for(facts))

    assert [one["code"] for one in made.measured["checks"]["findings"]][:1] == ["clipping"]
    assert made.file == "sound.m4a"
