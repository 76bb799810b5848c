import io
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from kodipest.engines.media import epub_markup
from kodipest.engines.media.apart import make_apart
from kodipest.engines.media.epub import check_epub
from kodipest.engines.media.epub_copy import DC, OPF, copy_epub
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.prepare import prepare
from kodipest.engines.media.probe import probe

from . import footage, paper


def copied(data: bytes, folder: Path) -> Path:
    copy_epub(footage.written("told.epub", data), folder / "bare.epub")
    return folder / "bare.epub"


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as book:
        return {name: book.read(name) for name in book.namelist()}


def package(path: Path) -> ET.Element:
    return ET.fromstring(members(path)["OPS/package.opf"])


def chapter(path: Path, number: int = 6) -> str:
    return members(path)[f"OPS/f{number:04}.xhtml"].decode()


def test_no_name_is_left_in_any_place(tmp_path: Path) -> None:
    told = paper.book_with_names()
    assert sum(map(paper.holds, members(footage.written("a.epub", told)).values())) > 10

    bare = copied(told, tmp_path)

    assert not paper.holds(bare.read_bytes())
    assert {
        name: paper.holds(content)
        for name, content in members(bare).items()
        if paper.holds(content)
    } == {}
    assert not any("Aisyah" in name for name in members(bare))


def test_the_book_is_still_an_epub(tmp_path: Path) -> None:
    bare = copied(paper.book_with_names(), tmp_path)

    check_epub(bare)
    with zipfile.ZipFile(bare) as book:
        first = book.infolist()[0]
        assert (first.filename, first.compress_type, book.comment) == (
            "mimetype",
            zipfile.ZIP_STORED,
            b"",
        )
        assert bare.read_bytes()[38:58] == b"application/epub+zip"
        names = set(book.namelist())
    root = package(bare)
    told = {each.tag.removeprefix(f"{{{DC}}}"): each.text for each in root.iter() if DC in each.tag}
    assert set(told) == {"identifier", "title", "language"}
    assert (told["title"], told["language"]) == ("Catatan Serambi", "id")
    assert told["identifier"].startswith("urn:uuid:")
    assert root.get("unique-identifier") == root.find(f".//{{{DC}}}identifier").get("id")
    facts = {
        each.get("property") or each.get("name"): each.text or each.get("content")
        for each in root.iter(f"{{{OPF}}}meta")
    }
    assert facts == {
        "dcterms:modified": "2026-07-10T09:00:00Z",
        "cover": "f0003",
        "rendition:layout": "reflowable",
    }
    items = {each.get("id"): each for each in root.iter(f"{{{OPF}}}item")}
    assert {f"OPS/{each.get('href')}" for each in items.values()} == names - {
        "mimetype",
        "META-INF/container.xml",
        "OPS/package.opf",
    }
    assert items["f0006"].get("properties") is None  # it was scripted
    assert items["f0001"].get("properties") == "nav"
    spine = root.find(f"{{{OPF}}}spine")
    assert (spine.get("toc"), spine.get("page-progression-direction")) == ("f0002", "rtl")
    assert [(each.get("idref"), each.get("linear")) for each in spine] == [
        ("f0006", None),
        ("f0007", "no"),
    ]


def test_a_chapter_keeps_its_words_and_loses_its_scripts(tmp_path: Path) -> None:
    text = chapter(copied(paper.book_with_names(), tmp_path))

    root = ET.fromstring(text)
    assert (root.get("lang"), root.get("dir")) == ("ar", "rtl")
    assert "بسم الله" in text
    assert "Teks\u00a0bab satu. lanjut" in "".join(root.itertext())
    assert "/* tetap */" in text
    for gone in (
        "script",
        "onload",
        "data-by",
        "iframe",
        "<form",
        "javascript",
        "mailto",
        "srcset",
        "http://",
        "<!--",
        "ENTITY",
    ):
        assert gone not in text.replace("http://www.w3.org", "").replace(
            "http://www.idpf.org", ""
        ), gone
    links = [each.get("href") for each in root.iter(f"{{{epub_markup.XHTML}}}a")]
    assert links == ["f0007.xhtml#b", None, None, "https://quran.kemenag.go.id/"]
    pictures = [each.get("src") for each in root.iter(f"{{{epub_markup.XHTML}}}img")]
    assert pictures[:2] == ["f0003.jpg", None]
    assert pictures[2].startswith("data:image/png;base64,")
    assert 'name="viewport"' in text


def test_pictures_lose_their_words_and_stay_upright(tmp_path: Path) -> None:
    bare = members(copied(paper.book_with_names(), tmp_path))

    with Image.open(io.BytesIO(bare["OPS/f0003.jpg"])) as photo:
        assert dict(photo.getexif()) == {0x0112: 6}
        whole = photo.tobytes()
    with Image.open(io.BytesIO(paper.jpeg(named=False, size=(640, 400)))) as same:
        assert same.tobytes() == whole
    with Image.open(io.BytesIO(bare["OPS/f0004.png"])) as drawing:
        assert (drawing.size, drawing.text) == ((8, 8), {})
    assert b"<circle" in bare["OPS/f0005.svg"] or b":circle" in bare["OPS/f0005.svg"]
    assert b'xlink:href="f0004.png"' in bare["OPS/f0005.svg"]


def test_fonts_are_kept_and_programs_are_not(tmp_path: Path) -> None:
    bare = members(copied(paper.book_with_names(), tmp_path))

    assert bare["OPS/f0009.otf"] == b"OTTO" + bytes(range(200))
    assert [name for name in bare if name.endswith((".js", ".bin", ".plist", ".txt"))] == []
    style = bare["OPS/f0008.css"].decode()
    assert 'url("f0009.otf")' in style
    assert "http" not in style


def test_the_table_of_contents_of_old_readers_agrees(tmp_path: Path) -> None:
    bare = copied(paper.book_with_names(), tmp_path)
    contents = ET.fromstring(members(bare)["OPS/f0002.ncx"])

    uid = next(each.get("content") for each in contents.iter() if each.get("name") == "dtb:uid")
    assert uid == package(bare).find(f".//{{{DC}}}identifier").text
    places = [each.get("src") for each in contents.iter() if each.get("src")]
    assert places == ["f0006.xhtml#awal"]


def test_the_same_book_gives_the_same_bytes(tmp_path: Path) -> None:
    told = paper.book_with_names()

    assert copied(told, tmp_path).read_bytes() == copied(told, tmp_path).read_bytes()


def test_a_sloppy_chapter_is_repaired(tmp_path: Path) -> None:
    sloppy = b'<html><head><title>Dua &amp; tiga</title><script>x</script></head><body dir=rtl><p id=b>satu<br>dua &nbsp;<p>tiga<img src="gambar.png"></body></html>'
    bare = copied(paper.book_with_names({"OEBPS/dua.xhtml": sloppy}), tmp_path)

    root = ET.fromstring(chapter(bare, 7))
    assert " ".join(root.itertext()).split() == ["Dua", "&", "tiga", "satu", "dua", "tiga"]
    assert [each.get("src") for each in root.iter(f"{{{epub_markup.XHTML}}}img")] == ["f0004.png"]


@pytest.mark.parametrize("encoding", ["utf-16", "windows-1252", "utf-8-sig"])
def test_chapters_come_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?><html xmlns="{epub_markup.XHTML}"><head/><body><p>é</p></body></html>'
    bare = copied(paper.book_with_names({"OEBPS/dua.xhtml": text.encode(encoding)}), tmp_path)

    assert "<p>é</p>" in chapter(bare, 7)


LOCK = """<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:e="http://www.w3.org/2001/04/xmlenc#">
<e:EncryptedData><e:EncryptionMethod Algorithm="{}"/><e:CipherData><e:CipherReference URI="{}"/></e:CipherData></e:EncryptedData></encryption>"""


def locked_font(identifier: str) -> dict[str, bytes | None]:
    lock = LOCK.format("http://www.idpf.org/2008/embedding", "OEBPS/huruf.otf").encode()
    opf = paper.PACKAGE.format(name=paper.NAME, quoted="Aisyah%20Ramadhani")
    opf = opf.replace(f"buku-{paper.NAME}", identifier)
    return {"META-INF/encryption.xml": lock, f"OEBPS/{paper.NAME}.opf": opf.encode()}


def test_a_font_locked_to_the_book_stays_so_with_its_key(tmp_path: Path) -> None:
    key = "urn:uuid:0c1f2a30-5b6c-4d7e-8f90-112233445566"
    bare = copied(paper.book_with_names(locked_font(key)), tmp_path)

    assert b'URI="OPS/f0009.otf"' in members(bare)["META-INF/encryption.xml"]
    assert package(bare).find(f".//{{{DC}}}identifier").text == key


def test_a_font_whose_key_is_a_name_is_given_up(tmp_path: Path) -> None:
    bare = copied(paper.book_with_names(locked_font(paper.NAME)), tmp_path)

    assert not any(map(paper.holds, members(bare).values()))
    assert "META-INF/encryption.xml" not in members(bare)
    assert not [name for name in members(bare) if name.endswith(".otf")]


def test_a_book_guarded_by_a_licence_is_refused(tmp_path: Path) -> None:
    lock = LOCK.format("http://www.w3.org/2001/04/xmlenc#aes256-cbc", "OEBPS/dua.xhtml").encode()

    with pytest.raises(Unusable) as refused:
        copied(paper.book_with_names({"META-INF/encryption.xml": lock}), tmp_path)

    assert refused.value.code == "locked"


def book_read_aloud() -> bytes:
    voice = footage.sound(
        "voice.mp3", 1, f"-c:a libmp3lame -metadata artist={paper.NEEDLE.decode()}"
    ).read_bytes()
    assert paper.holds(voice)
    opf = paper.PACKAGE.format(name=paper.NAME, quoted="Aisyah%20Ramadhani")
    opf = opf.replace(
        'href="x.bin" media-type="application/x-Aisyah Ramadhani"',
        'href="x.mp3" media-type="audio/mpeg"',
    )
    return paper.book_with_names({f"OEBPS/{paper.NAME}.opf": opf.encode(), "OEBPS/x.mp3": voice})


def test_a_reading_aloud_keeps_its_sound_without_tags(tmp_path: Path) -> None:
    bare = members(copied(book_read_aloud(), tmp_path))["OPS/f0010.mp3"]

    assert not paper.holds(bare)
    assert probe(footage.written("bare.mp3", bare)).duration_seconds == pytest.approx(1, abs=0.1)


def test_the_encoder_inside_the_maker_works_behind_the_fences_too(tmp_path: Path) -> None:
    source = footage.written("aloud.epub", book_read_aloud())

    made = make_apart("epub", source, tmp_path, lambda _fraction: None)

    assert "OPS/f0010.mp3" in members(tmp_path / made.facts["file"])
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize(
    ("member", "content"),
    [
        (f"OEBPS/{paper.NAME}.opf", b"<package"),
        (f"OEBPS/{paper.NAME}.opf", b'<package xmlns="http://www.idpf.org/2007/opf"/>'),
        ("OEBPS/gambar.png", b"\x89PNG\r\n\x1a\n\0\0\xff\xffIHDR"),
        ("OEBPS/gambar.svg", b"<svg"),
    ],
)
def test_a_broken_book_is_a_clear_word(tmp_path: Path, member: str, content: bytes) -> None:
    with pytest.raises(Unusable) as refused:
        copied(paper.book_with_names({member: content}), tmp_path)

    assert refused.value.code == "damaged"


def test_entities_cannot_grow(tmp_path: Path) -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]><html xmlns="http://www.w3.org/1999/xhtml"><body><p>&b;&c;</p></body></html>'
    bare = copied(paper.book_with_names({"OEBPS/dua.xhtml": bomb}), tmp_path)

    assert "root:" not in chapter(bare, 7)
    assert "haha" not in chapter(bare, 7)


def test_the_prepared_copy_is_bare(tmp_path: Path) -> None:
    source = footage.written("whole.epub", paper.book_with_names())

    manifest = prepare(source, tmp_path / "out", probe=probe(source))

    assert manifest.file == "document.epub"
    assert not any(map(paper.holds, members(tmp_path / "out" / "document.epub").values()))
