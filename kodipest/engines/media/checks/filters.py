"""What to measure while the ladder is made: ffmpeg filters that let frames and samples through.

The picture is that of the lowest rung at a constant rate, the sound 48 kHz stereo float before its
loudness is corrected (`taps.py`). Detectors of stretches see every frame, which costs almost
nothing at that size; what has to look closely sees a few hundred frames at most.
"""

from dataclasses import dataclass

from kodipest.engines.media.facts import Probe

STRETCHES = "check-stretches.txt"
SAMPLES = "check-samples.txt"
SILENCE = "check-silence.txt"
SOUND = "check-sound.txt"

# EBU R128 leaves silence to taste; below -50 dBFS speech is not understood in a quiet room.
SILENT_BELOW_DB = -50
SILENCE_SECONDS = 5
BLACK_SECONDS = 1.5
FROZEN_SECONDS = 8
BEGUN_SECONDS = 0.5  # noticed from here on: a film may be cut in the middle of a stretch
FROZEN_BELOW_DB = -60
MOST_SAMPLES = 300
WINDOW_SECONDS = 1
SOUND_RATE = 48_000
# Mono is laid on both sides 3 dB lower (ITU-R BS.775): lift it back, so that its ceiling is 0 dB.
_MEASURED = "measure_perchannel=RMS_level:measure_overall=Peak_level+Peak_count"
_MONO_LIFT = "volume=3.0103dB,"


@dataclass(frozen=True, slots=True)
class Filters:
    """Two chains without labels; empty where there is nothing to look at or to listen to."""

    picture: str
    sound: str


def filters_for(probe: Probe) -> Filters:
    """Return what to measure on a film or a sound with these facts."""
    return Filters(
        picture=_picture(probe.duration_seconds) if probe.kind == "video" else "",
        sound=_sound(is_mono=probe.audio_channels == 1) if probe.has_audio else "",
    )


def _picture(duration: float) -> str:
    every = max(1.0, duration / MOST_SAMPLES)
    return ",".join(
        [
            f"blackdetect=d={BEGUN_SECONDS}:pic_th=0.98:pix_th=0.10",
            f"freezedetect=n={FROZEN_BELOW_DB}dB:d={BEGUN_SECONDS}",
            _print(STRETCHES),
            f"select='isnan(prev_t)+gt(floor(t/{every:.3f}),floor(prev_t/{every:.3f}))'",
            "cropdetect=skip=0:round=2:reset=1",
            _print(SAMPLES),
        ]
    )


def _sound(*, is_mono: bool) -> str:
    """Loudness and true peak by EBU R128, silence, and per second the ceiling and both sides.

    Two seconds of silence are added at the end, which R128 does not count, so that the figures of
    the last window speak of the whole. Counted in 16 bits, samples beyond the ceiling of a lossy
    recording lie on it, as they will in every player.
    """
    return ",".join(
        [
            f"silencedetect=n={SILENT_BELOW_DB}dB:d={SILENCE_SECONDS}",
            "a" + _print(SILENCE),
            "apad=pad_dur=2.2",
            "ebur128=metadata=1:peak=true:framelog=quiet",
            (_MONO_LIFT if is_mono else "") + "aformat=sample_fmts=s16",
            f"asetnsamples=n={SOUND_RATE * WINDOW_SECONDS}",
            f"astats=metadata=1:reset=1:{_MEASURED}",
            "a" + _print(SOUND),
        ]
    )


def _print(file: str) -> str:
    return f"metadata=mode=print:file={file}"
