"""E-books of the stage set: one EPUB 3 of three chapters, one worksheet as PDF."""

import html
import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from markdown_it import MarkdownIt

from kodipest.web.demo import worksheet
from kodipest.web.demo.brush import Sheet
from kodipest.web.demo.covers import SERAMBI_NOTES
from kodipest.web.demo.pictures import PictureSpec, paint_picture, render_picture

TEXTS: Final = Path(__file__).parent / "texts"
MODIFIED: Final = "2026-07-10T09:00:00Z"
# A zip entry carries a date; a fixed one makes the same book twice the same file.
ZIP_DATE: Final = (2026, 7, 10, 9, 0, 0)
PAGE: Final = (1240, 1754)  # A4 at 150 dots per inch

CONTAINER: Final = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
  <rootfiles>
    <rootfile full-path="OEBPS/content.opf" media-type="application/oebps-package+xml"/>
  </rootfiles>
</container>
"""
PACKAGE: Final = """<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="{language}">
  <metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
    <dc:identifier id="id">urn:kodipest:{key}</dc:identifier>
    <dc:title>{title}</dc:title>
    <dc:creator>{creator}</dc:creator>
    <dc:language>{language}</dc:language>
    <dc:publisher>{publisher}</dc:publisher>
    <meta property="dcterms:modified">{modified}</meta>
  </metadata>
  <manifest>
    <item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
    <item id="style" href="style.css" media-type="text/css"/>
    <item id="cover" href="cover.jpg" media-type="image/jpeg" properties="cover-image"/>
    <item id="front" href="front.xhtml" media-type="application/xhtml+xml"/>
{items}
  </manifest>
  <spine>
    <itemref idref="front"/>
{spine}
  </spine>
</package>
"""
XHTML: Final = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="{language}" xml:lang="{language}">
<head><title>{title}</title><link rel="stylesheet" type="text/css" href="style.css"/></head>
<body>
{body}
</body>
</html>
"""
STYLE: Final = """body { font-family: serif; line-height: 1.6; margin: 5%; color: #1B1F1D; }
h1 { font-family: sans-serif; color: #0E5C4A; line-height: 1.2; }
p { margin: 0 0 1em; }
img { max-width: 100%; }
nav ol { line-height: 2; }
"""


@dataclass(frozen=True)
class EpubSpec:
    """A book: its texts are Markdown files whose first line is the chapter's heading."""

    key: str
    title: str
    creator: str
    publisher: str
    chapters: tuple[str, ...]
    cover: PictureSpec
    language: str = "id"


@dataclass(frozen=True)
class PdfSpec:
    key: str
    title: str
    creator: str
    pages: tuple[Callable[[Sheet], None], ...]


def render_epub(spec: EpubSpec, out: Path) -> Path:
    """Write an EPUB 3 to `out` (EPUB Open Container Format: `mimetype` first and uncompressed)."""
    with zipfile.ZipFile(out, "w") as book:
        _add(book, "mimetype", b"application/epub+zip", zipfile.ZIP_STORED)
        for name, content in _epub_files(spec).items():
            _add(book, name, content, zipfile.ZIP_DEFLATED)
    return out


def _add(book: zipfile.ZipFile, name: str, content: bytes, method: int) -> None:
    entry = zipfile.ZipInfo(name, date_time=ZIP_DATE)
    entry.compress_type = method
    entry.external_attr = 0o644 << 16
    book.writestr(entry, content)


def _epub_files(spec: EpubSpec) -> dict[str, bytes]:
    """Every file of the book but `mimetype`, by its path in the zip."""
    sources = [(TEXTS / name).read_text(encoding="utf-8") for name in spec.chapters]
    titles = [source.splitlines()[0].lstrip("# ") for source in sources]
    names = [f"bab-{number}" for number in range(1, len(sources) + 1)]
    items = "\n".join(
        f'    <item id="{name}" href="{name}.xhtml" media-type="application/xhtml+xml"/>'
        for name in names
    )
    fields = {"language": spec.language, "title": html.escape(spec.title)}
    files = {
        "META-INF/container.xml": CONTAINER,
        "OEBPS/content.opf": PACKAGE.format(
            key=spec.key,
            creator=html.escape(spec.creator),
            publisher=html.escape(spec.publisher),
            modified=MODIFIED,
            items=items,
            spine="\n".join(f'    <itemref idref="{name}"/>' for name in names),
            **fields,
        ),
        "OEBPS/nav.xhtml": XHTML.format(body=_contents(names, titles), **fields),
        "OEBPS/front.xhtml": XHTML.format(
            body=f'<p><img src="cover.jpg" alt="{fields["title"]}"/></p>', **fields
        ),
        "OEBPS/style.css": STYLE,
    }
    markdown = MarkdownIt("commonmark", {"xhtmlOut": True, "html": False})
    for name, title, source in zip(names, titles, sources, strict=True):
        files[f"OEBPS/{name}.xhtml"] = XHTML.format(
            language=spec.language, title=html.escape(title), body=markdown.render(source)
        )
    packed = {name: content.encode() for name, content in files.items()}
    packed["OEBPS/cover.jpg"] = render_picture(spec.cover)
    return packed


def _contents(names: Sequence[str], titles: Sequence[str]) -> str:
    lines = "\n".join(
        f'<li><a href="{name}.xhtml">{html.escape(title)}</a></li>'
        for name, title in zip(names, titles, strict=True)
    )
    return f'<nav epub:type="toc" id="toc"><h1>Daftar isi</h1><ol>\n{lines}\n</ol></nav>'


def render_pdf(spec: PdfSpec, out: Path) -> Path:
    """Write a PDF with one drawn A4 sheet per page."""
    pages = [
        paint_picture(PictureSpec(f"{spec.key}-{number}", PAGE, paint))
        for number, paint in enumerate(spec.pages)
    ]
    target = io.BytesIO()
    pages[0].save(
        target,
        "PDF",
        save_all=True,
        append_images=pages[1:],
        resolution=150,
        quality=88,
        title=spec.title,
        author=spec.creator,
        creationDate=None,
        modDate=None,
    )
    out.write_bytes(target.getvalue())
    return out


SERAMBI_BOOK: Final = EpubSpec(
    key="catatan-regu-lampu-serambi",
    title="Catatan Regu Lampu Serambi: Panduan Kecil Merekam di Pesantren",
    creator="Regu Lampu Serambi",
    publisher="Pondok Pesantren Nurul Qalam Sumberayu",
    chapters=("catatan-1.md", "catatan-2.md", "catatan-3.md"),
    cover=SERAMBI_NOTES,
)
WORKSHEET: Final = PdfSpec(
    key="naskah-satu-halaman",
    title="Naskah Satu Halaman: Lembar Kerja",
    creator="Regu Lampu Serambi",
    pages=worksheet.PAGES,
)
