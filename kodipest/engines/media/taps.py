"""Listen in on the one decode: filters that measure and change nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kodipest.engines.media.facts import Probe

CUT = "lavfi.cut"
Reader = Callable[[Path, Probe], Any]


@dataclass(frozen=True, slots=True)
class Tap:
    """Chains of ffmpeg filters beside the ladder, and what reads their findings.

    `picture` sees the frames of the lowest rung (8-bit BT.709, constant rate), `sound` sees
    stereo at 48 kHz before its loudness is corrected; "" for none. They write to files in the
    folder of the encoder (`metadata=mode=print:file=NAME`). When it has ended, `read` is called
    with that folder and returns what the manifest keeps under `measured[name]`, as JSON. Times are
    those of the film. Of a film that was made in sections the lines of a section follow those of the one
    before, after a frame with `lavfi.cut`: what lasted there was not seen to end.
    """

    name: str
    read: Reader
    picture: str = ""
    sound: str = ""
