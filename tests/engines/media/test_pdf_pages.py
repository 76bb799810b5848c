import io
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image

from kodipest.engines.media import pdf_pages, reading
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.pdf_pages import draw_pages
from kodipest.engines.media.prepare import prepare
from kodipest.engines.media.probe import probe

from . import footage, paper


def drawn(data: bytes, out: Path) -> dict[str, object]:
    return draw_pages(footage.written("draw.pdf", data), out, lambda _fraction: None)


def test_pages_are_drawn_in_two_widths_with_their_words(tmp_path: Path) -> None:
    source = footage.written("book.pdf", paper.pdf_with_names(12))

    manifest = prepare(source, tmp_path / "out", probe=probe(source))

    assert (manifest.pages, manifest.reader) == (
        12,
        {"kind": "pages", "parts": 2, "direction": "rtl", "pages": 12},
    )
    assert reading.read_index(tmp_path / "out") == reading.Index("pages", ["", ""], "id", "rtl")
    parts = [reading.read_part(number, tmp_path / "out") for number in (1, 2)]
    assert [len(part.pages) for part in parts] == [10, 2]
    last = parts[1].pages[-1]
    assert (last.number, last.width, last.height, last.widths) == (12, 1280, 1707, [640, 1280])
    assert {"Halaman", "12", "(100%)"} == set(last.text.split())
    for width in last.widths:
        with Image.open(tmp_path / "out" / last.file(width)) as image:
            assert image.width == width
    assert (manifest.width, manifest.height, manifest.poster) == (1280, 1707, "poster.jpg")


def test_beyond_the_last_part_there_is_nothing(tmp_path: Path) -> None:
    drawn(paper.pdf_with_names(2), tmp_path)

    with pytest.raises(FileNotFoundError):
        reading.read_part(2, tmp_path)


def test_a_long_document_is_drawn_up_to_a_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_pages, "MAX_DRAWN", 3)
    heard: list[float] = []

    told = draw_pages(footage.written("long.pdf", paper.pdf_with_names(5)), tmp_path, heard.append)

    assert told["pages"] == 5
    assert len(reading.read_part(1, tmp_path).pages) == 3
    assert heard == pytest.approx([1 / 3, 2 / 3, 1])


@pytest.mark.parametrize("size", [(20_000, 60), (60, 20_000), (7, 7)])
def test_a_banner_stays_within_bounds(tmp_path: Path, size: tuple[int, int]) -> None:
    with pypdfium2.PdfDocument.new() as document:
        document.new_page(*size)
        buffer = io.BytesIO()
        document.save(buffer)

    drawn(buffer.getvalue(), tmp_path)

    page = reading.read_part(1, tmp_path).pages[0]
    assert page.width * page.height <= pdf_pages.MAX_PIXELS * 1.01
    assert page.width <= 1281


def test_what_cannot_be_drawn_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(Unusable) as refused:
        drawn(b"%PDF-1.4 words", tmp_path)

    assert refused.value.code == "damaged"
