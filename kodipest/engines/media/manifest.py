"""What prepare() made: the one file that says a folder is complete."""

import json
import os
import shutil
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Self

VERSION = 1
FILE_NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class Rendition:
    """One rung of the ladder as it came out.

    Bandwidth is its peak with the sound it plays with, in bits per second; `sound` names the
    `SoundSet` it plays with, if that has a playlist of its own.
    """

    name: str
    width: int
    height: int
    bandwidth: int
    codecs: str
    playlist: str
    bytes: int
    average_bandwidth: int = 0
    fps: float = 0.0
    sound: str = ""
    part: str = "base"
    is_copied: bool = False


@dataclass(frozen=True, slots=True)
class SoundSet:
    """The sound that the rungs of a film share: one per codec. Stereo at 48 kHz."""

    name: str
    codecs: str
    playlist: str
    bandwidth: int
    average_bandwidth: int
    bytes: int
    part: str = "base"


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
    """The contents of a prepared folder and what they cost.

    `parts` names what is in it: the base first, then the additions that joined. `measured` holds
    what the taps of an encoder found, by the name of the tap.
    """

    kind: str
    version: int = VERSION
    duration_seconds: float = 0.0
    width: int = 0
    height: int = 0
    parts: list[str] = field(default_factory=list)
    master: str | None = None
    dash: str | None = None
    rungs: list[Rendition] = field(default_factory=list)
    sounds: list[SoundSet] = field(default_factory=list)
    loudness: dict[str, Any] | None = None
    measured: dict[str, Any] = field(default_factory=dict)
    poster: str | None = None
    poster_small: str | None = None
    storyboard: Storyboard | None = None
    images: list[Picture] = field(default_factory=list)
    file: str | None = None
    downloads: list[str] = field(default_factory=list)  # the same in several kinds of file
    peaks: list[int] = field(default_factory=list)  # what peaks.read_peaks says
    pages: int | None = None
    reader: dict[str, Any] | None = None  # what reading.write_index says
    packs: dict[str, dict[str, Any]] = field(default_factory=dict)  # packs.Pack.as_dict, by name
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
        values = _known(cls, stored)
        for name, kind in (("rungs", Rendition), ("sounds", SoundSet), ("images", Picture)):
            values[name] = [kind(**_known(kind, item)) for item in stored.get(name, [])]
        board = stored.get("storyboard")
        values["storyboard"] = Storyboard(**_known(Storyboard, board)) if board else None
        return cls(**values)


def _known(kind: Any, stored: dict[str, Any]) -> dict[str, Any]:
    names = {item.name for item in fields(kind)}
    return {name: value for name, value in stored.items() if name in names}


def read_manifest(out: Path) -> Manifest:
    """Return the manifest of a finished folder. Raises FileNotFoundError."""
    return Manifest.from_dict(json.loads((out / FILE_NAME).read_text(encoding="utf-8")))


def write_manifest(manifest: Manifest, out: Path) -> None:
    """Push every file of `out` to the disk, then let the manifest appear, whole.

    The order is the promise: a manifest that is there after a power cut vouches for its files.
    """
    for path in sorted(out.rglob("*")):
        flush(path)
    replace_manifest(manifest, out)


def replace_manifest(manifest: Manifest, out: Path) -> None:
    """Write the manifest alone, when everything else is on the disk already.

    The folder may be served to everybody: what was measured is told to the caller only.
    """
    told = {name: value for name, value in manifest.as_dict().items() if name != "measured"}
    put(out / FILE_NAME, json.dumps(told, indent=1).encode())


def put(path: Path, content: bytes) -> None:
    """Write a file whole, and make sure of it: the name appears with all of it on the disk."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    flush(part)
    part.replace(path)
    flush(path.parent)


def link(source: str | Path, target: str | Path) -> None:
    """Give a file a second name; copy it where a file system knows no second names."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def folder_bytes(out: Path) -> int:
    return sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
