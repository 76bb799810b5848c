"""Check one film, sound or picture: as part of its preparation, or alone from the command line."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kodipest.engines.media.apart import make_apart
from kodipest.engines.media.checks import looks, pictures
from kodipest.engines.media.checks.blur import blur_of
from kodipest.engines.media.checks.curves import bit_curve, loudness_curve
from kodipest.engines.media.checks.filters import filters_for
from kodipest.engines.media.checks.findings import Finding, worst_first
from kodipest.engines.media.checks.judge import judge
from kodipest.engines.media.checks.likeness import SOUND_SECONDS, Likeness, frames_in, sound_in
from kodipest.engines.media.checks.readings import read
from kodipest.engines.media.commands import CANDIDATE, SHOT, SOURCE, input_words, opening_words
from kodipest.engines.media.encoder import Limits, run_encoder
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.facts import Probe
from kodipest.engines.media.images import POSTER
from kodipest.engines.media.recipes import Rung, output_rate, rungs_for
from kodipest.engines.media.stills import (
    CANDIDATES,
    JPEG_COLOURS,
    frames_filter,
    tile_filter,
    tiles_for,
)
from kodipest.engines.media.taps import Tap

NAME = "checks"
PRINT = "check-sound.print"
PRINT_LIMITS = Limits(cpu_seconds=300, memory_bytes=4 * 1024**3, file_bytes=1024**2)


def taps_for(probe: Probe) -> tuple[Tap, ...]:
    """Return what to measure while something with these facts is prepared.

    The manifest then holds `measured["checks"]`: see `report`.
    """
    filters = filters_for(probe)
    if not filters.picture and not filters.sound and probe.kind != "image":
        return ()
    return (Tap(NAME, report, picture=filters.picture, sound=filters.sound),)


def report(folder: Path, probe: Probe) -> dict[str, Any]:
    """Judge what lies in the folder of a film, sound or picture that is made, as JSON for the manifest.

    Keys: `findings`, worst first; `loudness` (LUFS, LU, dBTP) or None; `curves` by name;
    `likeness`; `looked`: whether a model looked for faces here.
    """
    if probe.kind == "image":
        return pictures.report(folder / POSTER, probe)
    readings = read(folder, probe)
    candidates = sorted(folder.glob(f"{CANDIDATE}-*.jpg"))
    findings = judge(probe, readings, rung=_measured_size(probe), blur=blur_of(candidates))
    seen = looks.look(candidates, _times(probe))
    loudness = readings.loudness
    curve = loudness_curve(readings.sound)
    shots = sorted(folder.glob(f"{SHOT}-*.jpg"))
    likeness = Likeness(frames_in(shots), _sound_print(folder, probe))
    return {
        "findings": [one.as_dict() for one in worst_first([*findings, *(seen or [])])],
        "loudness": loudness and {name: getattr(loudness, name) for name in loudness.__slots__},
        "curves": {"loudness": curve.as_dict()} if curve else {},
        "likeness": likeness.as_dict(),
        "looked": seen is not None,
    }


def with_bit_rate(told: dict[str, Any], out: Path, playlist: str) -> dict[str, Any]:
    """Add the bit rate of the finished rendition at `playlist` to what `report` told."""
    curve = bit_curve(out / playlist)
    if curve is None:
        return told
    return told | {"curves": told["curves"] | {"bit_rate": curve.as_dict()}}


def _times(probe: Probe) -> list[float]:
    """Return the seconds at which the candidates for a poster were taken."""
    step = _picture_seconds(probe) / CANDIDATES
    return [round((number + 0.5) * step, 2) for number in range(CANDIDATES)]


def _picture_seconds(probe: Probe) -> float:
    return probe.video_seconds or probe.duration_seconds


def _measured_size(probe: Probe) -> tuple[int, int]:
    if probe.kind != "video":
        return 0, 0
    lowest = _lowest(probe)
    return lowest.width, lowest.height


def _lowest(probe: Probe) -> Rung:
    return rungs_for(probe.width, probe.height, output_rate(probe.fps))[0]


def _sound_print(folder: Path, probe: Probe) -> tuple[int, ...]:
    """Take the Chromaprint of the first two minutes; a sound that cannot be read has none."""
    if not probe.has_audio:
        return ()
    words = [*opening_words(), *input_words(probe), "-map", f"0:{probe.audio_index}"]
    words += ["-ac", "1", "-ar", "11025", "-t", str(SOUND_SECONDS)]
    words += ["-f", "chromaprint", "-fp_format", "raw", PRINT]
    try:
        run_encoder(words, folder, PRINT_LIMITS, _no_tick)
    except Unusable:
        return ()
    return sound_in(folder / PRINT)


def _no_tick(_pulse: object) -> None:
    """Nobody waits."""


# Alone


def check(source: Path, *, probe: Probe) -> dict[str, Any]:
    """Measure and judge the film, sound or picture at `source` without keeping what is made of it.

    Raises Unusable.
    """
    if probe.kind == "document":
        return {"findings": [], "loudness": None, "curves": {}, "likeness": {}, "looked": False}
    folder = Path(tempfile.mkdtemp(prefix="kodipest-check-"))
    try:
        if probe.kind == "image":
            make_apart(probe.container, source, folder, _no_tick)
        else:
            (folder / SOURCE).symlink_to(source.resolve(strict=True))
            run_encoder(_alone(probe), folder, _limits(probe), _no_tick)
        return report(folder, probe)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _limits(probe: Probe) -> Limits:
    return Limits(cpu_seconds=300 + round(probe.duration_seconds * 60), memory_bytes=6 * 1024**3)


def _alone(probe: Probe) -> list[str]:
    chains, outputs = list[str](), list[str]()
    filters = filters_for(probe)
    if filters.sound:
        even = "aresample=48000:async=1:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=stereo"
        chains.append(f"[0:{probe.audio_index}]{even},{filters.sound}[sound]")
        outputs += ["-map", "[sound]", "-f", "null", "-"]
    if filters.picture:
        chains += _picture(probe, filters.picture)
        outputs += ["-map", "[picture]", "-f", "null", "-"]
        for label in (CANDIDATE, SHOT):
            outputs += ["-map", f"[{label}]", "-fps_mode", "passthrough", "-c:v", "mjpeg"]
            outputs += ["-q:v", "3", "-f", "image2", f"{label}-%04d.jpg"]
    return [*opening_words(), *input_words(probe), "-filter_complex", ";".join(chains), *outputs]


def _picture(probe: Probe, measure: str) -> Sequence[str]:
    lowest, rate = _lowest(probe), output_rate(probe.fps)
    tiles = tiles_for(lowest.width, lowest.height, probe.duration_seconds)
    even = f"fps={rate.numerator}/{rate.denominator}:start_time=0"
    small = f"scale={lowest.width}:{lowest.height}:flags=bicubic,setsar=1,format=yuv420p"
    poster = f"scale='min(1280,iw)':-2,format=yuv420p,scale={JPEG_COLOURS}"
    return [
        f"[0:{probe.video_index}]{even},split=2[wide][narrow]",
        f"[wide]{frames_filter(_picture_seconds(probe))},{poster}[{CANDIDATE}]",
        f"[narrow]{small},split=2[measured][shots]",
        f"[measured]{measure}[picture]",
        f"[shots]{tile_filter(tiles)}[{SHOT}]",
    ]


def findings_in(told: dict[str, Any] | None) -> list[Finding]:
    """Rebuild the findings from what `report` told."""
    return [Finding.from_dict(one) for one in (told or {}).get("findings", [])]
