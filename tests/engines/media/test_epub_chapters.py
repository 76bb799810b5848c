import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from kodipest.engines.media import epub_chapters, reading
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.manifest import Manifest
from kodipest.engines.media.prepare import prepare
from kodipest.engines.media.probe import probe

from . import footage, paper

HTML = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>{}</body></html>'


def read(out: Path, changes: dict[str, bytes | None] | None = None) -> Manifest:
    source = footage.written("read.epub", paper.book_with_names(changes))
    return prepare(source, out, probe=probe(source))


def second(out: Path, body: str) -> str:
    """Return what becomes of a chapter with this body."""
    read(out, {"OEBPS/dua.xhtml": HTML.format(body).encode()})
    return reading.read_part(2, out).html


def test_chapters_are_read_in_their_order_and_direction(tmp_path: Path) -> None:
    manifest = read(tmp_path / "out")

    assert manifest.reader == {"kind": "chapters", "parts": 2, "direction": "rtl"}
    index = reading.read_index(tmp_path / "out")
    assert (index.titles, index.language) == (["Bab satu", "Bab dua"], "id")
    first = reading.read_part(1, tmp_path / "out").html
    assert first.startswith('<div lang="ar" dir="rtl">')
    assert '<h1 id="kutipan-awal">بسم الله</h1>' in first
    assert 'href="?bagian=2#kutipan-b"' in first
    assert 'href="https://quran.kemenag.go.id/" rel="noopener noreferrer nofollow"' in first


def test_pictures_lead_to_our_files_with_their_size(tmp_path: Path) -> None:
    read(tmp_path / "out")

    first = reading.read_part(1, tmp_path / "out").html
    assert 'src="kodi-picture:f0003.webp" width="400" height="640" loading="lazy"' in first
    with Image.open(tmp_path / "out" / "reader" / "f0003.webp") as image:
        assert image.size == (400, 640)  # turned upright
        assert not image.getexif()


def test_the_cover_becomes_the_poster(tmp_path: Path) -> None:
    manifest = read(tmp_path / "out")

    assert (manifest.poster, manifest.width, manifest.height) == ("poster.jpg", 400, 640)


def test_without_a_cover_the_first_large_picture_stands_for_the_book(tmp_path: Path) -> None:
    opf = paper.PACKAGE.format(name=paper.NAME, quoted="Aisyah%20Ramadhani")
    opf = opf.replace(' properties="cover-image"', "").replace(
        '<meta name="cover"', '<meta name="other"'
    )

    manifest = read(tmp_path / "out", {f"OEBPS/{paper.NAME}.opf": opf.encode()})

    assert manifest.poster == "poster.jpg"


def test_a_cover_wrapped_in_a_drawing_is_shown(tmp_path: Path) -> None:
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><title>Sampul</title><image xlink:href="gambar.png"/></svg>'
    other = (
        '<p>a<svg xmlns="http://www.w3.org/2000/svg"><title>Pohon</title><circle r="3"/></svg>b</p>'
    )

    html = second(tmp_path / "out", drawing + other)

    assert (
        '<img alt="Sampul" src="kodi-picture:f0004.webp" width="8" height="8" loading="lazy">'
        in html
    )
    assert "a<span>Pohon</span>b" in html


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        '<p onclick="alert(1)">x</p>',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="data:text/html,x">x</a>',
        '<p style="background: url(//evil)">x</p>',
        "<style>p { color: red }</style>",
        '<p class="button" id="content">x</p>',
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi href="javascript:alert(1)">x</mi></math>',
        '<img src="kodi-picture:../../../x.webp" alt=""/>',
        '<img src="http://evil/x.png" alt=""/>',
    ],
)
def test_nothing_of_a_book_acts_on_our_page(tmp_path: Path, body: str) -> None:
    html = second(tmp_path / "out", f"<p>sebelum</p>{body}<p>sesudah</p>")

    for word in (
        "script",
        "onclick",
        "alert",
        "data:",
        "style",
        "class",
        'id="content"',
        "evil",
        "kodi-picture:.",
        "color",
    ):
        assert word not in html, word
    assert "sebelum" in html
    assert "sesudah" in html


def test_each_block_finds_its_own_direction(tmp_path: Path) -> None:
    html = second(tmp_path / "out", '<p>satu</p><p dir="rtl">باب</p><ul><li>x</li></ul>')

    assert '<p dir="auto">satu</p><p dir="rtl">باب</p>' in html
    assert '<li dir="auto">x</li>' in html


def test_titles_come_from_old_contents_or_headings(tmp_path: Path) -> None:
    nav = HTML.format("<p>tanpa daftar</p>").encode()
    changes = {
        "OEBPS/nav.xhtml": nav,
        "OEBPS/dua.xhtml": HTML.format("<h2>Judul  dua</h2>").encode(),
    }

    read(tmp_path / "out", changes)

    assert reading.read_index(tmp_path / "out").titles == ["Bab satu", "Judul dua"]


def test_a_broken_picture_costs_itself_and_not_the_book(tmp_path: Path) -> None:
    hollow = b"\x89PNG\r\n\x1a\n" + bytes.fromhex(
        "0000000d49484452000000080000000808020000004b6d29dc"
    )
    changes = {
        "OEBPS/gambar.png": hollow,
        "OEBPS/dua.xhtml": HTML.format('<p><img src="gambar.png" alt="Peta"/></p>').encode(),
    }

    read(tmp_path / "out", changes)

    assert "<span>Peta</span>" in reading.read_part(2, tmp_path / "out").html


def test_a_chapter_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epub_chapters, "MAX_CHAPTER", 100)
    bare = tmp_path / "bare.epub"
    from kodipest.engines.media.epub_copy import copy_epub

    copy_epub(footage.written("long.epub", paper.book_with_names()), bare)

    with pytest.raises(Unusable) as refused:
        epub_chapters.write_chapters(bare, tmp_path, lambda _fraction: None)

    assert refused.value.code == "too_large"
    assert zipfile.ZipFile(io.BytesIO(bare.read_bytes())).testzip() is None
