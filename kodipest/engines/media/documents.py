"""PDF and EPUB: look at the structure, never run anything in it, hand on a bare copy."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from kodipest.engines.media.epub import check_epub
from kodipest.engines.media.facts import Probe
from kodipest.engines.media.pdf import check_pdf
from kodipest.engines.media.sniff import Sniffed

Tell = Callable[[float], None]


def probe_document(path: Path, sniffed: Sniffed) -> Probe:
    """Return the facts of a PDF or EPUB; pages only where they can be counted soundly.

    Raises Unusable: `damaged`, `too_large`, `unsupported`, `locked`.
    """
    pages = None
    if sniffed.container == "pdf":
        pages = check_pdf(path)
    else:
        check_epub(path)  # its pages are made by the reader's screen
    return Probe(kind="document", container=sniffed.container, mime=sniffed.mime, pages=pages)


def make_pdf(source: Path, out: Path, tell: Tell) -> dict[str, Any]:
    """Write the bare copy document.pdf. Runs apart. Raises Unusable."""
    from kodipest.engines.media.pdf_copy import copy_pdf

    pages = copy_pdf(source, out / "document.pdf.part")
    (out / "document.pdf.part").replace(out / "document.pdf")
    tell(1.0)
    return {"file": "document.pdf", "pages": pages}


def make_epub(source: Path, out: Path, tell: Tell) -> dict[str, Any]:
    """Write the bare copy document.epub. Runs apart. Raises Unusable."""
    from kodipest.engines.media.epub_copy import copy_epub

    copy_epub(source, out / "document.epub.part")
    (out / "document.epub.part").replace(out / "document.epub")
    tell(1.0)
    return {"file": "document.epub"}
