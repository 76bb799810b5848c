"""Files that people, cameras, broken disks and attackers send. Each is made here, from a seed.

A case is a name and a way to make it. `outcome` is what must become of it: "made" (prepared to the
end), a code of errors.Unusable, or "" where either is right, but nothing else.
"""

import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.engines.media import footage

LAVFI = "-f lavfi -i"
TINY = f"{LAVFI} testsrc=s=64x64:r=10:d=0.5"
TONE = f"{LAVFI} sine=f=500:d=0.5:r=48000"
ODD = 20261124


@dataclass(frozen=True)
class Case:
    name: str
    make: Callable[[], Path]
    outcome: str = ""


def encoded(name: str, arguments: str, outcome: str = "made") -> Case:
    file = name.replace("/", "-")
    return Case(name, lambda: footage.clip(file, arguments), outcome)


def written(name: str, content: bytes, outcome: str = "") -> Case:
    return Case(name, lambda: footage.written(name, content), outcome)


# What the whitelists take

PICTURES = [
    ("libx264.mp4", "-c:v libx264 -pix_fmt yuv420p"),
    ("libx264_444.mov", "-c:v libx264 -pix_fmt yuv444p"),
    ("libx264_10bit.mkv", "-c:v libx264 -pix_fmt yuv420p10le"),
    ("libx264.ts", "-c:v libx264 -pix_fmt yuv420p"),
    ("libx264.m2ts", "-c:v libx264 -pix_fmt yuv420p -f mpegts -mpegts_m2ts_mode 1"),
    ("libx264.flv", "-c:v libx264 -pix_fmt yuv420p"),
    ("libx264.avi", "-c:v libx264 -pix_fmt yuv420p"),
    ("fragmented.mp4", "-c:v libx264 -pix_fmt yuv420p -movflags frag_keyframe+empty_moov"),
    ("libx265.mp4", "-c:v libx265 -pix_fmt yuv420p -x265-params log-level=none"),
    ("libsvtav1.mp4", "-c:v libsvtav1 -preset 12 -svtav1-params lp=1 -pix_fmt yuv420p"),
    ("libvpx.webm", "-c:v libvpx -deadline realtime"),
    ("libvpx-vp9.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8"),
    ("mpeg4.avi", "-c:v mpeg4"),
    ("mpeg4.3gp", "-c:v mpeg4"),
    ("msmpeg4v2.avi", "-c:v msmpeg4v2"),
    ("msmpeg4.avi", "-c:v msmpeg4"),
    ("mpeg2video.mpg", "-c:v mpeg2video -r 25"),
    ("mpeg1video.mpg", "-c:v mpeg1video -r 25"),
    ("mpeg2video.ts", "-c:v mpeg2video -r 25"),
    ("h263.3gp", "-vf scale=128:96 -c:v h263 -r 15"),
    ("flv1.flv", "-c:v flv"),
    ("mjpeg.avi", "-c:v mjpeg -pix_fmt yuvj420p"),
    ("mjpeg.mov", "-c:v mjpeg -pix_fmt yuvj420p"),
    ("prores.mov", "-c:v prores_ks"),
    ("dnxhd.mov", "-vf scale=256:144 -c:v dnxhd -profile:v dnxhr_lb -pix_fmt yuv422p"),
    ("libtheora.ogv", "-c:v libtheora"),
    ("wmv1.wmv", "-c:v wmv1"),
    ("wmv2.wmv", "-c:v wmv2"),
    ("dvvideo.avi", "-vf scale=720:576 -r 25 -pix_fmt yuv420p -c:v dvvideo"),
    ("ffv1.mkv", "-c:v ffv1"),
    ("rawvideo.avi", "-c:v rawvideo -pix_fmt yuv420p"),
    ("rawvideo.mov", "-c:v rawvideo -pix_fmt yuyv422"),
]
SOUNDS = [
    ("aac.m4a", "-c:a aac"),
    ("aac.aac", "-c:a aac -f adts"),
    ("alac.m4a", "-c:a alac"),
    ("libmp3lame.mp3", "-c:a libmp3lame"),
    ("mp2.mp2", "-c:a mp2"),
    ("libopus.ogg", "-c:a libopus"),
    ("libopus.webm", "-c:a libopus"),
    ("libvorbis.ogg", "-c:a libvorbis"),
    ("flac.flac", "-c:a flac"),
    ("flac.ogg", "-c:a flac"),
    ("ac3.mp4", "-c:a ac3"),
    ("eac3.ts", "-c:a eac3"),
    ("amrnb.amr", "-ar 8000 -ac 1 -c:a libopencore_amrnb"),
    ("amrnb.3gp", "-ar 8000 -ac 1 -c:a libopencore_amrnb"),
    ("wmav1.wma", "-c:a wmav1"),
    ("wmav2.wma", "-c:a wmav2"),
    ("adpcm_ima_wav.wav", "-c:a adpcm_ima_wav"),
    ("adpcm_ms.wav", "-c:a adpcm_ms"),
    ("adpcm_ima_qt.mov", "-c:a adpcm_ima_qt"),
    ("pcm_u8.wav", "-c:a pcm_u8"),
    ("pcm_s24le.wav", "-c:a pcm_s24le"),
    ("pcm_f64le.wav", "-c:a pcm_f64le"),
    ("pcm_alaw.wav", "-c:a pcm_alaw"),
    ("pcm_s16be.aiff", "-c:a pcm_s16be"),
    ("pcm_f32be.caf", "-c:a pcm_f32be"),
    ("pcm_mulaw.caf", "-c:a pcm_mulaw"),
    ("surround.wav", "-af pan=7.1|c0=c0|c1=c0|c2=c0|c3=c0|c4=c0|c5=c0|c6=c0|c7=c0"),
]
# What real programs write and we do not take: a person hears "this kind", a program a code.
REFUSED = [
    ("libvvenc.mp4", "-c:v libvvenc -preset faster", "unsupported"),
    ("cinepak.mov", "-c:v cinepak", "unsupported"),
    ("snow.avi", "-c:v snow", "unsupported"),
    ("huffyuv.avi", "-c:v huffyuv", "unsupported"),
    ("png.mov", "-c:v png", "unsupported"),
    ("jpeg2000.mkv", "-c:v jpeg2000", "unsupported"),
    ("zmbv.avi", "-c:v zmbv", "unsupported"),
    ("svq1.mov", "-c:v svq1", "unsupported"),
    ("rv20.rm", "-vf scale=128:96 -c:v rv20", "unsupported"),
    ("roq.roq", "-r 30 -c:v roqvideo", "not_media"),
    ("mpeg4.nut", "-c:v mpeg4", "not_media"),
    ("mpeg2.mxf", "-r 25 -c:v mpeg2video", "not_media"),
    ("raw.y4m", "-pix_fmt yuv420p", "not_media"),
    ("raw.h264", "-c:v libx264 -pix_fmt yuv420p -f h264", "unsupported"),
    ("vp8.ivf", "-c:v libvpx -deadline realtime", "not_media"),
    ("mpeg4.swf", "-vf fps=10 -c:v flv", "unsupported"),
    ("one.bmp", "-frames:v 1", "unsupported"),
    ("one.tiff", "-frames:v 1", "unsupported"),
]
REFUSED_SOUNDS = [
    ("truehd.mkv", "-strict -2 -c:a truehd", "unsupported"),
    ("dts.mkv", "-strict -2 -c:a dca", "unsupported"),
    ("wavpack.wv", "-c:a wavpack", "not_media"),
    ("tta.tta", "-c:a tta", "not_media"),
    ("pcm.au", "-c:a pcm_s16be", "not_media"),
    ("pcm.w64", "-c:a pcm_s16le", "not_media"),
    ("bare.ac3", "-c:a ac3", "not_media"),
]


def kinds() -> Iterator[Case]:
    for name, words in PICTURES:
        rate = words if " -r " in words else f"{words} -r 10"
        yield encoded(f"picture-{name}", f"{TINY} {rate}")
    for name, words in SOUNDS:
        yield encoded(f"sound-{name}", f"{TONE} {words}")
    for name, words, code in REFUSED:
        yield encoded(f"refused-{name}", f"{TINY} {words}", code)
    for name, words, code in REFUSED_SOUNDS:
        yield encoded(f"refused-{name}", f"{TONE} {words}", code)


# Odd shapes

H264 = "-c:v libx264 -preset ultrafast -pix_fmt yuv420p"
FFV1 = "-c:v ffv1"
BT2100 = "-color_trc smpte2084 -color_primaries bt2020 -colorspace bt2020nc"


def shapes() -> Iterator[Case]:
    for size, codec, outcome in [
        ("16x16", H264, "made"),
        ("17x19", FFV1, "made"),
        ("15x64", FFV1, "unsupported"),
        ("2x2", FFV1, "unsupported"),
        ("1x1", FFV1, "unsupported"),
        ("2048x16", FFV1, "made"),
        ("16x2048", FFV1, "made"),
        ("8194x16", FFV1, "too_large"),
        ("16x16000", FFV1, "too_large"),
        ("12000x12000", "-c:v libx264 -preset ultrafast -crf 51", "too_large"),
    ]:
        source = f"{LAVFI} color=teal:s={size}:r=10:d=0.2"
        yield encoded(f"shape-{size}.mkv", f"{source} {codec}", outcome)
    for name, words, outcome in [
        ("pixel-1-100.mkv", f"{TINY} -vf setsar=1/100 {FFV1}", ""),
        ("pixel-100-1.mkv", f"{TINY} -vf setsar=100 {FFV1}", ""),
        ("rate-1000.mkv", f"{LAVFI} testsrc=s=64x64:r=1000:d=0.2 {FFV1}", "made"),
        ("rate-third.mp4", f"{LAVFI} testsrc=s=64x64:r=1/3:d=9 {H264}", "made"),
        ("one-frame.mp4", f"{TINY} -frames:v 1 {H264}", "made"),
        ("one-frame-and-song.mp4", f"{TINY} {TONE} -frames:v 1 -c:a aac {H264}", "made"),
        ("no-time.wav", f"{TONE} -t 0.01 -c:a pcm_s16le", "no_duration"),
        ("grey.mkv", f"{TINY} {FFV1} -pix_fmt gray", "made"),
        ("sixteen-bit.mkv", f"{TINY} {FFV1} -pix_fmt yuv420p16le", "made"),
        ("see-through.mkv", f"{TINY} {FFV1} -pix_fmt yuva420p", "made"),
        (
            "hdr.mkv",
            f"{TINY} {FFV1} -pix_fmt yuv420p10le {BT2100}",
            "made",
        ),
        ("interlaced.mkv", f"{TINY} -vf tinterlace=4,setfield=tff {FFV1}", "made"),
        (
            "late-start.ts",
            f"{TINY} {TONE} -output_ts_offset 90000 -c:a mp2 -c:v mpeg2video -r 25",
            "made",
        ),
        ("sound-much-longer.mp4", f"{TINY} {LAVFI} sine=d=3 -c:a aac {H264}", "made"),
        ("sound-much-later.mkv", f"{TINY} -itsoffset 2 {TONE} -c:a aac {FFV1}", "made"),
        ("eight-hertz.wav", f"{LAVFI} sine=d=1:r=8 -c:a pcm_s16le", ""),
        ("many-hertz.wav", f"{LAVFI} sine=d=0.5:r=384000 -c:a pcm_s16le", "made"),
        ("many-streams.mkv", f"{TONE} {'-map 0 ' * 60} -c:a pcm_s16le", "made"),
    ]:
        yield encoded(f"shape-{name}", words, outcome)


# Damage

SOURCES = [
    ("film.mp4", f"{LAVFI} testsrc=s=96x64:r=10:d=1.5 {LAVFI} sine=d=1.5 {H264} -c:a aac"),
    ("film.mkv", f"{LAVFI} testsrc=s=96x64:r=10:d=1.5 {LAVFI} sine=d=1.5 {H264} -c:a libvorbis"),
    ("film.avi", f"{LAVFI} testsrc=s=96x64:r=10:d=1.5 {LAVFI} sine=d=1.5 -c:v mpeg4 -c:a mp2"),
    ("film.ts", f"{LAVFI} testsrc=s=96x64:r=10:d=1.5 {LAVFI} sine=d=1.5 {H264} -c:a aac"),
    ("film.webm", f"{LAVFI} testsrc=s=96x64:r=10:d=1.5 -c:v libvpx -deadline realtime"),
    (
        "film.ogv",
        f"{LAVFI} testsrc=s=96x64:r=10:d=1.5 {LAVFI} sine=d=1.5 -c:v libtheora -c:a libvorbis",
    ),
    (
        "film.flv",
        f"{LAVFI} testsrc=s=96x64:r=10:d=1.5 {LAVFI} sine=d=1.5 -c:v flv -c:a libmp3lame -ar 44100",
    ),
    ("film.wmv", f"{LAVFI} testsrc=s=96x64:r=10:d=1.5 {LAVFI} sine=d=1.5 -c:v wmv2 -c:a wmav2"),
    ("film.mpg", f"{LAVFI} testsrc=s=96x64:r=25:d=1.5 {LAVFI} sine=d=1.5 -c:v mpeg2video -c:a mp2"),
    ("song.mp3", f"{LAVFI} sine=d=1.5 -c:a libmp3lame"),
    ("song.flac", f"{LAVFI} sine=d=1.5 -c:a flac"),
    ("song.ogg", f"{LAVFI} sine=d=1.5 -c:a libopus"),
    ("song.wav", f"{LAVFI} sine=d=1.5 -c:a pcm_s16le"),
    ("song.m4a", f"{LAVFI} sine=d=1.5 -c:a aac"),
    ("song.caf", f"{LAVFI} sine=d=1.5 -c:a alac"),
    ("photo.jpg", f"{LAVFI} testsrc=s=96x64 -frames:v 1"),
    ("photo.png", f"{LAVFI} testsrc=s=96x64 -frames:v 1"),
    ("photo.webp", f"{LAVFI} testsrc=s=96x64 -frames:v 1 -c:v libwebp"),
    ("photo.gif", f"{LAVFI} testsrc=s=96x64:d=0.3:r=10"),
    ("photo.avif", f"{LAVFI} testsrc=s=96x64 -frames:v 1 -c:v libsvtav1 -svtav1-params lp=1"),
]


def damaged(rounds: int) -> Iterator[Case]:
    """Each source with holes anywhere, with a fuzzed head, with bits turned, and cut short."""
    for turn in range(rounds):
        for number, (name, arguments) in enumerate(SOURCES):
            way = WAYS[(turn + number) % len(WAYS)]
            yield Case(
                f"damage-{turn}-{way.__name__}-{name}",
                lambda name=name, arguments=arguments, way=way, turn=turn: footage.written(
                    f"{turn}-{way.__name__}-{name}",
                    way(
                        footage.clip(name, arguments).read_bytes(),
                        random.Random(f"{ODD}{turn}{name}"),
                    ),
                ),
            )


def holed(data: bytes, chance: random.Random) -> bytes:
    """Overwrite three stretches with noise, as a broken disk does; the first bytes stay."""
    torn = bytearray(data)
    for _ in range(3):
        start = chance.randrange(64, max(65, len(torn)))
        length = min(chance.randrange(1, 400), len(torn) - start)
        torn[start : start + length] = chance.randbytes(length)
    return bytes(torn)


def fuzzed(data: bytes, chance: random.Random) -> bytes:
    """Change a dozen bytes of the head, after what it is known by."""
    torn = bytearray(data)
    for _ in range(12):
        torn[chance.randrange(12, min(len(torn), 700))] = chance.choice(
            [0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)]
        )
    return bytes(torn)


def turned(data: bytes, chance: random.Random) -> bytes:
    """Turn single bits everywhere, one in two thousand bytes."""
    torn = bytearray(data)
    for _ in range(max(3, len(torn) // 2000)):
        torn[chance.randrange(16, len(torn))] ^= 1 << chance.randrange(8)
    return bytes(torn)


def shortened(data: bytes, chance: random.Random) -> bytes:
    """Keep the beginning only, as a broken line does."""
    return data[: max(16, int(len(data) * chance.uniform(0.02, 0.98)))]


WAYS = (holed, fuzzed, turned, shortened)


# Malice


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
