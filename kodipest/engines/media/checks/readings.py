"""Read what the filters wrote: figures by time, stretches with a beginning and an end."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from kodipest.engines.media.checks.filters import (
    BLACK_SECONDS,
    FROZEN_SECONDS,
    SAMPLES,
    SILENCE,
    SILENCE_SECONDS,
    SOUND,
    STRETCHES,
)
from kodipest.engines.media.facts import Probe

SEAM_SECONDS = 0.1
_FROZEN = ("freezedetect.freeze_start", "freezedetect.freeze_end")
_NOTHING = -70.0  # LUFS, the absolute gate of BS.1770: below it nothing was heard


class Stretch(NamedTuple):
    """From `start` to `end`, in seconds."""

    start: float
    end: float


class Second(NamedTuple):
    """One second of sound: short-term loudness in LUFS, ceiling in dBFS and how often it was hit."""

    at: float
    loudness: float
    peak: float
    peak_count: float
    left: float
    right: float


class Crop(NamedTuple):
    """The part of a sampled frame that is not black, as sides of the lowest rung."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Loudness:
    """EBU R128 of the sound as it came: integrated in LUFS, range in LU, true peak in dBTP."""

    integrated: float
    range: float
    true_peak: float


@dataclass(frozen=True, slots=True)
class Readings:
    """All that was measured on one film or sound."""

    black: list[Stretch] = field(default_factory=list)
    frozen: list[Stretch] = field(default_factory=list)
    silence: list[Stretch] = field(default_factory=list)
    crops: list[Crop] = field(default_factory=list)
    sound: list[Second] = field(default_factory=list)
    loudness: Loudness | None = None


def read(folder: Path, probe: Probe) -> Readings:
    """Read the files of `filters_for(probe)` in `folder`; a file that is missing says nothing."""
    duration = probe.duration_seconds
    picture_ends = min(duration, probe.video_seconds or duration)
    marks = list(printed(folder / STRETCHES))
    quiet = list(printed(folder / SILENCE))
    sound, loudness = _sound(folder / SOUND, duration)
    return Readings(
        black=_stretches(marks, "black_start", "black_end", picture_ends, BLACK_SECONDS),
        frozen=_stretches(marks, *_FROZEN, picture_ends, FROZEN_SECONDS),
        silence=_stretches(quiet, "silence_start", "silence_end", duration, SILENCE_SECONDS),
        crops=list(_crops(folder / SAMPLES)),
        sound=sound,
        loudness=loudness,
    )


def printed(path: Path) -> Iterator[tuple[float, dict[str, str]]]:
    """Yield time and metadata of each frame that `metadata=mode=print` wrote down.

    Names come without their `lavfi.`; what a film itself carries is not among them.
    """
    if not path.exists():
        return
    at, found = 0.0, dict[str, str]()
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.startswith("frame:"):
                if found:
                    yield at, found
                at, found = _number(line.rpartition("pts_time:")[2]), {}
            elif line.startswith("lavfi."):
                name, _, value = line[6:].strip().partition("=")
                found[name] = value
    if found:
        yield at, found


def _number(word: str) -> float:
    try:
        number = float(word)
    except ValueError:
        return 0.0
    return number if math.isfinite(number) else 0.0


def _stretches(
    marks: list[tuple[float, dict[str, str]]], start: str, end: str, last: float, least: float
) -> list[Stretch]:
    """Pair beginnings with ends; a stretch that never ended lasts until `last`, or is cut.

    Where a film was cut into sections, the two halves of what lasted there become one again.
    """
    found, begun = list[Stretch](), None
    for at, said in marks:
        if "cut" in said and begun is not None:
            found.append(Stretch(begun, at))
            begun = None
        if end in said and begun is not None:
            found.append(Stretch(begun, min(_number(said[end]), last)))
            begun = None
        if start in said:
            begun = max(0.0, _number(said[start]))
    if begun is not None:
        found.append(Stretch(begun, last))
    return [one for one in _healed(found) if one.end - one.start > least - SEAM_SECONDS]


def _healed(stretches: list[Stretch]) -> list[Stretch]:
    healed = list[Stretch]()
    for one in stretches:
        if healed and one.start - healed[-1].end < SEAM_SECONDS:
            healed[-1] = Stretch(healed[-1].start, one.end)
        else:
            healed.append(one)
    return healed


def _crops(path: Path) -> Iterator[Crop]:
    for _at, said in printed(path):
        sides = [said.get(f"cropdetect.{name}", "") for name in ("x1", "y1", "x2", "y2")]
        left, top, right, bottom = (int(_number(side)) for side in sides)
        if right > left and bottom > top:  # a frame that is black everywhere has no sides
            yield Crop(left, top, right + 1, bottom + 1)


def _sound(path: Path, duration: float) -> tuple[list[Second], Loudness | None]:
    """A window carries the loudness up to its beginning: that of the second before it."""
    seconds, said = list[Second](), dict[str, str]()
    for at, said in printed(path):
        if seconds and seconds[-1].at >= at - 1.5:
            seconds[-1] = seconds[-1]._replace(loudness=_loudness(at, said))
        if at < duration and "astats.Overall.Peak_level" in said:
            seconds.append(_second(at, said))
    integrated = _number(said.get("r128.I", "")) or _NOTHING
    if integrated <= _NOTHING:
        return seconds, None
    peak = _number(said.get("r128.true_peak", ""))
    return seconds, Loudness(
        integrated=round(integrated, 1),
        range=round(_number(said.get("r128.LRA", "")), 1),
        true_peak=round(20 * math.log10(max(peak, 1e-5)), 1),
    )


def _second(at: float, said: dict[str, str]) -> Second:
    left = _level(said.get("astats.1.RMS_level", ""))
    return Second(
        at=round(at, 3),
        loudness=_NOTHING,
        peak=_level(said.get("astats.Overall.Peak_level", "")),
        peak_count=_number(said.get("astats.Overall.Peak_count", "")),
        left=left,
        right=_level(said["astats.2.RMS_level"]) if "astats.2.RMS_level" in said else left,
    )


def _loudness(at: float, said: dict[str, str]) -> float:
    """Take the short-term figure, which looks three seconds back; before that the momentary one."""
    return max(_level(said.get("r128.S" if at >= 3 else "r128.M", "")), _NOTHING)


def _level(word: str) -> float:
    """Return decibels; silence, which is minus infinity, as -120."""
    try:
        level = float(word)
    except ValueError:
        return -120.0
    return max(level, -120.0) if math.isfinite(level) else -120.0
