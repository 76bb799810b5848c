"""The sound of a film: always there, always stereo, always with its picture."""

from pathlib import Path

import av
import pytest

from . import footage, played
from .made import made_from


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mono8k.mp4", "-ac 1 -ar 8000"),
        ("six.mp4", "-af pan=5.1|c0=c0|c1=c0|c2=c0|c3=c0|c4=c0|c5=c0"),
        ("high.mp4", "-ar 96000"),
    ],
)
def test_every_sound_becomes_stereo_at_48_khz(name: str, words: str, tmp_path: Path) -> None:
    made_from(footage.film(name, rest=words), tmp_path / "out")

    channels, rate, loudest = played.levels(played.rendition(tmp_path / "out", "sound").whole)
    assert (channels, rate) == (2, 48_000)
    assert loudest > -30


def test_no_sound_becomes_silence_of_the_right_length(tmp_path: Path) -> None:
    made_from(footage.film("mute.mp4", seconds=2, sound=""), tmp_path / "out")

    sound = played.rendition(tmp_path / "out", "sound")
    assert sound.seconds == pytest.approx(2, abs=0.05)
    assert played.levels(sound.whole) == (2, 48_000, pytest.approx(-91, abs=1))


def test_a_sound_that_ends_early_is_filled_with_silence(tmp_path: Path) -> None:
    made_from(footage.film("early.mp4", seconds=3, sound_seconds=1), tmp_path / "out")

    assert played.rendition(tmp_path / "out", "sound").seconds == pytest.approx(3, abs=0.05)


def test_a_sound_that_goes_on_is_kept_and_the_last_picture_stays(tmp_path: Path) -> None:
    manifest = made_from(footage.film("late.mp4", seconds=1, sound_seconds=3), tmp_path / "out")

    assert manifest.duration_seconds == pytest.approx(3, abs=0.05)
    assert played.rendition(tmp_path / "out", "240p").seconds == pytest.approx(3, abs=0.05)
    assert played.rendition(tmp_path / "out", "sound").seconds == pytest.approx(3, abs=0.05)


def test_picture_and_sound_stay_together(tmp_path: Path) -> None:
    """A flash and a beep at 1.5 s, in a transport stream that starts at 1.4 s."""
    words = "-f lavfi -i color=black:s=320x240:r=30:d=2,geq=lum='if(between(T,1.5,1.6),235,16)'"
    words += (
        ":cb=128:cr=128 -f lavfi -i aevalsrc='if(between(t,1.5,1.6),sin(6283*t),0)':s=48000:d=2"
    )
    source = footage.clip("flash.ts", f"{words} {footage.X264} -c:a aac")

    made_from(source, tmp_path / "out")

    with av.open(str(played.rendition(tmp_path / "out", "240p").whole)) as film:
        flash = next(f.time for f in film.decode(video=0) if f.to_ndarray()[120, 160] > 128)
    with av.open(str(played.rendition(tmp_path / "out", "sound").whole)) as film:
        beep = next(f.time for f in film.decode(audio=0) if abs(f.to_ndarray()).max() > 0.1)
    assert flash == pytest.approx(1.5, abs=0.07)
    assert beep == pytest.approx(1.5, abs=0.05)


def test_a_sound_never_has_a_segment_behind_the_last_picture(tmp_path: Path) -> None:
    """AAC comes in frames of 21 ms and ends a little late; hls.js would wait for ever."""
    made_from(footage.film("whole_segments.mp4", rate="10", seconds=8), tmp_path / "out")

    assert played.rendition(tmp_path / "out", "240p").durations == pytest.approx([1, 3, 4])
    assert played.rendition(tmp_path / "out", "sound").durations == pytest.approx(
        [1, 3, 4], abs=0.05
    )
