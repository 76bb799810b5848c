"""Files that people, cameras, broken disks and attackers send. Each is made, from a seed, when it is needed.

A case is a name and a way to make it. `outcome` is what must become of it: "made" (prepared to the
end), a code of errors.Unusable, or "" where either is right, but nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.engines.media import footage

LAVFI = "-f lavfi -i"
TINY = f"{LAVFI} testsrc=s=64x64:r=10:d=0.5"
TONE = f"{LAVFI} sine=f=500:d=0.5:r=48000"
ODD = 20261124


@dataclass(frozen=True)
class Case:
    name: str
    make: Callable[[], Path]
    outcome: str = ""


def encoded(name: str, arguments: str, outcome: str = "made") -> Case:
    file = name.replace("/", "-")
    return Case(name, lambda: footage.clip(file, arguments), outcome)


def written(name: str, content: bytes, outcome: str = "") -> Case:
    return Case(name, lambda: footage.written(name, content), outcome)


H264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p"
