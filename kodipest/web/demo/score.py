"""Calm music out of sine waves, and the ffmpeg filter graph that plays it.

Nothing is sampled or copied: every sound is a tone or filtered noise computed by ffmpeg.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import imageio_ffmpeg

Voice = Literal["pad", "bell", "drum", "reed"]

SAMPLE_RATE: Final = 44100
A3: Final = 220.0
# A five-tone scale in cents above the root, near to slendro: no step clashes with another.
SCALE: Final = (0, 240, 480, 720, 960)


@dataclass(frozen=True)
class Note:
    """One tone: when it starts, how long it sounds (both seconds) and its loudness (0 to 1)."""

    at: float
    seconds: float
    hertz: float
    gain: float = 0.3
    voice: Voice = "bell"


@dataclass(frozen=True)
class Weather:
    """Noises around the tones, each a loudness from 0 to 1.

    With `clearing` the rain has thinned out to nothing by that second.
    """

    rain: float = 0.0
    crickets: float = 0.0
    air: float = 0.0
    clearing: float | None = None


@dataclass(frozen=True)
class Bed:
    """A whole sound bed."""

    seconds: float
    notes: Sequence[Note]
    weather: Weather
    seed: int


def ffmpeg_path() -> str:
    """The ffmpeg that came with its wheel."""
    return str(imageio_ffmpeg.get_ffmpeg_exe())


def tone(degree: int, root: float = A3) -> float:
    """The frequency of a scale degree; 5 is an octave above 0, negative ones lie below."""
    octave, step = divmod(degree, len(SCALE))
    return float(root * 2 ** (octave + SCALE[step] / 1200))


def evening(seconds: float, weather: Weather, *, seed: int, root: float = A3) -> Bed:
    """Slow chords with a few bell tones above them, never the same twice, never hurried."""
    dice = random.Random(seed)  # noqa: S311 (a melody, no secret)
    chords = ((0, 2, 5), (-1, 2, 4), (-2, 1, 3), (-1, 1, 4))
    notes: list[Note] = []
    bar, at = 5.0, 0.0
    while at < seconds - 3:
        chord = chords[int(at / bar) % len(chords)]
        long = min(bar + 2.4, seconds - at)
        notes += [Note(at, long, tone(degree, root / 2), 0.3, "pad") for degree in chord]
        at += bar
    beat = 0.0
    while beat < seconds - 3.5:
        chord = chords[int(beat / bar) % len(chords)]
        degree = dice.choice(chord) + dice.choice((5, 5, 10))
        notes.append(Note(beat + 0.6, 2.8, tone(degree, root / 2), dice.uniform(0.16, 0.26)))
        beat += dice.choice((1.25, 1.25, 2.5))
    return Bed(seconds, tuple(notes), weather, seed)


def graph(bed: Bed, *, label: str = "sound") -> str:
    """The filter graph that makes the bed; its output pad is `[label]`, stereo."""
    strands = [_strand(note, f"n{number}") for number, note in enumerate(bed.notes)]
    strands += _weather(bed)
    pads = "".join(f"[n{number}]" for number in range(len(bed.notes)))
    pads += "".join(f"[w{number}]" for number in range(len(_weather(bed))))
    inputs = pads.count("[")
    fade = max(0.0, bed.seconds - 2.2)
    strands.append(
        f"{pads}amix=inputs={inputs}:normalize=0:duration=longest,"
        f"apad=whole_dur={bed.seconds:.3f},atrim=0:{bed.seconds:.3f},asplit[dry1][dry2]"
    )
    strands.append("[dry1]aecho=0.9:0.75:83|139|211:0.26|0.19|0.12[left]")
    strands.append("[dry2]aecho=0.9:0.75:97|157|233:0.26|0.19|0.12[right]")
    strands.append(
        f"[left][right]join=inputs=2:channel_layout=stereo,atrim=0:{bed.seconds:.3f},"
        f"volume=1.4,afade=t=in:d=0.8,afade=t=out:st={fade:.3f}:d=2.2,alimiter=limit=0.9:level=0[{label}]"
    )
    return ";".join(strands)


def _strand(note: Note, pad: str) -> str:
    """One note as a chain of filters: partials, envelope, delay."""
    shapes = {
        "pad": ((1.0, 1.0), (2.0, 0.18), (3.0, 0.05)),
        "bell": ((1.0, 1.0), (2.0, 0.22), (2.76, 0.1)),
        "drum": ((1.0, 1.0), (1.59, 0.4), (2.14, 0.16)),
        "reed": ((1.0, 1.0), (2.0, 0.45), (3.0, 0.2)),
    }
    partials = shapes[note.voice]
    names = [f"{pad}p{number}" for number in range(len(partials))]
    parts = []
    for name, (multiple, share) in zip(names, partials, strict=True):
        # ffmpeg's sine is an eighth of full scale.
        loud = note.gain * share * 2.6
        long = note.seconds if share == 1.0 or note.voice in {"pad", "reed"} else note.seconds * 0.6
        parts.append(
            f"sine=f={note.hertz * multiple:.2f}:d={long:.3f}:r={SAMPLE_RATE}:samples_per_frame=4096,"
            f"volume={loud:.4f},{_envelope(note.voice, long)}[{name}]"
        )
    joined = "".join(f"[{name}]" for name in names)
    return (
        ";".join(parts)
        + f";{joined}amix=inputs={len(names)}:normalize=0,adelay={round(note.at * 1000)}[{pad}]"
    )


def _envelope(voice: Voice, seconds: float) -> str:
    if voice == "pad":
        rise, fall = seconds * 0.3, seconds * 0.5
        return f"afade=t=in:d={rise:.3f}:curve=hsin,afade=t=out:st={seconds - fall:.3f}:d={fall:.3f}:curve=hsin"
    if voice == "reed":
        fall = min(0.25, seconds * 0.5)
        return f"afade=t=in:d=0.05,afade=t=out:st={seconds - fall:.3f}:d={fall:.3f}:curve=hsin"
    return f"afade=t=in:d=0.008,afade=t=out:d={seconds:.3f}:curve=exp"


def _weather(bed: Bed) -> list[str]:
    """Rain, crickets and air, each only when it is heard."""
    weather, strands = bed.weather, list[str]()
    noise = f"anoisesrc=d={bed.seconds:.3f}:r={SAMPLE_RATE}:seed={bed.seed}"
    if weather.rain:
        falling = f",afade=t=out:st=6:d={weather.clearing - 6:.2f}" if weather.clearing else ""
        strands.append(
            f"{noise}:c=pink:a={weather.rain * 0.3:.4f},highpass=500,lowpass=4200,"
            f"tremolo=f=0.13:d=0.3{falling}"
        )
    if weather.air:
        strands.append(
            f"{noise}:c=brown:a={weather.air * 0.3:.4f},lowpass=420,tremolo=f=0.11:d=0.5"
        )
    if weather.crickets:
        strands.append(
            f"sine=f=4186:d={bed.seconds:.3f}:r={SAMPLE_RATE},volume={weather.crickets * 0.12:.4f},"
            "tremolo=f=17:d=1,tremolo=f=0.7:d=0.9"
        )
    return [f"{strand}[w{number}]" for number, strand in enumerate(strands)]
