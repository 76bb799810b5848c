"""Take comments and the notes of cameras out of the streams of a PDF."""

import re
import zlib

from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    EncodedStreamObject,
    NameObject,
    PdfObject,
    StreamObject,
)

from kodipest.engines.media.bare import bare_jpeg, bare_jpeg2000
from kodipest.engines.media.errors import Unusable

MAX_UNPACKED = 256 * 1024**2
_NEXT = re.compile(rb"[%(]|\bBI\b")
_STRING = re.compile(rb"[()\\]")
_IMAGE_DATA = re.compile(rb"\bID\s")
_IMAGE_END = re.compile(rb"\sEI(?=[\s\x00]|$)")
_PICTURES = {"/DCTDecode": bare_jpeg, "/DCT": bare_jpeg, "/JPXDecode": bare_jpeg2000}


def bare_stream(old: StreamObject, *, is_content: bool) -> tuple[DictionaryObject, bytes]:
    """Return the fields and the packed bytes of a stream, both without what is not shown."""
    packers = _packers(old)
    if packers and packers[-1] in _PICTURES:
        return _bare_picture(old, packers)
    if is_content or _is_program(old):
        return _bare_program(old)
    return old, _packed(old)


def _packers(stream: StreamObject) -> list[str]:
    found = stream.get("/Filter")
    found = found.get_object() if found is not None else None
    if isinstance(found, ArrayObject):
        return [str(name.get_object()) for name in found]
    return [str(found)] if isinstance(found, NameObject) else []


def _packed(stream: StreamObject) -> bytes:
    return bytes(stream._data)  # noqa: SLF001 -- the library has no open door to packed bytes


def _is_program(stream: StreamObject) -> bool:
    """Say whether a stream is text in the language of pages or of PostScript."""
    return (
        stream.get("/Subtype") == "/Form"
        or stream.get("/PatternType") == 1
        or stream.get("/FunctionType") == 4
        or "/CMapName" in stream
    )


def _bare_program(old: StreamObject) -> tuple[DictionaryObject, bytes]:
    text = old.get_data()
    if len(text) > MAX_UNPACKED:
        raise Unusable("too_large", f"{len(text)} bytes in one stream")
    if b"%" not in text:
        return old, _packed(old)
    fields = _without_packing(old)
    fields[NameObject("/Filter")] = NameObject("/FlateDecode")
    return fields, zlib.compress(without_comments(text))


def _bare_picture(old: StreamObject, packers: list[str]) -> tuple[DictionaryObject, bytes]:
    """Unpack what is packed around a JPEG, and strip the JPEG."""
    data = _packed(old)
    fields: DictionaryObject = old
    if len(packers) > 1:
        data = _peeled(old, len(packers) - 1)
        fields = _without_packing(old)
        fields[NameObject("/Filter")] = NameObject(packers[-1])
        if parameters := _last_parameters(old):
            fields[NameObject("/DecodeParms")] = parameters
    bare = _PICTURES[packers[-1]]
    if bare is bare_jpeg:
        return fields, bare_jpeg(data[data.index(b"\xff\xd8") :], keep_orientation=False)
    return fields, bare(data)


def _peeled(old: StreamObject, layers: int) -> bytes:
    outer = EncodedStreamObject()
    outer._data = _packed(old)  # noqa: SLF001
    for key in ("/Filter", "/DecodeParms"):
        value = old.get(key)
        value = value.get_object() if value is not None else None
        if isinstance(value, ArrayObject):
            outer[NameObject(key)] = ArrayObject(list(value)[:layers])
    return outer.get_data()


def _last_parameters(old: StreamObject) -> PdfObject | None:
    found = old.get("/DecodeParms")
    found = found.get_object() if found is not None else None
    last = list(found)[-1].get_object() if isinstance(found, ArrayObject) and found else None
    return last if isinstance(last, DictionaryObject) else None


def _without_packing(old: StreamObject) -> DictionaryObject:
    fields = DictionaryObject()
    for key in old:
        if key not in {"/Filter", "/DecodeParms", "/Length"}:
            fields[NameObject(key)] = old.raw_get(key)
    return fields


def without_comments(text: bytes) -> bytes:
    """Drop `%` to the end of the line, outside strings and pictures (ISO 32000-1, 7.2.4)."""
    kept, at = [], 0
    while found := _NEXT.search(text, at):
        start = found.start()
        kept.append(text[at:start])
        if found[0] == b"%":
            ends = [end for end in (text.find(b"\n", start), text.find(b"\r", start)) if end >= 0]
            at = min(ends, default=len(text))
            continue
        end = _end_of_string(text, start) if found[0] == b"(" else _end_of_picture(text, start)
        kept.append(text[start:end])
        at = end
    return b"".join([*kept, text[at:]])


def _end_of_string(text: bytes, at: int) -> int:
    depth = 0
    while found := _STRING.search(text, at):
        at = found.end()
        if found[0] == b"\\":
            at += 1
            continue
        depth += 1 if found[0] == b"(" else -1
        if depth == 0:
            return at
    return len(text)


def _end_of_picture(text: bytes, at: int) -> int:
    """Return where an inline picture ends: at an EI behind which readable operators go on."""
    data = _IMAGE_DATA.search(text, at)
    if data is None:
        return at + 2
    for end in _IMAGE_END.finditer(text, data.end()):
        after = text[end.end() : end.end() + 16]
        if all(byte in b"\t\n\r\0" or 32 <= byte < 127 for byte in after):
            return end.end()
    return len(text)
