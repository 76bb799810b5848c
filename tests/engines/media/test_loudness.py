"""Every sound as loud as the next one, measured as broadcasters measure it (EBU R 128)."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from kodipest.engines.media import loudness
from kodipest.engines.media.encoder import Usage, ffmpeg_path
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.loudness import Loudness, correction, listening_arguments, measure
from kodipest.engines.media.prepare import prepare
from kodipest.engines.media.probe import probe
from kodipest.engines.media.recipes import plan_for

from . import footage, played
from .made import made_from

# Voices and music rise and fall; pink noise with a slow tremolo does so, too.
VOICE = "anoisesrc=color=pink:sample_rate=48000:seed=7:amplitude=0.9"


def spoken(name: str, decibels: float, and_then: str = "") -> Path:
    """A film of four seconds; at 0 dB its sound has about -20 LUFS."""
    rest = f"-af tremolo=f=2:d=0.9,afade=in:d=0.05,volume={decibels}dB{and_then}"
    return footage.film(name, seconds=4, rate="5", sound=VOICE, rest=rest)


def heard(path: Path) -> Loudness | None:
    """Measure a file as a whole, through the ears of the engine."""
    words = ["-hide_banner", "-nostats", "-i", str(path), "-vn", "-af"]
    words += ["ebur128=framelog=quiet:peak=true", "-f", "null", "-"]
    done = subprocess.run([ffmpeg_path(), *words], check=True, capture_output=True, text=True)
    return loudness._heard(tuple(done.stderr.splitlines()), is_sampled=False)


@pytest.mark.parametrize("decibels", [-12, -6, 12])
def test_quiet_and_loud_films_come_out_alike(decibels: float, tmp_path: Path) -> None:
    manifest = made_from(spoken(f"voice{decibels}.mp4", decibels), tmp_path / "out")

    assert abs(manifest.loudness["integrated_lufs"] + 16) > 1
    found = heard(played.rendition(tmp_path / "out", "sound").whole)
    assert found.integrated_lufs == pytest.approx(-16, abs=1)
    assert found.true_peak_dbtp <= -1.5


def test_one_loud_moment_does_not_keep_the_rest_quiet(tmp_path: Path) -> None:
    """A door slams: it is held down, and the voice is still brought up."""
    slam = ",volume='if(between(t,2,2.02),8,1)':eval=frame"
    source = spoken("slam.mp4", -12, slam)

    manifest = made_from(source, tmp_path / "out")

    raised = manifest.loudness["true_peak_dbtp"] - 16 - manifest.loudness["integrated_lufs"]
    assert raised > 3
    found = heard(played.rendition(tmp_path / "out", "sound").whole)
    assert found.integrated_lufs == pytest.approx(-16, abs=1)
    assert found.true_peak_dbtp <= -1.5


@pytest.mark.parametrize(
    ("integrated", "gain"),
    [
        (-16.0, 0),
        (-16.5, 0),
        (-15.5, 0),
        (-15.4, -0.6),
        (-20.0, 4),
        (-45.0, 20),
        (-50.0, 0),
        (-5.0, -11),
    ],
)
def test_how_much_a_sound_is_turned_up_or_down(integrated: float, gain: float) -> None:
    assert Loudness(integrated, -30.0, 5.0).gain_db == pytest.approx(gain)


def test_what_is_well_already_is_left_alone() -> None:
    assert correction(None) == ""
    assert correction(Loudness(-16.3, 0.0, 5.0)) == ""
    assert correction(Loudness(-9.0, 0.5, 5.0)) == "volume=-7.00dB"
    assert correction(Loudness(-20.0, -10.0, 5.0)) == "volume=4.00dB"


def test_peaks_are_held_only_where_they_would_exceed_the_ceiling() -> None:
    assert "alimiter" in correction(Loudness(-20.0, -6.9, 5.0))
    assert "alimiter" not in correction(Loudness(-20.0, -7.1, 5.0))
    assert "alimiter" in correction(Loudness(-20.0, -7.1, 5.0, is_sampled=True))


def test_silence_stays_silence(tmp_path: Path) -> None:
    silent = made_from(
        footage.film("hush.mp4", sound="anullsrc=sample_rate=48000"), tmp_path / "silent"
    )
    mute = made_from(footage.film("mute_too.mp4", sound=""), tmp_path / "mute")

    assert (silent.loudness, mute.loudness) == (None, None)
    assert played.levels(played.rendition(tmp_path / "silent", "sound").whole)[2] < -80


def test_an_empty_room_is_not_made_to_roar(tmp_path: Path) -> None:
    manifest = made_from(spoken("room.mp4", -40), tmp_path / "out")

    assert manifest.loudness["integrated_lufs"] < -50
    found = heard(played.rendition(tmp_path / "out", "sound").whole)
    assert found.integrated_lufs == pytest.approx(manifest.loudness["integrated_lufs"], abs=1)


def test_of_a_long_sound_windows_are_heard_and_that_is_near_enough(tmp_path: Path) -> None:
    """Loud and quiet stretches change every minute; 200 of 720 seconds are listened to."""
    change = "volume='if(mod(floor(t/60),2),0.3,0.1)':eval=frame"
    long = footage.clip(
        "long_sermon.flac",
        f"-f lavfi -i anoisesrc=color=pink:sample_rate=8000:seed=3:duration=720 -af {change}",
    )
    facts = probe(long)
    (tmp_path / "source").symlink_to(long)

    found, usage = measure(facts, tmp_path, lambda _pulse: None)

    assert found.is_sampled
    assert found.integrated_lufs == pytest.approx(heard(long).integrated_lufs, abs=0.7)
    assert usage.cpu_seconds > 0
    assert listening_arguments(facts).count("-i") == 20
    hour = replace(facts, audio_seconds=36_000.0, duration_seconds=36_000.0)
    assert listening_arguments(hour).count("-i") == 20  # the price does not grow with the film


def test_an_addition_is_as_loud_as_its_base_without_listening_again(tmp_path: Path) -> None:
    source = spoken("thrifty.mp4", -8)
    facts = probe(source)
    base, thrift = plan_for("video", facts, preset="ultrafast")
    told = prepare(source, tmp_path / "base", probe=facts, recipe=base).loudness
    known = Loudness.from_dict(told)

    made = prepare(source, tmp_path / "thrift", probe=facts, recipe=thrift, loudness=known)

    assert made.loudness == told
    found = heard(played.rendition(tmp_path / "thrift", "thrift/sound-opus").whole)
    assert found.integrated_lufs == pytest.approx(-16, abs=1)


def test_a_sound_that_cannot_be_listened_to_is_left_to_the_encoder(tmp_path: Path) -> None:
    facts = replace(probe(footage.film()), audio_index=7)
    (tmp_path / "source").symlink_to(footage.film())

    assert measure(facts, tmp_path, lambda _pulse: None) == (None, Usage(0.0, 0.0, 0))


def test_a_full_disk_is_not_taken_for_a_broken_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_words: object) -> None:
        raise Unusable("no_space", "no room")

    monkeypatch.setattr(loudness, "run_encoder", fail)

    with pytest.raises(Unusable, match="no room"):
        measure(probe(footage.film()), tmp_path, lambda _pulse: None)
