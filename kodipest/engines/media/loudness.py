"""Bring every sound to the same loudness (EBU R 128), so that nobody reaches for the volume.

Two passes over the sound alone: the first measures, the second turns it up or down by one figure,
from the first second to the last. Nothing breathes; only peaks that would exceed the ceiling are
held down. Where that holds down much, it is listened to once more, to make up for it.
"""

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

from kodipest.engines.media.commands import even_sound, input_words
from kodipest.engines.media.encoder import Pulse, Usage, run_encoder
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.facts import Probe
from kodipest.engines.media.ladder import limits_for

AIM_LUFS = -16.0
TOLERANCE_LU = 0.5
NEAR_SILENCE_LUFS = -50.0  # a room without anybody in it must not be made to roar
MOST_GAIN_DB = 20.0
CEILING_DBTP = -1.5
CODEC_MARGIN_DB = 1.5  # AAC and Opus give peaks back a little higher than they got them
MUCH_HELD_DB = 3.0
MOST_MADE_UP_DB = 4.0
UNHEARD_MARGIN_DB = 3.0  # a sample of the sound may have missed the loudest moment

# Up to here all of it is heard; of longer sounds windows from beginning to end, so that a film of
# three hours starts to play as soon as one of three minutes.
LISTEN_SECONDS = 240.0
WINDOWS, WINDOW_SECONDS = 20, 10.0

# Peaks between the samples show at four times the rate (ITU-R BS.1770-4, annex 2).
_CEILING_DB = CEILING_DBTP - CODEC_MARGIN_DB
_HOLD = (
    f"aresample=192000,alimiter=limit={10 ** (_CEILING_DB / 20):.4f}:attack=5:release=60"
    ":level=false:latency=true,aresample=48000"
)


@dataclass(frozen=True, slots=True)
class Loudness:
    """What the sound of an original is like: LUFS, dBTP and LU of EBU R 128.

    `made_up_db` is added where holding the peaks would leave it too quiet.
    """

    integrated_lufs: float
    true_peak_dbtp: float
    range_lu: float
    is_sampled: bool = False
    made_up_db: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        return cls(**stored)

    @property
    def gain_db(self) -> float:
        """Decibels to turn it up, or down when negative; 0 when it is well or nearly silent."""
        gain = AIM_LUFS - self.integrated_lufs
        if abs(gain) <= TOLERANCE_LU or self.integrated_lufs <= NEAR_SILENCE_LUFS:
            return 0.0
        return round(min(gain, MOST_GAIN_DB), 2) + self.made_up_db

    @property
    def excess_db(self) -> float:
        """Decibels by which the loudest moment would exceed the ceiling after the gain."""
        unheard = UNHEARD_MARGIN_DB if self.is_sampled else 0.0
        return self.true_peak_dbtp + unheard + self.gain_db - _CEILING_DB


def correction(loudness: Loudness | None) -> str:
    """Return the ffmpeg filters that bring a stereo sound at 48 kHz to the aim; "" for none."""
    if loudness is None or not loudness.gain_db:
        return ""
    louder = f"volume={loudness.gain_db:.2f}dB"
    return louder if loudness.excess_db <= 0 else f"{louder},{_HOLD}"


def measure(
    probe: Probe, work: Path, on_tick: Callable[[Pulse], None]
) -> tuple[Loudness | None, Usage]:
    """Listen to the sound of `work/source`; None when there is none, or nothing but silence.

    The picture is not decoded. A sound that cannot be listened to is left as loud as it is: if it
    is broken, the encoder says so in a moment, and with better words.
    Raises Unusable `no_space` or `stalled`; what `on_tick` raises passes through.
    """
    nothing = Usage(0.0, 0.0, 0)
    if not probe.has_audio:
        return None, nothing
    try:
        found, usage = _listen(probe, "", work, on_tick)
        if found and found.gain_db and found.excess_db > MUCH_HELD_DB:
            held, more = _listen(probe, correction(found), work, on_tick)
            found, usage = _made_up(found, held), usage + more
    except Unusable as error:
        if error.code in {"damaged", "encoder_failed"}:
            return None, nothing
        raise
    return found, usage


def _listen(
    probe: Probe, through: str, work: Path, on_tick: Callable[[Pulse], None]
) -> tuple[Loudness | None, Usage]:
    arguments = listening_arguments(probe, through)
    usage = run_encoder(arguments, work, limits_for(probe), on_tick)
    return _heard(usage.log, is_sampled=_is_long(probe)), usage


def _made_up(found: Loudness, held: Loudness | None) -> Loudness:
    aim = found.integrated_lufs + found.gain_db
    missing = aim - held.integrated_lufs if held else 0.0
    return replace(found, made_up_db=round(min(max(missing, 0.0), MOST_MADE_UP_DB), 2))


def _is_long(probe: Probe) -> bool:
    return probe.audio_seconds > LISTEN_SECONDS


def listening_arguments(probe: Probe, through: str = "") -> list[str]:
    """Return the arguments that measure: all of a short sound, windows of a long one.

    `through` are filters that it is heard through.
    """
    words = ["-nostdin", "-hide_banner", "-loglevel", "info", "-nostats", "-progress", "pipe:1"]
    if _is_long(probe):
        step = probe.audio_seconds / WINDOWS
        starts = [(number + 0.5) * step - WINDOW_SECONDS / 2 for number in range(WINDOWS)]
        for start in starts:
            words += ["-ss", f"{start:.3f}", "-t", str(WINDOW_SECONDS), *input_words(probe)]
    else:
        words += input_words(probe)
    inputs = words.count("-i")
    chains = [
        f"[{number}:{probe.audio_index}]{even_sound()}[a{number}]" for number in range(inputs)
    ]
    joined = "".join(f"[a{number}]" for number in range(inputs))
    ears = [f"concat=n={inputs}:v=0:a=1", through, "ebur128=framelog=quiet:peak=true"]
    chains.append(f"{joined}{','.join(filter(None, ears))}[heard]")
    return [*words, "-filter_complex", ";".join(chains), "-map", "[heard]", "-f", "null", "-"]


def _heard(log: tuple[str, ...], *, is_sampled: bool) -> Loudness | None:
    """Read the summary of ebur128 at the end of a log; None for silence, which has no peak."""
    said = "\n".join(log).rpartition("Integrated loudness:")[2]
    found = {
        name: re.search(rf"\b{name}:\s+(-?[\d.]+|-?inf|nan) ", said)
        for name in ("I", "LRA", "Peak")
    }
    values = {name: float(match[1]) for name, match in found.items() if match}
    if len(values) < len(found) or values["I"] <= -70.0 or values["Peak"] == float("-inf"):
        return None
    return Loudness(values["I"], values["Peak"], values["LRA"], is_sampled)
