"""Check a PDF and count its pages by following its own index (ISO 32000-1, 7.5), no more."""

import re
import zlib
from dataclasses import dataclass
from io import BytesIO
from mmap import ACCESS_READ, mmap
from pathlib import Path

from kodipest.engines.media.errors import Unusable

MAX_PAGES = 100_000
MAX_STREAM = 8 * 1024**2
# What following an index may cost in all its parts: somebody waits at the upload, and a few
# kilobytes can pretend to list millions of objects.
MAX_INDEX_ROWS = 500_000
MAX_INDEX_PARTS = 1000
_TAIL = 4096
_OBJECT_BYTES = 64 * 1024
_ROW_BYTES = 20
_OLDER_PARTS = (b"XRefStm", b"Prev")
_STARTXREF = re.compile(rb"startxref\s+(\d+)\s+%%EOF")


def check_pdf(path: Path) -> int | None:
    """Return the number of pages, or None where the index is of a kind we do not follow.

    Raises Unusable(`damaged`) when header or end are missing, as in a broken-off download.
    """
    with path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as pdf:
        start = pdf.find(b"%PDF-", 0, 1024)
        ends = list(_STARTXREF.finditer(pdf[-_TAIL:]))
        if start < 0 or not ends:
            raise Unusable("damaged", "no %PDF header, or no startxref and %%EOF at the end")
        first = int(ends[-1][1])
        if first >= len(pdf):
            raise Unusable("damaged", f"the index lies at {first}, the file ends at {len(pdf)}")
        try:
            return _Index(pdf, start, first).count_pages()
        except (ValueError, KeyError, IndexError, zlib.error):
            return None  # readable by a reader that repairs; we do not count by guessing


@dataclass(frozen=True, slots=True)
class _Packed:
    """An object inside an object stream."""

    stream: int
    index: int


class _Index:
    """The cross-reference of one PDF: object number -> where it is."""

    def __init__(self, pdf: mmap, base: int, first: int) -> None:
        self.pdf = pdf
        self.base = base
        self.places: dict[int, int | _Packed] = {}
        self.trailer = b""
        self.rows_left = MAX_INDEX_ROWS
        self._follow(first)

    def count_pages(self) -> int:
        if b"/Encrypt" in self.trailer:
            return _count_locked(self.pdf)
        catalogue = self._object(_reference(self.trailer, b"Root"))
        pages = self._object(_reference(catalogue, b"Pages"))
        count = int(_need(re.search(rb"/Count\s+(\d+)(?!\s+\d+\s+R)", pages))[1])
        if not 0 < count <= MAX_PAGES:
            raise ValueError(f"{count} pages")
        return count

    def _follow(self, first: int) -> None:
        """Read the newest part of the index first, then the parts it was appended to."""
        waiting, seen = [first], set[int]()
        while waiting and len(seen) < MAX_INDEX_PARTS:
            offset = waiting.pop(0)
            if offset in seen:
                continue
            seen.add(offset)
            trailer = self._part(offset + self.base)
            self.trailer = self.trailer or trailer
            older = (re.search(rb"/" + key + rb"\s+(\d+)", trailer) for key in _OLDER_PARTS)
            waiting.extend(int(found[1]) for found in older if found)

    def _afford(self, rows: int) -> None:
        self.rows_left -= rows
        if self.rows_left < 0:
            raise ValueError(f"an index of more than {MAX_INDEX_ROWS} rows")

    def _part(self, offset: int) -> bytes:
        head = self.pdf[offset : offset + 16].lstrip()
        return self._table(offset) if head.startswith(b"xref") else self._stream_part(offset)

    def _table(self, offset: int) -> bytes:
        """A classic table: `xref`, sections of 20-byte lines, `trailer << … >>`."""
        end = self.pdf.find(b"trailer", offset)
        if end < 0:
            raise ValueError("no trailer")
        self._afford((end - offset) // _ROW_BYTES)
        words = self.pdf[offset:end].split()[1:]
        position = 0
        while position + 1 < len(words):
            number, count = int(words[position]), int(words[position + 1])
            position += 2
            for step in range(count):
                place, _generation, state = words[position : position + 3]
                position += 3
                if state == b"n":
                    self.places.setdefault(number + step, int(place) + self.base)
        stop = self.pdf.find(b"startxref", end)
        return self.pdf[end : stop if stop > 0 else end + _OBJECT_BYTES]

    def _stream_part(self, offset: int) -> bytes:
        """An index packed in a stream (since PDF 1.5)."""
        fields, body = self._stream(offset)
        widths = [int(word) for word in _array(fields, b"W")]
        width = sum(widths)
        size = int(_need(re.search(rb"/Size\s+(\d+)", fields))[1])
        ranges = [int(word) for word in _array(fields, b"Index")] or [0, size]
        position = 0
        for number, count in zip(ranges[::2], ranges[1::2], strict=True):
            self._afford(count)
            for step in range(count):
                row = body[position : position + width]
                position += width
                if not row or len(row) < width:
                    raise ValueError("the index is shorter than it says")
                self._note(number + step, *_split(row, widths))
        return fields

    def _note(self, number: int, kind: int, second: int, third: int) -> None:
        if kind == 1:
            self.places.setdefault(number, second + self.base)
        elif kind == 2:
            self.places.setdefault(number, _Packed(second, third))

    def _object(self, number: int) -> bytes:
        place = self.places[number]
        if isinstance(place, int):
            end = self.pdf.find(b"endobj", place, place + _OBJECT_BYTES)
            return self.pdf[place : end if end > 0 else place + _OBJECT_BYTES]
        home = self.places[place.stream]
        if isinstance(home, _Packed):
            raise KeyError("an object stream inside an object stream")
        fields, body = self._stream(home)
        first = int(_need(re.search(rb"/First\s+(\d+)", fields))[1])
        numbers = [int(word) for word in body[:first].split()]
        starts = [*numbers[1::2], len(body) - first]
        return body[first + starts[place.index] : first + starts[place.index + 1]]

    def _stream(self, offset: int) -> tuple[bytes, bytes]:
        """Return the dictionary and the unpacked body of a stream object."""
        mark = self.pdf.find(b"stream", offset, offset + _OBJECT_BYTES)
        end = self.pdf.find(b"endstream", mark)
        if mark < 0 or end < 0:
            raise ValueError("no stream")
        fields = self.pdf[offset:mark]
        raw = self.pdf[mark + 6 : min(end, mark + MAX_STREAM)].lstrip(b"\r\n")
        if b"/FlateDecode" not in fields:
            raise ValueError("a filter we do not read")
        body = zlib.decompressobj().decompress(raw, MAX_STREAM)
        predictor = re.search(rb"/Predictor\s+(\d+)", fields)
        if predictor and int(predictor[1]) >= 10:
            columns = int(_need(re.search(rb"/Columns\s+(\d+)", fields))[1])
            self._afford(len(body) // (columns + 1))
            body = _undo_png_up(body, columns)
        return fields, body


def _count_locked(pdf: mmap) -> int:
    """Count with the library, which can open what is locked with no password but "".

    Raises Unusable(`locked`) when there is a real one.
    """
    from pypdf import PdfReader
    from pypdf.errors import FileNotDecryptedError, PyPdfError

    try:
        count = len(PdfReader(BytesIO(pdf[:])).pages)
    except FileNotDecryptedError as error:
        raise Unusable("locked", str(error)) from error
    except (PyPdfError, AttributeError, TypeError) as error:
        raise ValueError(str(error)) from error
    if not 0 < count <= MAX_PAGES:
        raise ValueError(f"{count} pages")
    return count


def _undo_png_up(body: bytes, columns: int) -> bytes:
    """Undo the PNG predictors None and Up, the two that PDF writers use for an index."""
    above = bytes(columns)
    rows = []
    for start in range(0, len(body) - columns, columns + 1):
        kind, row = body[start], body[start + 1 : start + 1 + columns]
        if kind not in {0, 2}:
            raise ValueError(f"PNG predictor {kind}")
        above = bytes((a + b) & 255 for a, b in zip(row, above, strict=True)) if kind else row
        rows.append(above)
    return b"".join(rows)


def _split(row: bytes, widths: list[int]) -> tuple[int, int, int]:
    first, second, third = widths
    kind = int.from_bytes(row[:first], "big") if first else 1
    return (
        kind,
        int.from_bytes(row[first : first + second], "big"),
        int.from_bytes(row[first + second : first + second + third], "big"),
    )


def _reference(fields: bytes, key: bytes) -> int:
    return int(_need(re.search(rb"/" + key + rb"\s+(\d+)\s+\d+\s+R", fields))[1])


def _array(fields: bytes, key: bytes) -> list[bytes]:
    found = re.search(rb"/" + key + rb"\s*\[([\d\s]*)\]", fields)
    return found[1].split() if found else []


def _need(found: re.Match[bytes] | None) -> re.Match[bytes]:
    if found is None:
        raise ValueError("a field is missing")
    return found
