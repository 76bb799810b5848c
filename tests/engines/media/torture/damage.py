"""Damage as broken disks and broken lines leave it."""

import random
from collections.abc import Iterator

from tests.engines.media import footage
from tests.engines.media.torture.cases import H264, LAVFI, ODD, Case

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
