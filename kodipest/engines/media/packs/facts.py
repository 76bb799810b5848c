"""What a pack is asked to carry, and what came out."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

FILE_NAME = "pack.json"
WHATSAPP_BYTES = 16_000_000


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter begins at `start` seconds and lasts to the next one."""

    start: float
    title: str


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the caller supplies, as everybody may read it: the engine knows no name by itself.

    `cover` and `card` are pictures of any size; the card is shown for `card_seconds` after the
    last frame of a film for messages.
    """

    title: str = ""
    artist: str = ""
    cover: Path | None = None
    card: Path | None = None
    card_seconds: float = 3.0
    chapters: tuple[Chapter, ...] = ()
    limit_bytes: int = WHATSAPP_BYTES


@dataclass(frozen=True, slots=True)
class PackFile:
    """One file of a pack. `role` says what it is for: `sound`, `film`, `sheet` or a house rung."""

    role: str
    file: str
    mime: str
    bytes: int
    duration_seconds: float = 0.0
    width: int = 0
    height: int = 0
    segment_seconds: tuple[float, ...] = ()


@dataclass(slots=True)
class Pack:
    """A finished pack. `left_out` names what was not made, and the code of the reason."""

    name: str
    files: list[PackFile] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def read(cls, out: Path) -> "Pack":
        """Return the pack whose files lie in `out`. Raises FileNotFoundError when it is not whole."""
        stored = json.loads((out / FILE_NAME).read_text(encoding="utf-8"))
        told = stored.pop("files")
        files = [
            PackFile(**file | {"segment_seconds": tuple(file["segment_seconds"])}) for file in told
        ]
        return cls(files=files, **stored)
