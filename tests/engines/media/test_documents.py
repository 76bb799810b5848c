import time
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from kodipest.engines.media import epub
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.probe import probe

from . import footage

CONTAINER = """<?xml version="1.0"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/>
</rootfiles></container>"""


def pdf(pages: int) -> bytes:
    buffer = BytesIO()
    sheets = [Image.new("L", (20, 30), 255) for _ in range(pages)]
    sheets[0].save(buffer, "PDF", save_all=True, append_images=sheets[1:])
    return buffer.getvalue()


def packed_pdf(pages: int, *, predictor: bool) -> bytes:
    """A PDF 1.5 whose objects and index are packed in streams, as word processors write it."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count %d>>" % pages]
    starts, body = [], b""
    for number, content in enumerate(objects, 1):
        starts.append(b"%d %d" % (number, len(body)))
        body += content + b" "
    head = b" ".join(starts) + b" "
    packed = zlib.compress(head + body)
    text = b"%PDF-1.5\n"
    at = len(text)
    text += b"3 0 obj<</Type/ObjStm/N 2/First %d/Length %d/Filter/FlateDecode>>stream\n" % (
        len(head),
        len(packed),
    )
    text += packed + b"\nendstream endobj\n"
    rows = [(0, 0, 255), (2, 3, 0), (2, 3, 1), (1, at, 0), (1, len(text), 0)]
    index = [bytes([k]) + place.to_bytes(2, "big") + bytes([n]) for k, place, n in rows]
    parameters = b""
    if predictor:
        parameters = b"/DecodeParms<</Predictor 12/Columns 4>>"
        above = [bytes(4), *index]
        index = [
            b"\x02" + bytes((a - b) & 255 for a, b in zip(row, up, strict=True))
            for row, up in zip(index, above, strict=False)
        ]
    stream = zlib.compress(b"".join(index))
    text_before = len(text)
    text += b"4 0 obj<</Type/XRef/Size 5/W[1 2 1]/Root 1 0 R%s/Length %d" % (
        parameters,
        len(stream),
    )
    text += b"/Filter/FlateDecode>>stream\n" + stream + b"\nendstream endobj\n"
    return text + b"startxref\n%d\n%%%%EOF\n" % text_before


def book(members: dict[str, bytes] | None = None, *, first: str = "mimetype") -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(first, "application/epub+zip", zipfile.ZIP_STORED)
        archive.writestr("META-INF/container.xml", CONTAINER)
        archive.writestr("OEBPS/book.opf", "<package/>")
        for name, content in (members or {}).items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize("pages", [1, 7])
def test_pages_of_a_pdf_are_counted(pages: int) -> None:
    found = probe(footage.written("a.pdf", pdf(pages)))

    assert (found.kind, found.mime, found.pages) == ("document", "application/pdf", pages)


@pytest.mark.parametrize("predictor", [False, True])
def test_pages_of_a_packed_pdf_are_counted(predictor: bool) -> None:
    content = packed_pdf(31, predictor=predictor)

    assert probe(footage.written("packed.pdf", content)).pages == 31


def test_the_newest_index_counts_when_a_pdf_was_changed_later() -> None:
    old = packed_pdf(3, predictor=False)
    at = len(old)
    newer = old + b"2 0 obj<</Type/Pages/Kids[]/Count 4>>endobj\n"
    table = len(newer)
    previous = old.rindex(b"4 0 obj")
    newer += b"xref\n2 1\n%010d 00000 n \ntrailer<</Root 1 0 R/Size 5/Prev %d>>\n" % (at, previous)
    newer += b"startxref\n%d\n%%%%EOF" % table

    assert probe(footage.written("changed.pdf", newer)).pages == 4


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace(b"/Count 3", b"/Cuont 3"),
        lambda text: text.replace(b"/Root 1 0 R", b"/Root 9 0 R"),
        lambda text: text.replace(b"xref\n", b"xxxx\n", 1),
        lambda text: text.replace(b"/Root 1 0 R", b"/Root 1 0 R /Encrypt 8 0 R"),
    ],
)
def test_pages_are_not_guessed(spoil) -> None:
    old = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[]/Count 3>>endobj\n"
    )
    second = old.index(b"2 0 obj")
    table = b"xref\n0 3\n0000000000 65535 f \n%010d 00000 n \n%010d 00000 n \n" % (9, second)
    whole = old + table + b"trailer<</Root 1 0 R/Size 3>>\nstartxref\n%d\n%%%%EOF" % len(old)
    assert probe(footage.written("hand.pdf", whole)).pages == 3

    found = probe(footage.written("odd.pdf", spoil(whole)))

    assert (found.kind, found.pages) == ("document", None)


@pytest.mark.parametrize("share", [0.3, 0.9])
def test_half_a_pdf_is_damaged(share: float) -> None:
    whole = footage.written("whole.pdf", pdf(3))

    with pytest.raises(Unusable) as refused:
        probe(footage.cut(whole, share, "half.pdf"))

    assert refused.value.code == "damaged"


def test_an_index_that_never_ends_is_left() -> None:
    """Two hundred million entries promised in forty bytes."""
    text = b"%PDF-1.5\n"
    stream = zlib.compress(b"\x01\x00\x00\x00")
    text += b"4 0 obj<</W[1 2 1]/Size 200000000/Root 1 0 R/Length 9/Filter/FlateDecode>>stream\n"
    text += stream + b"\nendstream endobj\nstartxref\n9\n%%EOF"

    assert probe(footage.written("endless.pdf", text)).pages is None


def test_a_book_is_known() -> None:
    found = probe(footage.written("a.epub", book({"OEBPS/one.xhtml": b"<p>Bab satu</p>"})))

    assert (found.kind, found.mime, found.pages) == ("document", "application/epub+zip", None)


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"../../etc/cron.d/x": b"x"}, "damaged"),
        ({"/etc/x": b"x"}, "damaged"),
        ({"a\\..\\x": b"x"}, "damaged"),
        ({"OEBPS/bomb.xhtml": bytes(4 * 1024**2)}, "too_large"),
    ],
)
def test_traps_of_a_zip(members: dict[str, bytes], code: str) -> None:
    with pytest.raises(Unusable) as refused:
        probe(footage.written("trap.epub", book(members)))

    assert refused.value.code == code


def test_a_symbolic_link_in_a_book_is_refused() -> None:
    buffer = BytesIO(book())
    with zipfile.ZipFile(buffer, "a") as archive:
        link = zipfile.ZipInfo("OEBPS/link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")

    with pytest.raises(Unusable, match="symbolic link"):
        probe(footage.written("link.epub", buffer.getvalue()))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused() -> None:
    with pytest.raises(Unusable, match="share a name"):
        probe(footage.written("twice.epub", book({"OEBPS/book.opf": b"<other/>"})))


def test_sizes_are_counted_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epub, "MAX_UNPACKED", 5000)

    with pytest.raises(Unusable) as refused:
        probe(footage.written("fat.epub", book({"OEBPS/x": bytes(range(256)) * 40})))

    assert refused.value.code == "too_large"


def test_too_many_members_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epub, "MAX_MEMBERS", 3)

    with pytest.raises(Unusable, match="4 members"):
        probe(footage.written("crowd.epub", book({"OEBPS/x": b"x"})))


def test_a_flipped_bit_in_a_book_is_found() -> None:
    content = bytearray(book({"OEBPS/one.xhtml": b"Bab satu, " * 40}))
    place = content.index(b"OEBPS/one.xhtml") + 25
    content[place] ^= 0xFF

    with pytest.raises(Unusable) as refused:
        probe(footage.written("flipped.epub", bytes(content)))

    assert refused.value.code == "damaged"


def test_a_book_without_its_root_file_is_damaged() -> None:
    content = book().replace(b"OEBPS/book.opf", b"OEBPS/bock.opf")

    with pytest.raises(Unusable) as refused:
        probe(footage.written("rootless.epub", content))

    assert refused.value.code == "damaged"


def test_a_book_cut_short_is_damaged() -> None:
    with pytest.raises(Unusable) as refused:
        probe(footage.cut(footage.written("b.epub", book()), 0.6, "b_cut.epub"))

    assert refused.value.code == "damaged"


def test_the_first_member_of_the_index_is_the_type_too() -> None:
    """A zip may list its members in another order than they lie; an EPUB may not."""
    content = book()
    start = content.index(b"PK\x01\x02")
    end = content.index(b"PK\x05\x06")
    entries = [b"PK\x01\x02" + part for part in content[start:end].split(b"PK\x01\x02")[1:]]
    turned = content[:start] + b"".join(entries[::-1]) + content[end:]

    with pytest.raises(Unusable, match="first member"):
        probe(footage.written("turned.epub", turned))


def test_an_encrypted_member_is_said_to_be_so() -> None:
    content = bytearray(book())
    start = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 4)
    content[start + 8] |= 1

    with pytest.raises(Unusable) as refused:
        probe(footage.written("locked.epub", bytes(content)))

    assert refused.value.code == "unsupported"


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"full-path", b"full-pith"), (b"application/epub+zip", b"application/epub+zap")],
)
def test_a_book_that_contradicts_itself_is_damaged(old: bytes, new: bytes) -> None:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", b"application/epub+zip  ".replace(old, new))
        archive.writestr("META-INF/container.xml", CONTAINER.encode().replace(old, new))
        archive.writestr("OEBPS/book.opf", "<package/>")
    content = buffer.getvalue()
    path = footage.written("contradicts.epub", content)

    with pytest.raises(Unusable) as refused:
        epub.check_epub(path)

    assert refused.value.code == "damaged"


def test_an_index_beyond_the_end_is_damage() -> None:
    with pytest.raises(Unusable, match="the index lies at 99999"):
        probe(footage.written("beyond.pdf", b"%PDF-1.4\nstartxref\n99999\n%%EOF"))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"/FlateDecode", b"/LZWDecode--"),
        (b"/Count 31", b"/Count 00"),
        (b"/Predictor 12", b"/Predictor 99"),
        (b"/Columns 4", b"/Columns 3"),
    ],
)
def test_filters_we_do_not_read_leave_the_pages_open(old: bytes, new: bytes) -> None:
    content = packed_pdf(31, predictor=True).replace(old, new)

    assert probe(footage.written("filtered.pdf", content)).pages in {None, 31}


def test_an_index_that_points_to_itself_is_read_once() -> None:
    text = b"%PDF-1.4\nxref\n0 0\ntrailer<</Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF"

    assert probe(footage.written("circle.pdf", text)).pages is None


def index_bomb(fields: bytes, unpacked: int) -> bytes:
    """A PDF of a few kilobytes whose index pretends to list millions of objects."""
    stream = zlib.compress(bytes(unpacked), 9)
    fields = b"<</Type/XRef/Filter/FlateDecode/Root 2 0 R" + fields + b">>"
    return (
        b"%PDF-1.5\n1 0 obj "
        + fields
        + b"stream\n"
        + stream
        + b"\nendstream endobj\nstartxref\n9\n%%EOF"
    )


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param(b"/W[0 0 1]/Size 9/Index[0 60000000]", id="rows of one byte"),
        pytest.param(
            b"/W[1 1 1]/Size 20000000/DecodeParms<</Predictor 12/Columns 3>>", id="predicted rows"
        ),
    ],
)
def test_a_small_pdf_with_an_endless_index_does_not_hold_up_the_upload(
    tmp_path: Path, fields: bytes
) -> None:
    bomb = tmp_path / "bomb.pdf"
    bomb.write_bytes(index_bomb(fields, 60_000_000))
    assert bomb.stat().st_size < 100_000
    before = time.process_time()
    found = probe(bomb)

    assert (found.kind, found.pages) == ("document", None)
    assert time.process_time() - before < 10  # without a limit: 38 and 93 seconds
