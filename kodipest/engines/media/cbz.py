"""A comic as one zip of pictures (CBZ): every member checked, then each page drawn for screens."""

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from PIL import Image

from kodipest.engines.media.epub import check_zip
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.images import (
    MAX_IMAGE_SIDE,
    open_picture,
    save_webp,
    to_width,
    upright_srgb,
    write_posters,
)
from kodipest.engines.media.reading import (
    PAGES_PER_PART,
    Index,
    Page,
    Part,
    write_index,
    write_part,
)

MAX_PAGES = 500
WIDTHS = (640, 1280)
PICTURES = {".jpg", ".jpeg", ".png", ".gif", ".webp"}
# What programs lay beside the pages. Anything else says that this is no comic: a text document is a
# zip with pictures in it too.
NOTES = {"comicinfo.xml", "thumbs.db", "desktop.ini"}
NOTE_KINDS = {".txt", ".nfo", ".json"}
_NUMBERS = re.compile(r"(\d+)")

Tell = Callable[[float], None]


def check_cbz(path: Path) -> int:
    """Return the number of pages. Raises Unusable unless the zip is whole, harmless, and has some."""
    try:
        with zipfile.ZipFile(path) as archive:
            check_zip(archive)
            pages = page_names(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise Unusable("damaged", f"{type(error).__name__}: {error}") from error
    if not pages:
        raise Unusable("unsupported", "a zip archive without pictures")
    if len(pages) > MAX_PAGES:
        raise Unusable("too_large", f"{len(pages)} pages, at most {MAX_PAGES}")
    return len(pages)


def page_names(archive: zipfile.ZipFile) -> list[str]:
    """List the pictures in reading order: page 2 before page 10.

    Raises Unusable(`unsupported`) when there is anything else in it than pictures and notes.
    """
    found = []
    for member in archive.infolist():
        place = PurePosixPath(member.filename)
        if member.is_dir() or place.name.startswith(".") or "__MACOSX" in place.parts:
            continue
        if place.suffix.lower() in PICTURES:
            found.append(member.filename)
        elif place.name.lower() not in NOTES and place.suffix.lower() not in NOTE_KINDS:
            raise Unusable("unsupported", f"a zip archive with {member.filename[:80]!r} in it")
    return sorted(found, key=_reading_order)


def _reading_order(name: str) -> list[tuple[int, str]]:
    parts = _NUMBERS.split(name.casefold())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def make_cbz(source: Path, out: Path, tell: Tell) -> dict[str, Any]:
    """Draw every page for screens, and the posters. Runs apart. Raises Unusable.

    The zip itself is not handed out: it holds the names of files and what cameras wrote.
    """
    check_cbz(source)
    with zipfile.ZipFile(source) as archive:
        names = page_names(archive)
        pages: list[Page] = []
        for number, name in enumerate(names, 1):
            pages.append(_draw(archive.read(name), number, out))
            tell(number / len(names))
    parts = [
        pages[start : start + PAGES_PER_PART] for start in range(0, len(pages), PAGES_PER_PART)
    ]
    for number, part in enumerate(parts, 1):
        write_part(number, Part(pages=part), out)
    told = write_index(Index("pages", [""] * len(parts)), out) | {"pages": len(pages)}
    size = {"width": pages[0].width, "height": pages[0].height}
    return {"reader": told, "pages": len(pages), "has_poster": True, **size}


def _draw(data: bytes, number: int, out: Path) -> Page:
    with open_picture(io.BytesIO(data)) as opened:
        image = _on_paper(upright_srgb(opened))
    if number == 1:
        write_posters(image, out)
    image = to_width(image, WIDTHS[-1])
    widths = sorted({min(width, image.width) for width in WIDTHS})
    page = Page(number, image.width, min(image.height, MAX_IMAGE_SIDE), widths)
    (out / page.file(widths[0])).parent.mkdir(exist_ok=True)
    for width in widths:
        save_webp(to_width(image, width), out / page.file(width))
    return page


def _on_paper(image: Image.Image) -> Image.Image:
    """Lay a page with clear parts on white: ink on a dark screen could not be read."""
    if image.mode != "RGBA":
        return image
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image).convert("RGB")
