"""Measure the ladder against its limit, raw x264, and against the replayed work of its peers.

    .venv/bin/python bench/media.py [--source FILE] [--seconds 60] [--height 1080] [--runs 1]
                                    [--only ours,peers,vmaf,playable] [--minutes 1,10,60]
                                    [--asked cepat "cepat, two phases" teliti hemat]

Prints a table and one line of JSON, and writes both to bench/media.md (or --report). The machine
may be busy with other work: all sides run in turns, CPU seconds of processes are counted, medians
quoted.
"""

import argparse
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.instruments.film import bunny, cpu_of  # noqa: E402
from bench.media_peers import PEERS, Film  # noqa: E402
from bench.media_report import METHOD, table  # noqa: E402
from kodipest.engines.media.commands import x264_words  # noqa: E402
from kodipest.engines.media.encoder import encoder_name, ffmpeg_path  # noqa: E402
from kodipest.engines.media.probe import Probe, probe  # noqa: E402
from kodipest.engines.media.recipes import Recipe, recipe_for  # noqa: E402

REPORT = ROOT / "bench" / "media.md"
PARTS = ("ours", "peers", "vmaf", "playable")
# How ours is asked, and what each answer is called.
ASKED = {
    "cepat": ["--quality", "cepat"],
    "cepat, two phases": ["--quality", "cepat", "--parts", "two"],
    "teliti": ["--quality", "teliti"],
    "hemat": ["--quality", "hemat"],
}
EVERY_NTH_FRAME = 5
TAGS = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
PATIENCE_SECONDS = 600


def main() -> None:
    words = _words()
    with tempfile.TemporaryDirectory(prefix="kodipest-bench-") as name:
        folder = Path(name)
        source = words.source or bunny(folder, words.seconds, words.height)
        facts = probe(source)
        figures = heading(source, facts, words)
        if "ours" in words.only:
            figures |= measure_ours(source, facts, folder, words)
        if "peers" in words.only:
            figures["peers"] = measure_peers(source, facts, folder)
        if "vmaf" in words.only:
            figures["vmaf"] = measure_vmaf(source, folder)
        if "playable" in words.only:
            figures["playable"] = measure_playable(source, folder, words.minutes)
    report = table(figures)
    print(f"\n{report}\n{json.dumps(figures)}")
    words.report.write_text(f"{METHOD}{report}\n```json\n{json.dumps(figures, indent=1)}\n```\n")


def _words() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the ladder against raw x264 and peers.")
    parser.add_argument("--source", type=Path, help="a film of your own instead of the bunny")
    parser.add_argument("--seconds", type=float, default=60, help="length of the looped bunny")
    parser.add_argument("--height", type=int, default=1080, help="its lines")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--asked", nargs="+", choices=list(ASKED), default=list(ASKED))
    parser.add_argument("--only", type=lambda said: said.split(","), default=list(PARTS))
    parser.add_argument("--minutes", type=lambda said: [*map(float, said.split(","))], default=[1])
    parser.add_argument("--report", type=Path, default=REPORT)
    return parser.parse_args()


def heading(source: Path, facts: Probe, words: argparse.Namespace) -> dict[str, Any]:
    cores = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    return {
        "when": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "machine": cores,
        "encoder": encoder_name(),
        "source": f"{source.name}: {facts.width}x{facts.height}, {facts.fps} fps, "
        f"{facts.duration_seconds:.1f} s, {source.stat().st_size * 8e-6 / facts.duration_seconds:.1f} Mb/s",
        "runs": words.runs,
    }


# Ours and its limit


def measure_ours(
    source: Path, facts: Probe, folder: Path, asked: argparse.Namespace
) -> dict[str, Any]:
    ours: dict[str, list[dict[str, Any]]] = {name: [] for name in asked.asked}
    limits: dict[str, list[dict[str, float]]] = {
        name: [] for name in ("cepat", "teliti") if name in asked.asked
    }
    recipes = {name: recipe_for("video", facts, quality=name) for name in limits}
    raw = raw_rungs(source, facts, recipe_for("video", facts), folder)
    for run in range(asked.runs):
        for name, made in ours.items():
            out = folder / name
            shutil.rmtree(out, ignore_errors=True)
            made.append(run_ours(source, out, ASKED[name]))
            print(f"run {run + 1}: {name} {made[-1]['cpu_seconds']:.2f} s", flush=True)
        for name, taken in limits.items():
            taken.append(run_limit(source, recipes[name], raw))
            print(f"run {run + 1}: limit {name} {sum(taken[-1].values()):.2f} s", flush=True)
    for file in raw.values():
        file.unlink()
    return {
        "ours": {name: _middle(taken) for name, taken in ours.items()},
        "limit": {name: _middle(taken) for name, taken in limits.items()},
    }


def _middle(runs: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        name: round(median(run[name] for run in runs), 3)
        if isinstance(first, float | int)
        else first
        for name, first in runs[0].items()
    }


def raw_rungs(source: Path, facts: Probe, recipe: Recipe, folder: Path) -> dict[str, Path]:
    """Write the pictures of each rung as the encoder will get them, outside of any clock."""
    raw = {}
    for rung in recipe.rungs:
        raw[rung.name] = folder / f"{rung.name}.yuv"
        steps = f"fps={recipe.fps},scale={rung.width}:{rung.height}:flags=bicubic,format=yuv420p"
        words = ("-map", f"0:{facts.video_index}", "-vf", steps, "-f", "rawvideo")
        cpu_of("-i", source, *words, raw[rung.name])
    return raw


def run_ours(source: Path, out: Path, words: Sequence[str]) -> dict[str, Any]:
    """Run `python -m kodipest.engines.media ladder`, interpreter and all."""
    process = subprocess.Popen(ladder_words(source, out, words), cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout
    told = json.loads(process.stdout.read())
    _pid, status, cost = os.wait4(process.pid, 0)  # with the encoders, which it has waited for
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"ladder ended with {process.returncode}: {told}")
    figures = {name: told[name] for name in ("wall_seconds", "first_playable_seconds", "bytes")}
    return {
        "cpu_seconds": cost.ru_utime + cost.ru_stime,
        **figures,
        "peak_rss_bytes": told["peak_rss_bytes"],
        "rung_bytes": {rung["name"]: rung["bytes"] for rung in told["rungs"]},
        "loudness": told["loudness"],
    }


def ladder_words(source: Path, out: Path, words: Sequence[str]) -> list[str]:
    ladder = [sys.executable, "-m", "kodipest.engines.media", "ladder", str(source), str(out)]
    return [*ladder, "--json", *words]


def run_limit(source: Path, recipe: Recipe, raw: dict[str, Path]) -> dict[str, float]:
    """Run the bare encoders; reading the raw pictures is measured and taken off."""
    steps = {"decode": cpu_of("-i", source, "-map", "0:v:0", "-map", "0:a?", "-f", "null", "-")}
    for rung in recipe.rungs:
        size = f"{rung.width}x{rung.height}"
        picture: Sequence[object] = ("-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", size)
        picture = (*picture, "-framerate", recipe.fps, "-i", raw[rung.name])
        reading = cpu_of(*picture, "-c", "copy", "-f", "null", "-")
        both = cpu_of(*picture, *x264_words(rung, recipe), "-f", "null", "-")
        steps[rung.name] = both - reading
    return steps


# The peers


def measure_peers(source: Path, facts: Probe, folder: Path) -> dict[str, Any]:
    heights = [int(r.name.removesuffix("p")) for r in recipe_for("video", facts).rungs]
    film = Film(source, facts.width, facts.height, facts.fps, heights)
    told = {}
    for name, replay in PEERS.items():
        out = folder / name
        out.mkdir()
        made = replay(film, out, cpu_of)
        told[name] = {
            "cpu_seconds": round(made.cpu_seconds, 3),
            "steps": {step: round(cpu, 3) for step, cpu in made.steps.items()},
        }
        print(f"{name} {made.cpu_seconds:.2f} s", flush=True)
    return told


# What it looks like


def measure_vmaf(source: Path, folder: Path) -> dict[str, dict[str, dict[str, float]]]:
    """Compare every rung that was made, scaled up to the source, with the source."""
    told: dict[str, dict[str, dict[str, float]]] = {}
    for name in [*ASKED, *PEERS]:
        rungs = files_of(folder / name)
        told[name] = {rung: vmaf(file, source) for rung, file in rungs.items()}
        print(name, {rung: seen["vmaf"] for rung, seen in told[name].items()}, flush=True)
    return {name: rungs for name, rungs in told.items() if rungs}


def files_of(out: Path) -> dict[str, Path]:
    """Return one file per rung: an MP4 of a peer, or init and segments of ours in a row."""
    if not (out / "manifest.json").exists():
        return {f"{file.stem}p": file for file in sorted(out.glob("[0-9]*[0-9].mp4"))}
    rungs = {}
    for rung in json.loads((out / "manifest.json").read_text())["rungs"]:
        folder, whole = (out / rung["playlist"]).parent, out / f"{rung['name']}.whole.mp4"
        parts = [folder / "init.mp4", *sorted(folder.glob("*.m4s"))]
        whole.write_bytes(b"".join(part.read_bytes() for part in parts))
        rungs[rung["name"]] = whole
    return rungs


def vmaf(made: Path, source: Path) -> dict[str, float]:
    facts = probe(source)
    # The same tags on both sides: ffmpeg would convert one of them, for nobody says what a bare 720p is.
    even = f"{TAGS},setpts=N/{facts.fps}/TB,scale={facts.width}:{facts.height}:flags=bicubic"
    model = f"libvmaf=n_threads={os.cpu_count()}:n_subsample={EVERY_NTH_FRAME}"
    graph = f"[0:v]{even},format=yuv420p[a];[1:v]{even},format=yuv420p[b];[a][b]{model}"
    words = [ffmpeg_path(), "-nostdin", "-hide_banner", "-nostats", "-i", str(made)]
    words += ["-i", str(source), "-lavfi", graph, "-f", "null", "-"]
    log = subprocess.run(words, check=True, capture_output=True, text=True).stderr
    found = re.search(r"VMAF score: ([\d.]+)", log)
    assert found
    bits = picture_bytes(made) * 8 / facts.duration_seconds
    return {"vmaf": round(float(found[1]), 2), "kilobits": round(bits / 1000)}


def picture_bytes(made: Path) -> int:
    """Count the bytes of the picture alone: peers pack the sound into the same file."""
    bare = made.with_suffix(".h.mp4")
    cpu_of("-i", made, "-map", "0:v:0", "-c", "copy", bare)
    size = bare.stat().st_size
    bare.unlink()
    return size


# How soon it plays


def measure_playable(source: Path, folder: Path, minutes: list[float]) -> dict[str, Any]:
    """Start the first phase on longer and longer films, and stop when it can be played."""
    told = {}
    seconds = probe(source).duration_seconds
    for length in minutes:
        long = folder / f"{length:g}.mp4"
        loops = max(0, round(length * 60 / seconds) - 1)
        cpu_of("-stream_loop", loops, "-i", source, "-c", "copy", long)
        told[f"{length:g} min"] = first_playable(long, folder / f"playable{length:g}")
        long.unlink()
    return told


def first_playable(source: Path, out: Path) -> dict[str, float]:
    started = time.monotonic()
    words = ladder_words(source, out, ["--parts", "two"])
    process = psutil.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True)
    while not (out / "master.m3u8").exists():
        if process.poll() is not None or time.monotonic() - started > PATIENCE_SECONDS:
            raise SystemExit("the ladder never became playable")
        time.sleep(0.02)
    wall, cpu = time.monotonic() - started, _cpu_of_tree(process)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    shutil.rmtree(out, ignore_errors=True)
    return {"cpu_seconds": round(cpu, 2), "wall_seconds": round(wall, 2)}


def _cpu_of_tree(process: psutil.Process) -> float:
    times = [one.cpu_times() for one in [process, *process.children(recursive=True)]]
    ended = process.cpu_times()
    own = sum(one.user + one.system for one in times)
    return float(own + ended.children_user + ended.children_system)


if __name__ == "__main__":
    main()
