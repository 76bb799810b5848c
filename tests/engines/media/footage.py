"""Short real films and sounds for the tests, made once per run by the ffmpeg we ship."""

import atexit
import hashlib
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from kodipest.engines.media.encoder import ffmpeg_path

_FOLDER = Path(tempfile.mkdtemp(prefix="kodipest-footage-"))
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)

X264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p"
# Motion, colours and a running clock; any size, even an odd one.
PICTURE = "testsrc=s={size}:r={rate}:d={seconds}"


@cache
def clip(name: str, arguments: str) -> Path:
    """Run ffmpeg with `arguments`, words separated by spaces, and return the file `name`."""
    folder = _FOLDER / hashlib.sha256(f"{name} {arguments}".encode()).hexdigest()[:12]
    folder.mkdir()
    path = folder / name
    words = ["-nostdin", "-v", "error", *arguments.split(), str(path)]
    subprocess.run([ffmpeg_path(), *words], check=True, cwd=_FOLDER, capture_output=True)
    return path


def film(
    name: str = "film.mp4",
    *,
    size: str = "320x240",
    rate: str = "30",
    seconds: float = 1,
    sound: str = "sine=frequency=500:sample_rate=44100",
    sound_seconds: float | None = None,
    codec: str = X264,
    rest: str = "",
) -> Path:
    """Return a film; `sound=""` for none. `rest` goes just before the file name."""
    words = f"-f lavfi -i {PICTURE.format(size=size, rate=rate, seconds=seconds)}"
    if sound:
        joint = ":" if "=" in sound else "="
        words += f" -f lavfi -i {sound}{joint}duration={sound_seconds or seconds} -c:a aac"
    return clip(name, f"{words} {codec} {rest}")


def sound(name: str = "sound.wav", seconds: float = 2, rest: str = "") -> Path:
    return clip(name, f"-f lavfi -i sine=frequency=500:sample_rate=44100:duration={seconds} {rest}")


def cut(path: Path, share: float, name: str) -> Path:
    """Return the leading `share` of a file, as a broken-off upload leaves it."""
    data = path.read_bytes()
    part = _FOLDER / name
    part.write_bytes(data[: int(len(data) * share)])
    return part


def written(name: str, content: bytes) -> Path:
    path = _FOLDER / name
    path.write_bytes(content)
    return path
