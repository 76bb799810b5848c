"""What a reader page shows of a document: parts of a few pages, or the chapters of a book.

`reader/index.json` lists the parts, `reader/0001.json` holds the first. None of them is served as a
file; a page reads one part at a time, so a book of a thousand pages costs what a leaflet costs.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

FOLDER = "reader"
INDEX = f"{FOLDER}/index.json"
# How chapters name their pictures until a page knows under which address they are served.
PICTURE = "kodi-picture:"
PAGES_PER_PART = 10


@dataclass(frozen=True, slots=True)
class Page:
    """One drawn page: its widths in pixels, narrowest first, and its words in reading order."""

    number: int
    width: int
    height: int
    widths: list[int]
    text: str = ""

    def file(self, width: int) -> str:
        return f"{FOLDER}/{self.number:04}-{width}.webp"


@dataclass(frozen=True, slots=True)
class Part:
    """What one reader page shows: drawn pages, or a chapter as safe HTML."""

    pages: list[Page] = field(default_factory=list)
    html: str = ""


@dataclass(frozen=True, slots=True)
class Index:
    """The table of contents. `titles` has a title for each part, empty where none is known."""

    kind: Literal["pages", "chapters"]
    titles: list[str]
    language: str = ""
    direction: str = ""  # rtl, ltr, or unknown


def write_index(index: Index, out: Path) -> dict[str, Any]:
    """Write the index and return what the manifest says of it."""
    _write(out / INDEX, asdict(index))
    return {"kind": index.kind, "parts": len(index.titles), "direction": index.direction}


def write_part(number: int, part: Part, out: Path) -> None:
    _write(out / part_file(number), asdict(part))


def part_file(number: int) -> str:
    return f"{FOLDER}/{number:04}.json"


def read_index(out: Path) -> Index:
    """Raises FileNotFoundError when the document was prepared before there was a reader."""
    return Index(**json.loads((out / INDEX).read_text(encoding="utf-8")))


def read_part(number: int, out: Path) -> Part:
    """Raises FileNotFoundError beyond the last part."""
    told = json.loads((out / part_file(number)).read_text(encoding="utf-8"))
    return Part(pages=[Page(**page) for page in told["pages"]], html=told["html"])


def _write(path: Path, told: dict[str, Any]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
