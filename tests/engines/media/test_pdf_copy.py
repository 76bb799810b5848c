import io
from pathlib import Path

import pypdfium2
import pytest
from pypdf import PdfReader, PdfWriter

from kodipest.engines.media import pdf_objects
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.pdf_copy import copy_pdf
from kodipest.engines.media.pdf_streams import without_comments
from kodipest.engines.media.prepare import prepare
from kodipest.engines.media.probe import probe

from . import footage, paper


def copied(data: bytes, folder: Path) -> bytes:
    copy_pdf(footage.written("told.pdf", data), folder / "bare.pdf")
    return (folder / "bare.pdf").read_bytes()


def picture_of(data: bytes, page: int = 0) -> bytes:
    with pypdfium2.PdfDocument(data) as document:
        return bytes(document[page].render(scale=1, may_draw_forms=False).to_pil().tobytes())


def test_no_name_is_left_in_any_place(tmp_path: Path) -> None:
    told = paper.pdf_with_names()
    assert paper.pdf_holds(told)

    bare = copied(told, tmp_path)

    assert not paper.pdf_holds(bare)
    for word in (
        b"JavaScript",
        b"/Launch",
        b"/GoToR",
        b"EmbeddedFile",
        b"/AcroForm",
        b"mailto",
        b"pypdf",
    ):
        assert not paper.pdf_holds(bare, word), word
    reader = paper.reading(bare)
    assert set(reader.trailer) & {"/Info", "/ID"} == set()
    assert reader.xmp_metadata is None
    assert reader.attachments == {}


def test_a_page_looks_and_reads_as_before(tmp_path: Path) -> None:
    told = paper.pdf_with_names()

    bare = copied(told, tmp_path)

    assert picture_of(bare) == picture_of(told)
    assert [page.extract_text().strip() for page in PdfReader(io.BytesIO(bare)).pages] == [
        "Halaman 1 (100%)",
        "Halaman 2 (100%)",
    ]


def test_links_bookmarks_language_and_direction_stay(tmp_path: Path) -> None:
    reader = paper.reading(copied(paper.pdf_with_names(), tmp_path))

    notes = [note.get_object() for note in reader.pages[0]["/Annots"]]
    kinds = [note["/Subtype"] for note in notes]
    assert kinds == ["/Link", "/Link", "/Link", "/Stamp", "/Stamp"]
    assert notes[0]["/A"]["/URI"] == "https://quran.kemenag.go.id/"
    second = reader.pages[1].indirect_reference
    assert [note["/Dest"][0].idnum for note in notes[1:3]] == [second.idnum] * 2
    assert all("/T" not in note and "/Contents" not in note for note in notes)
    (bookmark,) = reader.outline
    assert (bookmark.title, reader.get_destination_page_number(bookmark)) == ("Bab kedua", 1)
    root = reader.root_object
    assert (root["/Lang"], root["/ViewerPreferences"]["/Direction"]) == ("id", "/R2L")
    assert "/NumCopies" not in root["/ViewerPreferences"]


def test_what_is_read_aloud_stays_but_no_path_of_a_file(tmp_path: Path) -> None:
    reader = paper.reading(copied(paper.pdf_with_names(), tmp_path))

    paragraph = reader.root_object["/StructTreeRoot"]["/K"][0].get_object()
    figure = paragraph["/K"][1].get_object()
    assert (paragraph["/Alt"], figure["/S"]) == ("Sebuah pohon", "/Figure")
    assert "/Alt" not in figure
    assert paragraph["/Pg"] == reader.pages[0]


def test_a_hidden_layer_stays_hidden(tmp_path: Path) -> None:
    root = paper.reading(copied(paper.pdf_with_names(), tmp_path)).root_object

    (layer,) = root["/OCProperties"]["/OCGs"]
    assert layer.get_object() == {"/Type": "/OCG", "/Name": "1"}
    assert root["/OCProperties"]["/D"]["/OFF"] == [layer]


def test_the_same_pdf_gives_the_same_bytes(tmp_path: Path) -> None:
    told = paper.pdf_with_names()

    assert copied(told, tmp_path) == copied(told, tmp_path)


def locked(password: str) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.add_metadata({"/Author": paper.NAME})
    writer.encrypt(user_password=password, owner_password="x", algorithm="AES-256")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def test_a_pdf_that_only_forbids_printing_is_unlocked(tmp_path: Path) -> None:
    data = locked("")
    assert probe(footage.written("noprint.pdf", data)).pages == 1

    reader = paper.reading(copied(data, tmp_path))

    assert not reader.is_encrypted
    assert len(reader.pages) == 1


def test_a_pdf_with_a_password_is_refused_at_the_door() -> None:
    with pytest.raises(Unusable) as refused:
        probe(footage.written("secret.pdf", locked("rahasia")))

    assert refused.value.code == "locked"


def test_a_pdf_with_a_password_is_not_copied(tmp_path: Path) -> None:
    with pytest.raises(Unusable) as refused:
        copied(locked("rahasia"), tmp_path)

    assert refused.value.code == "locked"


def test_bookmarks_that_run_in_a_circle_end(tmp_path: Path) -> None:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    one = writer.add_outline_item(title="satu", page_number=0)
    item = one.get_object()
    item.update(paper.words(Next=one, First=one))
    buffer = io.BytesIO()
    writer.write(buffer)

    reader = paper.reading(copied(buffer.getvalue(), tmp_path))

    assert [each.title for each in reader.outline] == ["satu"]


def test_a_flood_of_objects_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_objects, "MAX_OBJECTS", 5)

    with pytest.raises(Unusable) as refused:
        copied(paper.pdf_with_names(), tmp_path)

    assert refused.value.code == "too_large"


@pytest.mark.parametrize("share", [0.02, 0.1, 0.2])
def test_half_a_pdf_is_a_clear_word(tmp_path: Path, share: float) -> None:
    data = paper.pdf_with_names()

    with pytest.raises(Unusable) as refused:
        copied(data[: int(len(data) * share)], tmp_path)

    assert refused.value.code == "damaged"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (b"1 0 0 RG % by Aisyah\n0 0 m", b"1 0 0 RG \n0 0 m"),
        (b"(50% \\) (of) it%) Tj %x", b"(50% \\) (of) it%) Tj "),
        (b"% all\r0 g", b"\r0 g"),
        (b"BI /W 1 ID \x00%\xff EI Q % no", b"BI /W 1 ID \x00%\xff EI Q "),
        (b"BI /W 1 ID \x00 EI\xff\x00%\x01\xff EI Q", b"BI /W 1 ID \x00 EI\xff\x00%\x01\xff EI Q"),
        (b"(open % string", b"(open % string"),
        (b"BI no data %x", b"BI no data "),
        (b"BI ID %never ends", b"BI ID %never ends"),
    ],
)
def test_comments_are_told_from_strings_and_pictures(text: bytes, left: bytes) -> None:
    assert without_comments(text) == left


def test_the_prepared_copy_is_bare_and_counts_its_pages(tmp_path: Path) -> None:
    source = footage.written("whole.pdf", paper.pdf_with_names(3))

    manifest = prepare(source, tmp_path / "out", probe=probe(source))

    assert (manifest.file, manifest.pages) == ("document.pdf", 3)
    assert not paper.pdf_holds((tmp_path / "out" / "document.pdf").read_bytes())
