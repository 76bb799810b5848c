"""Take what is said *about* a picture out of its file, and leave the picture itself as it is.

Nothing is decoded: a file is cut at its own seams and only the pieces that draw are kept. So a
photograph inside a book loses its place, camera and owner, and not one pixel.
"""

import struct
import zlib
from collections.abc import Iterator

from kodipest.engines.media.errors import Unusable

_SOI, _EOI, _SOS = 0xD8, 0xD9, 0xDA
_ALONE = {0x01, *range(0xD0, 0xD8)}  # markers without a length (ITU-T T.81, table B.1)
_DRAWING = {*range(0xC0, 0xD0), 0xDA, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF}
_APP0, _APP1, _APP2, _APP14 = 0xE0, 0xE1, 0xE2, 0xEE
_JFIF_BYTES = 14
_ADOBE_BYTES = 12
_ORIENTATION = 0x0112

_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_DRAWING = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT"}
_PNG_DRAWING |= {b"pHYs", b"bKGD", b"acTL", b"fcTL", b"fdAT", b"cICP", b"iCCP"}
_WEBP_DRAWING = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"}
_WEBP_EXIF_AND_XMP = 0x08 | 0x04
_GIF_LOOPS = {b"NETSCAPE2.0", b"ANIMEXTS1.0"}
_JP2_DRAWING = {b"jP  ", b"ftyp", b"jp2h", b"jp2c"}
_JP2_COMMENT, _JP2_FIRST_TILE = 0xFF64, 0xFF90


def bare_picture(data: bytes) -> bytes:
    """Return the picture without a word about it. Raises Unusable for a kind unknown or broken."""
    for start, bare in (
        (b"\xff\xd8", bare_jpeg),
        (_PNG_START, _bare_png),
        (b"GIF8", _bare_gif),
        (b"RIFF", _bare_webp),
    ):
        if data.startswith(start):
            return _or_damaged(bare, data)
    raise Unusable("unsupported", f"a picture that begins with {data[:8]!r}")


def _or_damaged(bare, data: bytes) -> bytes:  # type: ignore[no-untyped-def]
    try:
        return bytes(bare(data))
    except (IndexError, struct.error, ValueError) as error:
        raise Unusable("damaged", f"{bare.__name__}: {error}") from error


def bare_jpeg(data: bytes, *, keep_orientation: bool = True) -> bytes:
    """Keep tables, frames and scans, the colour profile, and which side is up.

    Raises ValueError or IndexError when the file is no JPEG.
    """
    kept = [b"\xff\xd8"]
    for marker, whole in _jpeg_pieces(data):
        body = whole[4:]
        if marker in _DRAWING:
            kept.append(whole)
        elif marker == _APP0 and body.startswith(b"JFIF\0"):
            kept.append(_jpeg_piece(_APP0, body[: _JFIF_BYTES - 2] + b"\0\0"))  # no thumbnail
        elif marker == _APP14 and body.startswith(b"Adobe"):
            kept.append(_jpeg_piece(_APP14, body[:_ADOBE_BYTES]))
        elif marker == _APP2 and body.startswith(b"ICC_PROFILE\0"):
            kept.append(whole)
        elif marker == _APP1 and body.startswith(b"Exif\0\0") and keep_orientation:
            kept.append(_only_orientation(body[6:]))
    return b"".join([*kept, b"\xff\xd9"])


def _jpeg_pieces(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each marker with its bytes, a scan with all that follows it; stop at the end mark."""
    at = 2
    while at < len(data):
        if data[at] != 0xFF:
            raise ValueError(f"no marker at {at}")
        marker = data[at + 1]
        if marker == 0xFF:  # fill
            at += 1
        elif marker == _EOI:
            return
        elif marker in _ALONE:
            at += 2
        else:
            end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
            if end > len(data) or end < at + 4:
                raise ValueError(f"a piece at {at} is longer than the file")
            if marker == _SOS:
                end = _end_of_scan(data, end)
            yield marker, data[at:end]
            at = end


def _end_of_scan(data: bytes, at: int) -> int:
    while (found := data.find(b"\xff", at)) >= 0 and found + 1 < len(data):
        if data[found + 1] not in {0x00, 0xFF, *range(0xD0, 0xD8)}:
            return found
        at = found + (1 if data[found + 1] == 0xFF else 2)
    return len(data)


def _jpeg_piece(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


def _only_orientation(tiff: bytes) -> bytes:
    """Write an EXIF of one entry (TIFF 6.0, section 2) if the old one turns the picture."""
    side = _orientation(tiff)
    if not 2 <= side <= 8:
        return b""
    entry = struct.pack(">HHIHH", _ORIENTATION, 3, 1, side, 0)
    head = b"MM\0*" + struct.pack(">IH", 8, 1)
    return _jpeg_piece(_APP1, b"Exif\0\0" + head + entry + bytes(4))


def _orientation(tiff: bytes) -> int:
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        (start,) = struct.unpack_from(order + "I", tiff, 4)
        (count,) = struct.unpack_from(order + "H", tiff, start)
        for at in range(start + 2, start + 2 + 12 * count, 12):
            tag, kind, _many, value = struct.unpack_from(order + "HHIH", tiff, at)
            if (tag, kind) == (_ORIENTATION, 3):
                return int(value)
    except struct.error:
        return 1  # broken words about a picture do not cost the picture
    return 1


def _bare_png(data: bytes) -> bytes:
    kept, at = [_PNG_START], len(_PNG_START)
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        if len(body) != length:
            raise ValueError(f"a piece at {at} is longer than the file")
        if kind == b"iCCP":  # it begins with a name that a person may have given
            body = b"ICC" + body[body.index(b"\0") :]
        if kind in _PNG_DRAWING:
            kept.append(struct.pack(">I", len(body)) + kind + body)
            kept.append(struct.pack(">I", zlib.crc32(kind + body)))
        at += 12 + length
        if kind == b"IEND":
            break
    return b"".join(kept)


def _bare_webp(data: bytes) -> bytes:
    kept, at = [], 12
    end = min(len(data), 8 + int(struct.unpack_from("<I", data, 4)[0]))
    while at + 8 <= end:
        kind, (length,) = data[at : at + 4], struct.unpack_from("<I", data, at + 4)
        body = data[at + 8 : at + 8 + length]
        if len(body) != length:
            raise ValueError(f"a piece at {at} is longer than the file")
        if kind == b"VP8X":
            body = bytes([body[0] & ~_WEBP_EXIF_AND_XMP]) + body[1:]
        if kind in _WEBP_DRAWING:
            kept.append(kind + struct.pack("<I", length) + body + bytes(length % 2))
        at += 8 + length + length % 2
    inside = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(inside)) + inside


def _bare_gif(data: bytes) -> bytes:
    """Keep frames, their timing and the loop; drop comments and the notes of programs."""
    at = 13 + _gif_table(data[10])
    kept = [data[:at]]
    while at < len(data) and data[at] != 0x3B:
        start = at
        if data[at] == 0x2C:
            at += 10 + _gif_table(data[at + 9]) + 1
            is_kept = True
        elif data[at] == 0x21:
            label, name = data[at + 1], data[at + 3 : at + 14]
            is_kept = label == 0xF9 or (label == 0xFF and name in _GIF_LOOPS)
            at += 2
        else:
            raise ValueError(f"an unknown block at {at}")
        while length := data[at]:
            at += 1 + length
        at += 1
        kept += [data[start:at]] if is_kept else []
    return b"".join([*kept, b";"])


def _gif_table(packed: int) -> int:
    """Return the bytes of the colour table that a descriptor announces."""
    return 3 * 2 ** ((packed & 7) + 1) if packed & 0x80 else 0


def bare_jpeg2000(data: bytes) -> bytes:
    """Keep the boxes that draw, and of the code stream all but its comments (T.800, annex A, I).

    Raises ValueError or IndexError when the file is no JPEG 2000.
    """
    if data.startswith(b"\xff\x4f"):
        return _without_comments(data)
    kept, at = [], 0
    while at + 8 <= len(data):
        length, start = int.from_bytes(data[at : at + 4], "big"), at + 8
        if length == 1:
            length, start = int.from_bytes(data[at + 8 : at + 16], "big"), at + 16
        end = at + length if length else len(data)
        if end < start or end > len(data):
            raise ValueError(f"a box at {at} is longer than the file")
        kind, body = data[at + 4 : at + 8], data[start:end]
        body = _without_comments(body) if kind == b"jp2c" else body
        if kind in _JP2_DRAWING:
            kept.append((len(body) + 8).to_bytes(4, "big") + kind + body)
        at = end
    if not kept:
        raise ValueError("no box that draws")
    return b"".join(kept)


def _without_comments(stream: bytes) -> bytes:
    kept, at = [stream[:2]], 2
    while (marker := int.from_bytes(stream[at : at + 2], "big")) != _JP2_FIRST_TILE:
        length = int.from_bytes(stream[at + 2 : at + 4], "big")
        if length < 2:
            raise ValueError(f"no marker at {at}")
        kept += [stream[at : at + 2 + length]] if marker != _JP2_COMMENT else []
        at += 2 + length
    return b"".join([*kept, stream[at:]])
