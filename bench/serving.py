"""Measure what our rules cost the web server of a hub: segments per second, with and without them.

    .venv/bin/python bench/serving.py [--seconds 5] [--rounds 5] [--clients 32] [--json FILE]

Both sides are the same Caddy on the same files: once with deploy/hub/Caddyfile, once with nothing but
`file_server`. They take turns, wrk asks both for the same addresses. Figures stand in serving.md.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import psutil
from instruments import machine

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.deploy import caddy

FOLDERS, SEGMENTS = 8, 40
# Four seconds of a rung: 240, 480 and 1080 lines, as the ladder of `cepat` makes them; in bytes.
SIZES = {"playlist": 4_000, "240p": 100_000, "480p": 300_000, "1080p": 2_000_000}
AIM = 0.9
PLAIN = """{$KODIPEST_HOST} {
	root {$KODIPEST_STATE}
	file_server
}"""
ASK_FOR = """
local paths, at = {}, 0
for folder = 1, %(folders)d do
  for segment = 1, %(segments)d do
    paths[#paths + 1] = string.format("/media/public/%%032x-1/%(rung)s/%%d.%(ext)s", folder, segment)
  end
end
request = function() at = at %% #paths + 1; return wrk.format("GET", paths[at]) end
done = function(summary) io.write(string.format("not found: %%d\\n", summary.errors.status)) end
"""


def fill(home: Path) -> None:
    """Lay films out as the program does: folders of renditions, and links to them."""
    public = home / "media" / "public"
    public.mkdir(parents=True)
    for folder in range(1, FOLDERS + 1):
        films = home / "media" / "renditions" / f"{folder:032x}-1"
        for rung, size in SIZES.items():
            (films / rung).mkdir(parents=True)
            for segment in range(1, SEGMENTS + 1):
                (films / rung / f"{segment}.{extension(rung)}").write_bytes(os.urandom(size))
        (films / "manifest.json").write_text("{}")
        (public / films.name).symlink_to(Path("..") / "renditions" / films.name)


def extension(rung: str) -> str:
    """Name the kind of the files of a rung."""
    return "m3u8" if rung == "playlist" else "m4s"


def load(address: str, script: Path, asked: argparse.Namespace) -> tuple[float, float]:
    """Return answers per second, and CPU milliseconds of the server per answer."""
    server = server_at(address)
    before = machine.cpu_seconds(server.pid)
    wrk = ["wrk", "-t1", f"-c{asked.clients}", f"-d{asked.seconds}", "-s", str(script)]
    said = subprocess.run(
        [*wrk, f"http://{address}"], capture_output=True, text=True, check=True
    ).stdout
    if "not found: 0" not in said:
        raise SystemExit(said)
    count = int(re.search(r"(\d+) requests in", said)[1])  # type: ignore[index]
    rate = float(re.search(r"Requests/sec:\s*([\d.]+)", said)[1])  # type: ignore[index]
    return rate, 1000 * (machine.cpu_seconds(server.pid) - before) / count


def server_at(address: str) -> psutil.Process:
    """Return our own Caddy that listens at `address`."""
    port = int(address.rpartition(":")[2])
    for child in psutil.Process().children():
        if any(line.laddr.port == port for line in child.net_connections("tcp")):
            return child
    raise SystemExit(f"nobody listens at {address}")


def measure(asked: argparse.Namespace, home: Path) -> dict[str, dict[str, Any]]:
    """Let both sides take turns; return the medians for each size."""
    figures: dict[str, dict[str, Any]] = {}
    sides = {"ours": "", "plain": PLAIN}
    for name in sides:
        (home / name).mkdir()
    with (
        caddy.running(home / "ours", state=str(home), web="127.0.0.1:9") as ours,
        caddy.running(home / "plain", config=PLAIN, state=str(home)) as plain,
    ):
        for rung, size in SIZES.items():
            script = home / f"{rung}.lua"
            values = {"folders": FOLDERS, "segments": SEGMENTS, "rung": rung}
            script.write_text(ASK_FOR % (values | {"ext": extension(rung)}))
            taken: dict[str, list[tuple[float, float]]] = {"ours": [], "plain": []}
            for _round in range(asked.rounds):
                taken["ours"].append(load(ours, script, asked))
                taken["plain"].append(load(plain, script, asked))
            figures[rung] = compare(taken) | {"bytes": size}
            print(rung, figures[rung], flush=True)
    return figures


def compare(taken: dict[str, list[tuple[float, float]]]) -> dict[str, float]:
    """Put the medians of both sides beside each other."""
    rate = {side: statistics.median(one[0] for one in rounds) for side, rounds in taken.items()}
    cpu = {side: statistics.median(one[1] for one in rounds) for side, rounds in taken.items()}
    pairs = zip(taken["ours"], taken["plain"], strict=True)
    return {
        "ours_per_second": round(rate["ours"]),
        "plain_per_second": round(rate["plain"]),
        "ratio": round(statistics.median(ours[0] / plain[0] for ours, plain in pairs), 3),
        "ours_cpu_ms": round(cpu["ours"], 4),
        "plain_cpu_ms": round(cpu["plain"], 4),
    }


def main() -> None:
    """Run the bench."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])  # type: ignore[union-attr]
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    if not shutil.which("wrk"):
        raise SystemExit("this bench needs wrk (apt install wrk)")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        fill(home)
        figures = measure(asked, home)
    print(f"aim: a ratio of at least {AIM} for segments")
    if asked.json:
        asked.json.write_text(json.dumps({"machine": machine.described(), "serving": figures}))


if __name__ == "__main__":
    main()
