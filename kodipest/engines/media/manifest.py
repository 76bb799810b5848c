"""What prepare() made: the one file that says a folder is complete."""

import json
import os
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

VERSION = 1
FILE_NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class Rendition:
    """One rung of the ladder as it came out. Bandwidth is its peak in bits per second."""

    name: str
    width: int
    height: int
    bandwidth: int
    codecs: str
    playlist: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Picture:
    file: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Storyboard:
    image: str
    vtt: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The contents of a prepared folder and what they cost."""

    kind: str
    version: int = VERSION
    duration_seconds: float = 0.0
    width: int = 0
    height: int = 0
    master: str | None = None
    rungs: list[Rendition] = field(default_factory=list)
    poster: str | None = None
    poster_small: str | None = None
    storyboard: Storyboard | None = None
    images: list[Picture] = field(default_factory=list)
    file: str | None = None
    bytes: int = 0
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    first_playable_seconds: float | None = None
    peak_rss_bytes: int = 0
    encoder: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        """Rebuild a manifest from JSON; fields unknown to this version are left out."""
        known = {item.name for item in fields(cls)}
        values = {name: value for name, value in stored.items() if name in known}
        values["rungs"] = [Rendition(**rung) for rung in stored.get("rungs", [])]
        values["images"] = [Picture(**picture) for picture in stored.get("images", [])]
        board = stored.get("storyboard")
        values["storyboard"] = Storyboard(**board) if board else None
        return cls(**values)


def write_manifest(manifest: Manifest, out: Path) -> None:
    """Push every file of `out` to the disk, then let the manifest appear, whole.

    The order is the promise: a manifest that is there after a power cut vouches for its files.
    """
    for path in sorted(out.rglob("*")):
        _flush(path)
    part = out / (FILE_NAME + ".part")
    part.write_text(json.dumps(manifest.as_dict(), indent=1), encoding="utf-8")
    _flush(part)
    part.replace(out / FILE_NAME)
    _flush(out)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def folder_bytes(out: Path) -> int:
    return sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
