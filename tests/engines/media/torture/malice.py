"""Malice: files that pretend, lie, burst or lead elsewhere."""

import random
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from tests.engines.media import footage
from tests.engines.media.torture.cases import H264, ODD, TINY, TONE, Case, written


def malice() -> Iterator[Case]:
    for name, text in [
        (
            "hls.mp4",
            b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n/etc/hostname\n#EXT-X-ENDLIST\n",
        ),
        ("hls-bom.mp4", b"\xef\xbb\xbf#EXTM3U\nfile:///etc/passwd\n"),
        ("concat.mkv", b"ffconcat version 1.0\nfile /etc/hostname\n"),
        ("metadata.mp4", b";FFMETADATA1\ntitle=x\n"),
        ("dash.mp4", b"<?xml version='1.0'?><MPD><BaseURL>file:///etc/</BaseURL></MPD>"),
        ("smooth.mp4", b"<SmoothStreamingMedia Duration='1'/>"),
        ("session.mp4", b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=video 1 RTP/AVP 96\r\n"),
        ("list.mp3", b"[playlist]\nFile1=/etc/hostname\n"),
        ("reference.asf", b"[Reference]\nRef1=http://127.0.0.1/\n"),
    ]:
        yield written(f"malice-{name}", text, "disguised")
    yield written("malice-drawing.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unsupported")
    yield written("malice-page.mp4", b"<!doctype html><script>alert(1)</script>", "not_media")
    yield written("malice-program.mp4", b"\x7fELF" + bytes(400), "not_media")
    yield written("malice-empty.mp4", b"", "empty")
    yield written("malice-zeros.mp4", bytes(4096), "not_media")
    yield written("malice-noise.mp4", random.Random(ODD).randbytes(4096), "not_media")
    yield written("malice-only-ftyp.mp4", box(b"ftyp", b"isom\0\0\0\0isom"), "damaged")
    yield written(
        "malice-huge-box.mp4",
        box(b"ftyp", b"isom\0\0\0\0") + struct.pack(">I4sQ", 1, b"moov", 2**63 - 1),
        "damaged",
    )
    yield written("malice-nested.mp4", nested(4000), "damaged")
    yield written(
        "malice-webm-only-head.webm", bytes.fromhex("1a45dfa3") + b"\x01" + b"\xff" * 7, "damaged"
    )
    yield written("malice-wav-4-gigabytes.wav", wav(0xFFFFFFF0), "")
    yield written("malice-wav-nothing.wav", wav(0), "")
    yield written("malice-bomb.png", png(60_000, 60_000), "too_large")
    yield written("malice-bomb-wide.png", png(2**31 - 1, 1), "")
    yield written(
        "malice-bomb.gif",
        b"GIF89a"
        + struct.pack("<HH", 65535, 65535)
        + b"\x80\0\0"
        + bytes(6)
        + b",\0\0\0\0\xff\xff\xff\xff\0\2\0;",
        "too_large",
    )
    yield written(
        "malice-bomb.jpg", bytes.fromhex("ffd8ffc0001108fffffffe03012200021101031101ffd9"), ""
    )
    yield Case("malice-bomb.epub", lambda: epub(files=1, size=60_000_000), "")
    yield Case("malice-many.epub", lambda: epub(files=3000, size=10), "")
    yield written("malice-nothing.pdf", b"%PDF-1.7\n%%EOF", "damaged")
    yield written(
        "malice-endless.pdf", b"%PDF-1.7\n" + b"1 0 obj<</A 1 0 R>>endobj\n" * 2000, "damaged"
    )
    yield Case("malice-year-long.mp4", lambda: lying("year-long.mp4", b"mdhd", 16, 0xFFFFFFFF), "")
    yield Case("malice-no-clock.mp4", lambda: lying("no-clock.mp4", b"mdhd", 12, 0), "")
    yield Case(
        "malice-many-samples.mp4", lambda: lying("many-samples.mp4", b"stsz", 8, 0x7FFFFFFF), ""
    )
    yield Case(
        "malice-endless-edit.mp4", lambda: lying("endless-edit.mp4", b"elst", 8, 0x7FFFFFFF), ""
    )
    yield Case(
        "malice-wide-track.mp4", lambda: lying("wide-track.mp4", b"avc1", 24, 0xFFFFFFFF), ""
    )
    yield Case("malice-elsewhere.mov", elsewhere, "")


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, kind) + body


def nested(depth: int) -> bytes:
    inner = b""
    for _ in range(depth):
        inner = box(b"moov", inner)
    return box(b"ftyp", b"isom\0\0\0\0isom") + inner


def wav(claimed: int) -> bytes:
    form = struct.pack("<HHIIHH", 1, 2, 48_000, 192_000, 4, 16)
    head = b"RIFF" + struct.pack("<I", claimed) + b"WAVEfmt " + struct.pack("<I", 16) + form
    return head + b"data" + struct.pack("<I", claimed) + bytes(2000)


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + head
        + chunk(b"IDAT", zlib.compress(bytes(10**6)))
        + chunk(b"IEND", b"")
    )


def epub(*, files: int, size: int) -> Path:
    path = footage.written(f"bomb-{files}.epub", b"")
    with zipfile.ZipFile(path, "w") as book:
        book.writestr("mimetype", "application/epub+zip")
        for number in range(files):
            book.writestr(f"{number}.xhtml", bytes(size), zipfile.ZIP_DEFLATED)
    return path


def lying(name: str, kind: bytes, offset: int, value: int) -> Path:
    """Write a 32-bit `value` at `offset` into the first box `kind` of a good film."""
    data = bytearray(footage.clip("liar.mp4", f"{TINY} {TONE} {H264} -c:a aac").read_bytes())
    at = data.index(kind) + 4 + offset
    data[at : at + 4] = struct.pack(">I", value)
    return footage.written(name, bytes(data))


def elsewhere() -> Path:
    """A QuickTime film whose samples lie in another file (a data reference that is not here)."""
    data = bytearray(footage.clip("refers.mov", f"{TINY} {H264}").read_bytes())
    at = data.index(b"url ")
    data[at + 4 : at + 8] = bytes(4)  # not self-contained
    return footage.written("elsewhere.mov", bytes(data))
