"""Read the boxes of ISO media files (ISO/IEC 14496-12) without decoding anything."""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_HEADER = struct.Struct(">I4s")
_LARGE = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class Box:
    """One box of a file: where it starts, how long it says it is, where its body begins."""

    kind: str
    start: int
    size: int
    header: int

    @property
    def end(self) -> int:
        return self.start + self.size


def top_level_boxes(file: BinaryIO, limit: int = 100_000) -> Iterator[Box]:
    """Walk the outermost boxes of `file`; the last one may claim to end beyond the file."""
    length = file.seek(0, os.SEEK_END)
    position = 0
    for _ in range(limit):
        file.seek(position)
        head = file.read(16)
        if len(head) < _HEADER.size:
            return
        box = _box_at(head, position, length)
        if box.size < box.header:
            return
        yield box
        position = box.end
        if position >= length:
            return


def _box_at(head: bytes, position: int, length: int) -> Box:
    size, kind = _HEADER.unpack_from(head)
    header = _HEADER.size
    if size == 1 and len(head) >= 16:
        (size,) = _LARGE.unpack_from(head, 8)
        header = 16
    elif size == 0:  # "to the end of the file"
        size = length - position
    return Box(kind.decode("latin-1"), position, size, header)


def children(body: bytes, skip: int = 0) -> Iterator[tuple[str, bytes]]:
    """Yield (kind, body) of the boxes inside `body` after `skip` bytes of own fields."""
    position = skip
    while position + _HEADER.size <= len(body):
        box = _box_at(body[position : position + 16], position, len(body))
        if box.size < box.header or box.end > len(body):
            return
        yield box.kind, body[position + box.header : box.end]
        position = box.end


def find(body: bytes, path: str) -> bytes | None:
    """Return the body of the first box at a path such as `trak/mdia/mdhd`, or None."""
    for kind in path.split("/"):
        found = next((inner for name, inner in children(body) if name == kind), None)
        if found is None:
            return None
        body = found
    return body
