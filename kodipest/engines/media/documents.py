"""PDF and EPUB: look at the structure, never run anything in it, hand on a verified copy."""

import shutil
from pathlib import Path

from kodipest.engines.media.epub import check_epub
from kodipest.engines.media.facts import Probe
from kodipest.engines.media.pdf import check_pdf
from kodipest.engines.media.sniff import Sniffed


def probe_document(path: Path, sniffed: Sniffed) -> Probe:
    """Return the facts of a PDF or EPUB; pages only where they can be counted soundly.

    Raises Unusable: `damaged`, `too_large`, `unsupported`.
    """
    pages = None
    if sniffed.container == "pdf":
        pages = check_pdf(path)
    else:
        check_epub(path)  # its pages are made by the reader's screen
    return Probe(kind="document", container=sniffed.container, mime=sniffed.mime, pages=pages)


def copy_document(source: Path, out: Path, container: str) -> str:
    """Copy the verified document as document.pdf or document.epub and return that name."""
    name = f"document.{container}"
    part = out / (name + ".part")
    shutil.copyfile(source, part)
    part.replace(out / name)
    return name
