"""An e-book as a page shows it, one part at a time: drawn pages with their words, or a chapter."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from kodipest.engines.media import reading, stores
from kodipest.kernel.text import is_arabic
from kodipest.works.exhibits import Address, drawn_page, manifest_of
from kodipest.works.models import Asset, Revision, Work

_HEADING = re.compile(r"<(/?)h([1-5])\b")
_PICTURE = re.compile(re.escape(reading.PICTURE) + r'([A-Za-z0-9_-]+\.webp)(?=")')


@dataclass(frozen=True)
class Sheet:
    """One drawn page in its widths, and its words for those who listen, search or save data."""

    number: int
    src: str
    srcset: str
    width: int
    height: int
    text: str


@dataclass(frozen=True)
class Entry:
    """A line of the contents: a chapter with its title, or a stretch of pages."""

    number: int
    title: str = ""
    first: int = 0
    last: int = 0


@dataclass(frozen=True)
class Opened:
    """A book, open at one of its parts."""

    number: int
    entries: list[Entry]
    pages: int | None
    drawn: int
    language: str
    direction: str
    sheets: list[Sheet] = field(default_factory=list)
    chapter: SafeString | str = ""

    @property
    def entry(self) -> Entry:
        """The line of the contents at which it is open."""
        return self.entries[self.number - 1]

    @property
    def previous(self) -> Entry | None:
        """The part before, if there is one."""
        return self.entries[self.number - 2] if self.number > 1 else None

    @property
    def next(self) -> Entry | None:
        """The part behind, if there is one."""
        return self.entries[self.number] if self.number < len(self.entries) else None

    @property
    def is_cut(self) -> bool:
        """Say whether the file has more pages than were drawn."""
        return bool(self.sheets) and self.pages is not None and self.drawn < self.pages


def has_reader(asset: Asset | None) -> bool:
    """Say whether a book can be read here, page by page."""
    return bool(manifest_of(asset).get("reader"))


def main_book(revision: Revision) -> Asset | None:
    """Return the file of an e-book that can be read here."""
    is_book = revision.work.kind == Work.Kind.EBOOK
    return revision.main if is_book and has_reader(revision.main) else None


def open_book(asset: Asset, number: int, address: Address) -> Opened | None:
    """Open the book of `asset` at part `number`, counted from 1; None beyond its end.

    Reads two small files of the prepared folder, whatever the length of the book.
    """
    names = (reading.INDEX, reading.part_file(number))
    folder = stores.chosen().small(asset.transcode.folder, *names)
    manifest = manifest_of(asset)
    try:
        index, part = reading.read_index(folder), reading.read_part(number, folder)
    except FileNotFoundError:
        return None
    pages = manifest.get("pages")
    drawn = pages_drawn(manifest)
    return Opened(
        number=number,
        entries=entries_of(index, drawn),
        pages=pages,
        drawn=drawn,
        language=index.language,
        direction=index.direction,
        sheets=[sheet_of(page, asset, address) for page in part.pages],
        chapter=chapter_of(part.html, asset, address),
    )


def pages_drawn(manifest: dict[str, Any]) -> int:
    """Return how many pages can be read here: of a very long file only the first ones are drawn."""
    told: int = (manifest.get("reader") or {}).get("pages") or manifest.get("pages") or 0
    return told


def entries_of(index: reading.Index, drawn: int) -> list[Entry]:
    """Return the contents; parts of drawn pages are told by their numbers."""
    if index.kind == "chapters":
        return [Entry(number, title) for number, title in enumerate(index.titles, 1)]
    step = reading.PAGES_PER_PART
    return [
        Entry(number, "", (number - 1) * step + 1, min(number * step, drawn))
        for number in range(1, len(index.titles) + 1)
    ]


def sheet_of(page: reading.Page, asset: Asset, address: Address) -> Sheet:
    """Say where a drawn page is, and what it says."""
    drawn = drawn_page(page, asset, address)
    return Sheet(page.number, drawn.src, drawn.srcset, drawn.width, drawn.height, page.text)


def _one_lower(tag: re.Match[str]) -> str:
    return f"<{tag[1]}h{int(tag[2]) + 1}"


def chapter_of(html: str, asset: Asset, address: Address) -> SafeString | str:
    """Return a chapter, which the engine made safe, with the addresses of its pictures."""

    def place(found: re.Match[str]) -> str:
        return address(asset.transcode, f"{reading.FOLDER}/{found[1]}")

    html = _HEADING.sub(_one_lower, html)  # the one h1 of the page is the title of the book
    return mark_safe(_PICTURE.sub(place, html)) if html else ""  # noqa: S308 -- engines.media.epub_chapters


def direction_of(opened: Opened, title: str) -> str:
    """Return the side from which the book is read: as it says, else as its title is written."""
    return opened.direction or ("rtl" if is_arabic(title) else "ltr")
