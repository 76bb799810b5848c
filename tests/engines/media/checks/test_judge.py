from typing import Any

import pytest

from kodipest.engines.media.checks.findings import Finding
from kodipest.engines.media.checks.judge import judge
from kodipest.engines.media.checks.readings import Crop, Loudness, Readings, Second, Stretch
from kodipest.engines.media.facts import Probe

WELL = Loudness(integrated=-18, range=6, true_peak=-3)


def film(**facts: Any) -> Probe:
    known = {"duration_seconds": 60.0, "width": 1280, "height": 720, "has_audio": True}
    return Probe(**{"kind": "video", "container": "mp4", "mime": ""} | known | facts)


def seconds(count: int = 3, **levels: float) -> list[Second]:
    usual = {"loudness": -18.0, "peak": -3.0, "peak_count": 2.0, "left": -20.0, "right": -20.0}
    return [Second(at=at, **usual | levels) for at in range(count)]


def found(
    probe: Probe | None = None, *, blur: float | None = 0.4, **measured: Any
) -> list[Finding]:
    readings = Readings(**{"sound": seconds(), "loudness": WELL} | measured)
    return judge(probe or film(), readings, rung=(426, 240), blur=blur)


def test_nothing_wrong() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("facts", "code", "severity"),
    [
        ({"duration_seconds": 2.9}, "short", "advice"),
        ({"duration_seconds": 3.0}, "short", "note"),
        ({"duration_seconds": 9.9}, "short", "note"),
        ({"duration_seconds": 7201.0}, "long", "note"),
        ({"height": 479}, "small", "note"),
        ({"height": 359}, "small", "advice"),
        ({"is_truncated": True}, "cut_off", "stop"),
        ({"has_audio": False}, "no_sound", "note"),
    ],
)
def test_facts_alone(facts: dict[str, Any], code: str, severity: str) -> None:
    assert [(one.code, one.severity) for one in found(film(**facts))] == [(code, severity)]


@pytest.mark.parametrize(
    "facts", [{"duration_seconds": 10.0}, {"duration_seconds": 7200.0}, {"height": 480}]
)
def test_facts_just_within(facts: dict[str, Any]) -> None:
    assert found(film(**facts)) == []


@pytest.mark.parametrize(
    ("level", "peak", "codes"),
    [
        (-26.0, -1.0, []),
        (-26.1, -1.0, [("quiet", "note")]),
        (-30.1, -1.0, [("quiet", "advice")]),
        (-9.0, -1.0, []),
        (-8.9, -0.9, [("loud", "note"), ("true_peak", "note")]),
        (-18.0, 0.6, [("true_peak", "advice")]),
    ],
)
def test_loudness(level: float, peak: float, codes: list[tuple[str, str]]) -> None:
    judged = found(loudness=Loudness(level, 5, peak))

    assert [(one.code, one.severity) for one in judged] == codes


def test_clipped_seconds_side_by_side_are_one_stretch() -> None:
    good, bad = seconds(1)[0], seconds(1, peak=0.0, peak_count=400)[0]
    sound = [(bad if at in {2, 3, 5, 20} else good)._replace(at=float(at)) for at in range(30)]

    assert found(sound=sound) == [
        Finding("clipping", "advice", 2, 6),
        Finding("clipping", "advice", 20, 21),
    ]


def test_a_beat_that_touches_the_ceiling_is_not_clipped() -> None:
    assert found(sound=seconds(peak=0.0, peak_count=3)) == []


@pytest.mark.parametrize(("left", "right", "text"), [(-20, -60, "left"), (-60, -20, "right")])
def test_one_side_only(left: float, right: float, text: str) -> None:
    assert found(sound=seconds(left=left, right=right)) == [
        Finding("one_sided", "advice", value=40, text=text)
    ]


def test_a_voice_somewhat_to_one_side_is_a_choice() -> None:
    assert found(sound=seconds(left=-20, right=-32)) == []


def test_sound_that_was_not_measured_is_not_blamed() -> None:
    assert found(sound=[], loudness=None) == []


@pytest.mark.parametrize(
    ("stretch", "severity"),
    [
        (Stretch(0, 6), "note"),  # a long fade in
        (Stretch(20, 22), "note"),
        (Stretch(20, 25), "advice"),
        (Stretch(54, 60), "note"),
    ],
)
def test_black(stretch: Stretch, severity: str) -> None:
    assert found(black=[stretch]) == [Finding("black", severity, *stretch)]


def test_a_picture_that_stands_still_in_the_dark_is_only_black() -> None:
    dark = Stretch(10, 30)

    assert [one.code for one in found(black=[dark], frozen=[Stretch(10, 30.5)])] == ["black"]


@pytest.mark.parametrize(("end", "severity"), [(39.9, "note"), (40.0, "advice")])
def test_frozen(end: float, severity: str) -> None:
    assert found(film(duration_seconds=90.0), frozen=[Stretch(10, end)]) == [
        Finding("frozen", severity, 10, end)
    ]


def test_only_the_longest_of_many_are_told_in_the_order_of_the_film() -> None:
    gaps = [Stretch(at * 10, at * 10 + 1 + at / 10) for at in range(40)]

    told = found(film(duration_seconds=500.0), silence=gaps)

    assert [one.start for one in told] == [at * 10 for at in range(28, 40)]


@pytest.mark.parametrize(
    ("blur", "codes"), [(0.58, []), (0.6, ["note"]), (0.67, ["advice"]), (None, [])]
)
def test_blur(blur: float | None, codes: list[str]) -> None:
    assert [one.severity for one in found(blur=blur)] == codes


def test_bars_that_come_and_go_are_no_bars() -> None:
    full, boxed = Crop(0, 0, 426, 240), Crop(0, 30, 426, 210)

    assert found(crops=[boxed] * 8 + [full] * 2) == []
    assert found(crops=[boxed] * 19 + [full]) == [
        Finding("bars", "note", value=0.25, text="letterbox")
    ]


def test_one_dark_edge_is_not_a_bar() -> None:
    assert found(crops=[Crop(60, 0, 426, 240)] * 10) == []


def test_stop_comes_before_advice_before_note() -> None:
    told = found(film(height=200, is_truncated=True), frozen=[Stretch(10, 20)])

    assert [one.severity for one in told] == ["stop", "advice", "note"]


def test_findings_travel_as_json_without_what_is_not_said() -> None:
    one = Finding("silence", "note", 1.5, 7.0)

    assert one.as_dict() == {"code": "silence", "severity": "note", "start": 1.5, "end": 7.0}
    assert Finding.from_dict(one.as_dict() | {"from_the_future": 1}) == one
    assert one.seconds == 5.5
