"""Draw the pages of a PDF for every screen, and take their words for those who listen or search."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image

from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.images import MAX_IMAGE_SIDE, save_page, to_width, write_posters
from kodipest.engines.media.reading import (
    PAGES_PER_PART,
    Index,
    Page,
    Part,
    write_index,
    write_part,
)

MAX_DRAWN = 500  # longer documents are read on from the file itself
WIDTHS = (640, 1280)
MAX_PIXELS = 12_000_000  # of one drawn page: a banner of ten metres stays readable
MAX_TEXT = 20_000
POSTER_PAGE_WIDTH = 1280
_UNSEEN = re.compile(
    r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff\ud800-\udfff]"
)
_HYPHEN = "\ufffe"  # pdfium's mark for a word broken at the end of a line

Tell = Callable[[float], None]


def draw_pages(
    pdf: Path, out: Path, tell: Tell, *, language: str = "", direction: str = ""
) -> dict[str, Any]:
    """Write pages and posters into `out` and return what the manifest says of them.

    Raises Unusable(`damaged`) when not even the first page can be drawn.
    """
    try:
        document = pypdfium2.PdfDocument(pdf)
    except pypdfium2.PdfiumError as error:
        raise Unusable("damaged", str(error)) from error
    with document:
        count = min(len(document), MAX_DRAWN)
        titles: list[str] = []
        size = (0, 0)
        for start in range(0, count, PAGES_PER_PART):
            drawn = []
            for index in range(start, min(start + PAGES_PER_PART, count)):
                drawn.append(_draw(document, index, out))
                tell((index + 1) / count)
            if not titles:
                size = (drawn[0].width, drawn[0].height)
            titles.append("")
            write_part(len(titles), Part(pages=drawn), out)
        pages = len(document)
    told = write_index(Index("pages", titles, language, direction), out) | {"pages": count}
    return {"reader": told, "pages": pages, "width": size[0], "height": size[1], "has_poster": True}


def _draw(document: pypdfium2.PdfDocument, index: int, out: Path) -> Page:
    try:
        page = document[index]
        width, height = page.get_size()
        if min(width, height) <= 0:
            raise Unusable("damaged", f"page {index + 1} has no size")
        scale = min(
            WIDTHS[-1] / width,
            MAX_IMAGE_SIDE / (height + 1),
            (MAX_PIXELS / (width * height)) ** 0.5,
        )
        image = page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
        text = _words(page)
    except pypdfium2.PdfiumError as error:
        raise Unusable("damaged", f"page {index + 1}: {error}") from error
    if index == 0:
        write_posters(image, out)
    return _save(image, index + 1, text, out)


def _save(image: Image.Image, number: int, text: str, out: Path) -> Page:
    widths = sorted({min(width, image.width) for width in WIDTHS})
    page = Page(number, image.width, image.height, widths, text)
    (out / page.file(widths[0])).parent.mkdir(exist_ok=True)
    for width in widths:
        save_page(to_width(image, width), out / page.file(width))
    return page


def _words(page: pypdfium2.PdfPage) -> str:
    """Return the words of a page in lines, or nothing where there are only pictures."""
    text = page.get_textpage().get_text_bounded().replace("\r\n", "\n").replace(_HYPHEN, "")
    return _UNSEEN.sub("", text).strip()[:MAX_TEXT]
