from pathlib import Path

from kodipest.engines.media.checks.curves import POINTS, bit_curve, loudness_curve
from kodipest.engines.media.checks.readings import Second


def sound(count: int) -> list[Second]:
    return [Second(at, -20.0 - at % 7, -3, 0, -20, -20) for at in range(count)]


def test_a_long_sound_is_told_in_few_points_by_its_loudest() -> None:
    curve = loudness_curve(sound(3600))

    assert curve is not None
    assert (len(curve.values), curve.step) == (POINTS, 22.5)
    assert set(curve.values) == {-20.0}


def test_a_short_one_second_by_second() -> None:
    curve = loudness_curve(sound(3))

    assert curve is not None
    assert (curve.step, curve.values) == (1.0, [-20, -21, -22])


def test_one_value_is_no_curve(tmp_path: Path) -> None:
    (tmp_path / "a.m4s").write_bytes(bytes(10))
    (tmp_path / "index.m3u8").write_text("#EXTM3U\n#EXTINF:1.0,\na.m4s\n")

    assert loudness_curve(sound(1)) is None
    assert bit_curve(tmp_path / "index.m3u8") is None
