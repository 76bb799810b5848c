"""Audio works of the stage set. They are computed tones and weather, and their titles say so."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kodipest.web.demo.score import Bed, Note, Weather, evening, ffmpeg_path, graph, tone


class SoundFailed(Exception):
    """ffmpeg refused to write a sound; the message is what it said."""


@dataclass(frozen=True)
class SoundSpec:
    key: str
    seconds: float
    compose: Callable[[float], Bed]


def render_sound(spec: SoundSpec, out: Path) -> Path:
    """Write the piece to `out`, as M4A or WAV by its suffix. Raises SoundFailed."""
    codec = ["-c:a", "pcm_s16le"] if out.suffix == ".wav" else ["-c:a", "aac", "-b:a", "128k"]
    command = [ffmpeg_path(), "-nostdin", "-y", "-loglevel", "error"]
    command += ["-filter_complex", graph(spec.compose(spec.seconds)), "-map", "[sound]", *codec]
    command += ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SoundFailed(done.stderr[-2000:])
    return out


def _after_rain(seconds: float) -> Bed:
    """Rain on the serambi roof that thins out until the crickets can be heard."""
    weather = Weather(rain=0.75, clearing=seconds * 0.75, crickets=0.4, air=0.2)
    return evening(seconds, weather, seed=5, root=174.6)


# Rajaz, the metre most nadham are recited in: mustaf'ilun three times, long long short long.
FOOT: Final = (2, 2, 1, 2)
LINES: Final = (
    (5, 5, 6, 7, 7, 6, 5, 6, 7, 6, 5, 5),
    (5, 6, 7, 8, 8, 7, 6, 7, 6, 5, 4, 5),
    (7, 7, 8, 9, 8, 7, 6, 7, 8, 7, 6, 6),
    (6, 7, 6, 5, 5, 4, 3, 4, 5, 4, 2, 3),
)
UNIT_SECONDS: Final = 0.23


def _rajaz(seconds: float) -> Bed:
    """The metre as tones: a reed carries the syllables, a soft drum marks every foot."""
    notes = [
        Note(at, min(9.0, seconds - at), tone(degree, 110.0), 0.22, "pad")
        for at in (0.0, 8.0, 16.0, 24.0, 32.0)
        for degree in (0, 3)
    ]
    at, line = 1.2, 0
    while at < seconds - 6:
        for number, degree in enumerate(LINES[line % len(LINES)]):
            units = FOOT[number % len(FOOT)]
            long = units * UNIT_SECONDS
            notes.append(Note(at, long * 1.05, tone(degree, 110.0), 0.2, "reed"))
            if number % len(FOOT) == 0:
                notes.append(Note(at, 0.5, 82.0, 0.4, "drum"))
            at += long
        at, line = at + UNIT_SECONDS * 3, line + 1
    return Bed(seconds, tuple(notes), Weather(air=0.2), seed=12)


AFTER_RAIN: Final = SoundSpec("serambi-sesudah-hujan", 48.0, _after_rain)
RAJAZ: Final = SoundSpec("irama-rajaz", 42.0, _rajaz)
