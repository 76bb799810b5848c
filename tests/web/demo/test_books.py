"""The e-books open: the EPUB holds what EPUB 3 asks for, the PDF has its pages."""

import io
import re
import zipfile
from xml.etree import ElementTree

import pytest
from PIL import Image

from kodipest.web.demo.books import SERAMBI_BOOK, WORKSHEET, render_epub, render_pdf

OPF = "{http://www.idpf.org/2007/opf}"
DC = "{http://purl.org/dc/elements/1.1/}"
XHTML = "{http://www.w3.org/1999/xhtml}"
OPS = "{http://www.idpf.org/2007/ops}"


@pytest.fixture(scope="module")
def epub(tmp_path_factory):
    return render_epub(SERAMBI_BOOK, tmp_path_factory.mktemp("book") / "book.epub")


@pytest.fixture(scope="module")
def book(epub):
    with zipfile.ZipFile(epub) as opened:
        yield opened


def package(book):
    container = ElementTree.fromstring(book.read("META-INF/container.xml"))
    rootfile = container.find(".//{*}rootfile").get("full-path")
    return ElementTree.fromstring(book.read(rootfile))


def test_the_mimetype_comes_first_and_uncompressed(epub, book):
    first = book.infolist()[0]
    assert first.filename == "mimetype"
    assert first.compress_type == zipfile.ZIP_STORED
    assert epub.read_bytes()[30:58] == b"mimetypeapplication/epub+zip"
    assert book.testzip() is None


def test_the_package_says_what_epub_3_asks_for(book):
    opf = package(book)
    assert opf.get("version") == "3.0"
    metadata = opf.find(f"{OPF}metadata")
    identifier = metadata.find(f"{DC}identifier")
    assert identifier.get("id") == opf.get("unique-identifier")
    assert metadata.find(f"{DC}title").text == SERAMBI_BOOK.title
    assert metadata.find(f"{DC}language").text == "id"
    modified = metadata.find(f"{OPF}meta[@property='dcterms:modified']").text
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", modified)


def test_manifest_and_spine_name_every_file_and_only_those(book):
    opf = package(book)
    items = {item.get("id"): item for item in opf.iter(f"{OPF}item")}
    files = {f"OEBPS/{item.get('href')}" for item in items.values()}
    inside = {name for name in book.namelist() if name.startswith("OEBPS/")}
    assert files | {"OEBPS/content.opf"} == inside
    assert [item.get("href") for item in items.values() if item.get("properties") == "nav"] == [
        "nav.xhtml"
    ]
    spine = [entry.get("idref") for entry in opf.iter(f"{OPF}itemref")]
    assert spine == ["front", "bab-1", "bab-2", "bab-3"]
    assert set(spine) <= set(items)


def test_the_contents_lead_to_three_chapters_of_real_text(book):
    navigation = ElementTree.fromstring(book.read("OEBPS/nav.xhtml"))
    toc = navigation.find(f".//{XHTML}nav")
    assert toc.get(f"{OPS}type") == "toc"
    links = [link.get("href") for link in toc.iter(f"{XHTML}a")]
    assert links == ["bab-1.xhtml", "bab-2.xhtml", "bab-3.xhtml"]
    for link in links:
        chapter = ElementTree.fromstring(book.read(f"OEBPS/{link}"))
        assert len(chapter.findall(f".//{XHTML}h1")) == 1
        assert len(" ".join(chapter.itertext()).split()) > 130


def test_the_cover_is_an_upright_jpeg(book):
    cover = Image.open(io.BytesIO(book.read("OEBPS/cover.jpg")))
    assert cover.format == "JPEG"
    assert cover.height > cover.width


def test_the_pdf_has_four_a4_pages_and_its_title(tmp_path):
    data = render_pdf(WORKSHEET, tmp_path / "sheet.pdf").read_bytes()
    assert data.startswith(b"%PDF-1.")
    assert data.rstrip().endswith(b"%%EOF")
    assert len(re.findall(rb"/Type /Page\b", data)) == 4
    width, height = map(float, re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", data).groups())
    assert (width, height) == pytest.approx((595, 842), abs=1)


def test_the_same_books_give_the_same_bytes(tmp_path):
    for render, spec in ((render_epub, SERAMBI_BOOK), (render_pdf, WORKSHEET)):
        first, second = (render(spec, tmp_path / name) for name in ("one", "two"))
        assert first.read_bytes() == second.read_bytes()
