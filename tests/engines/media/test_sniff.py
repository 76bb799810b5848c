import pytest

from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.sniff import sniff

from . import footage


@pytest.mark.parametrize(
    ("head", "container", "mime"),
    [
        (b"\x00\x00\x00\x18ftypisom", "mp4", "video/mp4"),
        (b"\x00\x00\x00\x14ftypqt  ", "mp4", "video/quicktime"),
        (b"\x00\x00\x00\x08wide", "mp4", "video/quicktime"),
        (b"\x1a\x45\xdf\xa3\x93\x42\x82\x88matroska", "matroska", "video/x-matroska"),
        (b"\x1a\x45\xdf\xa3\x93\x42\x82\x84webm", "matroska", "video/webm"),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "avi", "video/x-msvideo"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "wav", "audio/wav"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "webp", "image/webp"),
        (b"FORM\x00\x00\x00\x00AIFFCOMM", "aiff", "audio/aiff"),
        ((b"\x47" + bytes(187)) * 4, "mpegts", "video/mp2t"),
        (bytes(4) + (b"\x47" + bytes(191)) * 4, "mpegts", "video/mp2t"),
        (b"ID3\x04\x00", "mp3", "audio/mpeg"),
        (b"\xff\xfb\x90\x64", "mp3", "audio/mpeg"),
        (b"\xff\xf1\x50\x80", "aac", "audio/aac"),
        (b"\xff\xd8\xff\xe0", "jpeg", "image/jpeg"),
        (b"\x00\x00\x00\x1cftypavif", "avif", "image/avif"),
        (b"%PDF-1.7\n", "pdf", "application/pdf"),
        (b"\n\n%PDF-1.4\n", "pdf", "application/pdf"),
        (
            b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/epub+zip",
            "epub",
            "application/epub+zip",
        ),
    ],
)
def test_first_bytes_tell_what_a_file_is(head: bytes, container: str, mime: str) -> None:
    found = sniff(footage.written("sniffed", head))

    assert (found.container, found.mime) == (container, mime)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"#EXTM3U\n#EXTINF:4,\n/etc/hostname\n", "disguised"),
        (b"\xef\xbb\xbf\r\n #EXTM3U\nx", "disguised"),
        (b"ffconcat version 1.0\nfile '/etc/hostname'\n", "disguised"),
        (b";FFMETADATA1\ntitle=x\n", "disguised"),
        (b'<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash">', "disguised"),
        (b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n", "disguised"),
        (b"Catatan rapat santri.\n", "not_media"),
        (b"\x7fELF\x02\x01", "not_media"),
        (b"\x00" * 100, "not_media"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">', "unsupported"),
        (b"BM\x00\x00", "unsupported"),
        (b"II*\x00", "unsupported"),
        (b"\xff\xff\xff\xff", "not_media"),
    ],
)
def test_what_is_no_media_says_why(content: bytes, code: str) -> None:
    with pytest.raises(Unusable) as refused:
        sniff(footage.written("refused.mp4", content))

    assert refused.value.code == code
    assert refused.value.detail
