"""Sounds and films inside an e-book: packed anew without tags, not a sample encoded."""

import subprocess
import tempfile
from pathlib import Path

from kodipest.engines.media.encoder import ffmpeg_path
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.sniff import sniff
from kodipest.engines.media.whitelists import DEMUXERS, input_options

PATIENCE_SECONDS = 120
_MUXERS = {
    "mp3": ["-f", "mp3", "-write_xing", "0", "-id3v2_version", "0"],
    "m4a": ["-f", "ipod", "-movflags", "+faststart"],
    "mp4": ["-f", "mp4", "-movflags", "+faststart"],
}
_NAMELESS = ["-map_metadata", "-1", "-map_metadata:s", "-1", "-map_chapters", "-1"]


def bare_sound(data: bytes, kind: str) -> bytes:
    """Return the same streams in a new container of `kind`: mp3, m4a or mp4.

    Raises Unusable when the bytes are something else.
    """
    with tempfile.TemporaryDirectory(prefix="kodipest-") as folder:
        source, target = Path(folder) / "source", Path(folder) / f"target.{kind}"
        source.write_bytes(data)
        found = sniff(source)
        if found.family != "stream":
            raise Unusable("damaged", f"a {found.container} in the place of a sound")
        options = input_options(found.container)
        named = [word for name, value in options.items() for word in (f"-{name}", value)]
        words = [ffmpeg_path(), "-nostdin", "-v", "error", *named, "-f", DEMUXERS[found.container]]
        words += ["-i", "file:source", "-map", "0:a?"]
        words += ["-map", "0:V?"] if kind == "mp4" else []
        words += ["-c", "copy", *_NAMELESS, "-fflags", "+bitexact", "-flags", "+bitexact"]
        done = subprocess.run(
            [*words, *_MUXERS[kind], f"file:{target.name}"],
            check=False,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
        )
        if done.returncode or not target.is_file():
            tail = done.stderr.decode("utf-8", "replace")[-400:]
            raise Unusable("damaged", f"a sound in the book: {tail}")
        return target.read_bytes()
