import pytest

from kodipest.engines.media.plots import HEIGHT, WIDTH, bit_rate_plot, loudness_plot


def test_loudness_is_drawn_on_the_same_scale_for_every_film() -> None:
    plot = loudness_plot({"step": 1.0, "values": [-50, -25, 0, -70, 3]})

    assert plot is not None
    heights = [float(point.split(",")[1]) for point in plot.points.split()]
    assert heights == [HEIGHT, HEIGHT / 2, 0, HEIGHT, 0]
    assert plot.aim == pytest.approx(HEIGHT * 16 / 50, abs=0.1)
    assert (plot.lowest, plot.highest, plot.seconds) == (-50, 3, 5)


def test_points_reach_from_side_to_side() -> None:
    plot = bit_rate_plot({"step": 4.0, "values": [100.0, 300.0, 200.0]})

    assert plot is not None
    assert [float(point.split(",")[0]) for point in plot.points.split()] == [0, WIDTH / 2, WIDTH]
    assert plot.aim is None


def test_the_table_tells_the_highest_of_a_dozen_stretches() -> None:
    plot = bit_rate_plot({"step": 2.0, "values": [float(value) for value in range(48)]})

    assert plot is not None
    assert [row.second for row in plot.rows] == [8.0 * number for number in range(12)]
    assert [row.value for row in plot.rows] == [4.0 * number + 3 for number in range(12)]


@pytest.mark.parametrize("curve", [None, {}, {"step": 1, "values": []}, {"step": 1, "values": [5]}])
def test_nothing_to_draw(curve: dict | None) -> None:
    assert loudness_plot(curve) is None
    assert bit_rate_plot(curve) is None


def test_silence_all_the_way_is_a_flat_line() -> None:
    plot = bit_rate_plot({"step": 1, "values": [0, 0]})

    assert plot is not None
    assert plot.points == f"0.0,{HEIGHT}.0 {WIDTH}.0,{HEIGHT}.0"
