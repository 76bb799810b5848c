"""The audio works last as long as they say, are heard, and never clip."""

import av
import pytest

from kodipest.web.demo.score import Bed, Weather, evening, graph, tone
from kodipest.web.demo.sounds import AFTER_RAIN, RAJAZ, SoundFailed, SoundSpec, render_sound


def levels(path):
    """Seconds and the loudest sample of a sound, from 0 to 1."""
    with av.open(str(path)) as sound:
        seconds = sound.duration / 1_000_000
        rate = sound.streams.audio[0].rate
        frames = [frame.to_ndarray() for frame in sound.decode(audio=0)]
    loudest = max(float(abs(frame).max()) for frame in frames)
    if frames[0].dtype.kind == "i":
        loudest /= 32768
    return seconds, rate, loudest


@pytest.mark.parametrize("spec", [AFTER_RAIN, RAJAZ], ids=lambda spec: spec.key)
def test_a_piece_lasts_forty_to_sixty_seconds_and_does_not_clip(spec, tmp_path):
    seconds, rate, loudest = levels(render_sound(spec, tmp_path / "piece.m4a"))
    assert 40 <= spec.seconds <= 60
    assert seconds == pytest.approx(spec.seconds, abs=0.1)
    assert rate == 44100
    assert 0.1 < loudest < 0.95


def test_the_suffix_chooses_wav_and_the_same_piece_gives_the_same_bytes(tmp_path):
    short = SoundSpec("short", 4.0, lambda seconds: evening(seconds, Weather(rain=0.4), seed=3))
    first = render_sound(short, tmp_path / "one.wav")
    second = render_sound(short, tmp_path / "two.wav")
    assert first.read_bytes()[:4] == b"RIFF"
    assert first.read_bytes() == second.read_bytes()
    assert levels(first)[0] == pytest.approx(4.0, abs=0.01)


def test_ffmpegs_own_words_are_told_when_it_refuses(tmp_path):
    spec = SoundSpec("short", 3.5, lambda seconds: evening(seconds, Weather(), seed=3))
    with pytest.raises(SoundFailed, match="No such file"):
        render_sound(spec, tmp_path / "nowhere" / "piece.wav")


def test_only_the_weather_there_is_gets_a_filter():
    dry = graph(Bed(5, evening(5, Weather(), seed=1).notes, Weather(), 1))
    wet = graph(Bed(5, (), Weather(rain=0.5, crickets=0.2, air=0.1, clearing=4), 1))
    assert "anoisesrc" not in dry
    assert wet.count("anoisesrc") == 2
    assert "[w0][w1][w2]amix=inputs=3" in wet


def test_five_degrees_are_an_octave():
    assert tone(5) == pytest.approx(2 * tone(0))
    assert tone(-5) == pytest.approx(tone(0) / 2)
