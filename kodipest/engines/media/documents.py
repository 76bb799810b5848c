"""PDF, EPUB and CBZ: look at the structure, never run anything in it, hand on a bare copy."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from kodipest.engines.media.cbz import check_cbz
from kodipest.engines.media.epub import check_epub
from kodipest.engines.media.facts import Probe
from kodipest.engines.media.pdf import check_pdf
from kodipest.engines.media.sniff import Sniffed

Tell = Callable[[float], None]
_COPIED = 0.2  # how far it is when the bare copy stands


def probe_document(path: Path, sniffed: Sniffed) -> Probe:
    """Return the facts of a document; pages only where they can be counted soundly.

    Raises Unusable: `damaged`, `too_large`, `unsupported`, `locked`.
    """
    pages = None
    if sniffed.container == "pdf":
        pages = check_pdf(path)
    elif sniffed.container == "cbz":
        pages = check_cbz(path)
    else:
        check_epub(path)  # its pages are made by the reader's screen
    return Probe(kind="document", container=sniffed.container, mime=sniffed.mime, pages=pages)


def make_pdf(source: Path, out: Path, tell: Tell) -> dict[str, Any]:
    """Write the bare copy document.pdf, its pages as pictures, the posters. Runs apart.

    Raises Unusable.
    """
    from kodipest.engines.media.pdf_copy import copy_pdf
    from kodipest.engines.media.pdf_pages import draw_pages

    copied = copy_pdf(source, out / "document.pdf.part")
    tell(_COPIED)
    (out / "document.pdf.part").replace(out / "document.pdf")
    made = draw_pages(
        out / "document.pdf",
        out,
        _rest_of(tell),
        language=copied.language,
        direction=copied.direction,
    )
    return {"file": "document.pdf", **made}


def make_epub(source: Path, out: Path, tell: Tell) -> dict[str, Any]:
    """Write the bare copy document.epub, its chapters for our page, the posters. Runs apart.

    Raises Unusable.
    """
    from kodipest.engines.media.epub_chapters import write_chapters
    from kodipest.engines.media.epub_copy import copy_epub

    copy_epub(source, out / "document.epub.part")
    tell(_COPIED)
    (out / "document.epub.part").replace(out / "document.epub")
    made = write_chapters(out / "document.epub", out, _rest_of(tell))
    return {"file": "document.epub", **made}


def _rest_of(tell: Tell) -> Tell:
    return lambda fraction: tell(_COPIED + (1 - _COPIED) * fraction)
