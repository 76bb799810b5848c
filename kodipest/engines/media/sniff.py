"""Tell what a file is from its first bytes. Its name is never asked."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kodipest.engines.media.errors import Unusable

Family = Literal["stream", "image", "document"]

HEAD_BYTES = 64 * 1024
TS_PACKET = 188
M2TS_PACKET = 192

# The ways a small text makes ffmpeg open other files (RELIABILITY.md, first trap).
_REFERRERS: tuple[bytes, ...] = (
    b"#EXTM3U",
    b"ffconcat version",
    b";FFMETADATA",
    b"<MPD",
    b"<SmoothStreamingMedia",
)
_REFERRERS += (b"v=0\r\n", b"v=0\n", b"[playlist]", b"[Reference]", b"<ASX", b"<asx")

_ISO_BOXES = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp", b"moof"}
_HEIC_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")


@dataclass(frozen=True, slots=True)
class Sniffed:
    """The family decides who looks closer; `container` is a key of whitelists.DEMUXERS."""

    family: Family
    container: str
    mime: str


_PREFIXES: tuple[tuple[bytes, Sniffed], ...] = (
    (b"FLV\x01", Sniffed("stream", "flv", "video/x-flv")),
    (_ASF, Sniffed("stream", "asf", "video/x-ms-asf")),
    (b"\x00\x00\x01\xba", Sniffed("stream", "mpeg", "video/mpeg")),
    (b"OggS", Sniffed("stream", "ogg", "application/ogg")),
    (b"fLaC", Sniffed("stream", "flac", "audio/flac")),
    (b"ID3", Sniffed("stream", "mp3", "audio/mpeg")),
    (b"#!AMR", Sniffed("stream", "amr", "audio/amr")),
    (b"caff", Sniffed("stream", "caf", "audio/x-caf")),
    (b"\xff\xd8\xff", Sniffed("image", "jpeg", "image/jpeg")),
    (b"\x89PNG\r\n\x1a\n", Sniffed("image", "png", "image/png")),
    (b"GIF87a", Sniffed("image", "gif", "image/gif")),
    (b"GIF89a", Sniffed("image", "gif", "image/gif")),
)

_RIFF = {
    b"AVI ": Sniffed("stream", "avi", "video/x-msvideo"),
    b"WAVE": Sniffed("stream", "wav", "audio/wav"),
    b"WEBP": Sniffed("image", "webp", "image/webp"),
}

# Real media we do not take: told apart so that the person hears "this kind", not "not media".
_UNSUPPORTED = {
    b"BM": "a BMP picture",
    b"II*\x00": "a TIFF picture",
    b"MM\x00*": "a TIFF picture",
    b"8BPS": "a Photoshop picture",
    b"MThd": "a MIDI file",
    b"\x00\x00\x01\xb3": "a bare MPEG stream",
    b"\x00\x00\x00\x01": "a bare H.264 or H.265 stream",
    b"FWS": "a Flash program",
    b"CWS": "a Flash program",
    b".RMF": "a RealMedia file",
}


def sniff(path: Path) -> Sniffed:
    """Return family, container and type of the file at `path`.

    Raises Unusable with `empty`, `disguised`, `not_media` or `unsupported`.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        raise Unusable("empty", "0 bytes")
    found = (
        _by_prefix(head) or _riff(head) or _iso(head) or _ebml(head) or _paper(head) or _sync(head)
    )
    if found:
        return found
    raise _refuse(head)


def _by_prefix(head: bytes) -> Sniffed | None:
    return next((found for prefix, found in _PREFIXES if head.startswith(prefix)), None)


def _riff(head: bytes) -> Sniffed | None:
    if head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC"}:
        return Sniffed("stream", "aiff", "audio/aiff")
    return _RIFF.get(head[8:12]) if head[:4] in {b"RIFF", b"RF64"} else None


def _iso(head: bytes) -> Sniffed | None:
    if head[4:8] not in _ISO_BOXES:
        return None
    brand = head[8:12] if head[4:8] == b"ftyp" else b""
    if brand in _AVIF_BRANDS:
        return Sniffed("image", "avif", "image/avif")
    if brand in _HEIC_BRANDS:
        return Sniffed("image", "heic", "image/heic")
    quicktime = brand in {b"qt  ", b""}
    return Sniffed("stream", "mp4", "video/quicktime" if quicktime else "video/mp4")


def _ebml(head: bytes) -> Sniffed | None:
    if not head.startswith(b"\x1a\x45\xdf\xa3"):
        return None
    webm = b"webm" in head[:64]
    return Sniffed("stream", "matroska", "video/webm" if webm else "video/x-matroska")


def _paper(head: bytes) -> Sniffed | None:
    if b"%PDF-" in head[:1024]:
        return Sniffed("document", "pdf", "application/pdf")
    if head.startswith(b"PK\x03\x04"):
        # EPUB 3.3, OCF 4.2: the first member is `mimetype`, stored, so it is readable here.
        if head[30:38] == b"mimetype" and head[38:58] == b"application/epub+zip":
            return Sniffed("document", "epub", "application/epub+zip")
        # A comic is a zip of pictures and nothing else tells it; cbz.py looks at its members.
        return Sniffed("document", "cbz", "application/vnd.comicbook+zip")
    return None


def _sync(head: bytes) -> Sniffed | None:
    """Recognise streams that have no header, only a rhythm."""
    if _beats(head, 0, TS_PACKET) or _beats(head, 4, M2TS_PACKET):
        return Sniffed("stream", "mpegts", "video/mp2t")
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    if head[1] & 0xF6 == 0xF0:
        return Sniffed("stream", "aac", "audio/aac")
    version, layer, rate = head[1] >> 3 & 3, head[1] >> 1 & 3, head[2] >> 4
    is_frame = version != 1 and layer != 0 and rate not in {0, 15}
    return Sniffed("stream", "mp3", "audio/mpeg") if is_frame else None


def _beats(head: bytes, offset: int, step: int) -> bool:
    marks = head[offset : offset + 5 * step : step]
    return len(marks) >= 3 and set(marks) == {0x47}


def _refuse(head: bytes) -> Unusable:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(_REFERRERS) or b"<MPD" in text[:1024]:
        return Unusable("disguised", f"a list that points to other files: {head[:40]!r}")
    if b"<svg" in text[:4096]:
        return Unusable("unsupported", "an SVG drawing can carry a script")
    for prefix, what in _UNSUPPORTED.items():
        if head.startswith(prefix):
            return Unusable("unsupported", what)
    return Unusable("not_media", f"begins with {head[:16]!r}")
