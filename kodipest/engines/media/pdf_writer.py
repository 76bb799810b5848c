"""Write a PDF 1.7 from scratch: objects packed in streams, one index, no word about who or when."""

import io
import zlib
from typing import BinaryIO

from pypdf.generic import DictionaryObject, NameObject, NumberObject, PdfObject

_PACK_OBJECTS = 200
_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_WIDTHS = (1, 5, 2)  # kind, place, index within a pack: files up to a terabyte


class PdfWriter:
    """Takes finished objects one by one, so that no more than a pack is held in memory."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.rows: dict[int, tuple[int, int, int]] = {}
        self.pack: list[tuple[int, bytes]] = []
        self.last = 0
        file.write(_HEADER)

    def take_number(self) -> int:
        """Return the number under which an object will be written."""
        self.last += 1
        return self.last

    def add(self, number: int, thing: PdfObject) -> None:
        """Write an object that is no stream."""
        text = io.BytesIO()
        thing.write_to_stream(text)
        self.pack.append((number, text.getvalue()))
        if len(self.pack) >= _PACK_OBJECTS:
            self._close_pack()

    def add_stream(self, number: int, fields: DictionaryObject, body: bytes) -> None:
        """Write a stream whose `body` is packed as `fields` say."""
        self.rows[number] = (1, self.file.tell(), 0)
        fields[NameObject("/Length")] = NumberObject(len(body))
        self.file.write(b"%d 0 obj\n" % number)
        fields.write_to_stream(self.file)
        self.file.write(b"\nstream\n")
        self.file.write(body)
        self.file.write(b"\nendstream\nendobj\n")

    def close(self, root: int) -> None:
        """Write what is left and the index (ISO 32000-1, 7.5.8)."""
        self._close_pack()
        number = self.take_number()
        start = self.file.tell()
        self.rows[number] = (1, start, 0)
        nobody = (0, 0, 65535)
        table = b"".join(
            value.to_bytes(width, "big")
            for each in range(number + 1)
            for value, width in zip(self.rows.get(each, nobody), _WIDTHS, strict=True)
        )
        head = b"/Type/XRef/Size %d/Root %d 0 R/W[%d %d %d]" % (number + 1, root, *_WIDTHS)
        self._write_packed(number, head, table)
        self.file.write(b"startxref\n%d\n%%%%EOF\n" % start)

    def _close_pack(self) -> None:
        if not self.pack:
            return
        home, body, starts = self.take_number(), b"", []
        for index, (number, text) in enumerate(self.pack):
            starts.append(b"%d %d" % (number, len(body)))
            self.rows[number] = (2, home, index)
            body += text + b" "
        first = b" ".join(starts) + b" "
        self.rows[home] = (1, self.file.tell(), 0)
        head = b"/Type/ObjStm/N %d/First %d" % (len(self.pack), len(first))
        self._write_packed(home, head, first + body)
        self.pack.clear()

    def _write_packed(self, number: int, head: bytes, body: bytes) -> None:
        packed = zlib.compress(body, 9)
        words = head + b"/Filter/FlateDecode/Length %d" % len(packed)
        self.file.write(b"%d 0 obj\n<<%s>>\nstream\n" % (number, words))
        self.file.write(packed + b"\nendstream\nendobj\n")
