"""Read CMAF init segments and fragments (ISO/IEC 23000-19) and join fragments to segments."""

import struct
from dataclasses import dataclass, replace
from pathlib import Path

from kodipest.engines.media.boxes import children, find

_NON_SYNC = 0x0001_0000
_TFHD_DEFAULT_DURATION = 0x08
_TFHD_DEFAULT_FLAGS = 0x20
_TRUN_OFFSET, _TRUN_FIRST_FLAGS, _TRUN_DURATION, _TRUN_SIZE, _TRUN_FLAGS, _TRUN_SHIFT = (
    0x001,
    0x004,
    0x100,
    0x200,
    0x400,
    0x800,
)


class BrokenFragment(ValueError):
    """The encoder wrote something that is not a CMAF fragment."""


@dataclass(frozen=True, slots=True)
class Init:
    """What an init segment says: ticks per second, and the codec as RFC 6381 spells it."""

    timescale: int
    codec: str


@dataclass(frozen=True, slots=True)
class Fragment:
    """One fragment, in ticks of its track. `body` is moof and mdat, without the styp."""

    start: int
    duration: int
    is_independent: bool
    brand: bytes
    body: bytes


def read_init(path: Path) -> Init:
    """Return timescale and codec string of an init segment. Raises BrokenFragment."""
    data = path.read_bytes()
    mdhd = find(data, "moov/trak/mdia/mdhd")
    stsd = find(data, "moov/trak/mdia/minf/stbl/stsd")
    if mdhd is None or stsd is None:
        raise BrokenFragment(f"{path.name}: no track")
    (timescale,) = struct.unpack_from(">I", mdhd, 20 if mdhd[0] else 12)
    return Init(timescale, _codec(stsd))


def _codec(stsd: bytes) -> str:
    for kind, entry in children(stsd, 8):
        # The fields before the inner boxes: 78 bytes of a picture, 28 of a sound (14496-12).
        if kind == "avc1":
            avcc = dict(children(entry, 78)).get("avcC", b"")
            return f"avc1.{avcc[1:4].hex().upper()}"
        if kind == "av01":
            return _av1_codec(dict(children(entry, 78)).get("av1C", b""))
        if kind == "mp4a":
            return "mp4a.40.2"  # we ask for AAC-LC and nothing else
        if kind == "Opus":
            return "opus"
    raise BrokenFragment("no sample entry we know")


def _av1_codec(av1c: bytes) -> str:
    """Spell `av01.P.LLT.DD` (AV1 Codec ISO Media File Format Binding, section 5)."""
    if len(av1c) < 3:
        raise BrokenFragment("av01 without av1C")
    profile, level = av1c[1] >> 5, av1c[1] & 31
    is_high_tier, is_high_depth, is_twelve = (bool(av1c[2] & bit) for bit in (128, 64, 32))
    depth = (12 if is_twelve else 10) if is_high_depth else 8
    return f"av01.{profile}.{level:02d}{'H' if is_high_tier else 'M'}.{depth:02d}"


def read_fragment(path: Path) -> Fragment:
    """Return the fragment in a file of `styp`, `moof`, `mdat`. Raises BrokenFragment."""
    data = path.read_bytes()
    moof = find(data, "moof")
    traf = find(moof, "traf") if moof else None
    if traf is None:
        raise BrokenFragment(f"{path.name}: no moof/traf")
    parts = dict(children(traf))
    default_duration, default_flags = _defaults(parts.get("tfhd", b""))
    tfdt = parts.get("tfdt", b"")
    (start,) = struct.unpack_from(">Q" if tfdt[:1] == b"\x01" else ">I", tfdt, 4)
    runs = [
        _run(body, default_duration, default_flags)
        for kind, body in children(traf)
        if kind == "trun"
    ]
    duration = sum(length for length, _flags in runs)
    bodies = {name: body for name, body in children(data) if name in {"styp", "moof", "mdat"}}
    if "mdat" not in bodies or duration <= 0:
        raise BrokenFragment(f"{path.name}: no samples")
    return Fragment(
        start=start,
        duration=duration,
        is_independent=not runs[0][1] & _NON_SYNC,
        brand=_box("styp", bodies.get("styp", b"")),
        body=_box("moof", bodies["moof"]) + _box("mdat", bodies["mdat"]),
    )


def moved(fragment: Fragment, ticks: int, count: int) -> Fragment:
    """Return the fragment `ticks` later, numbered as if `count` more had gone before it.

    The numbers stand in mfhd and tfdt (ISO/IEC 14496-12, 8.8.5 and 8.8.12), always in 64 bits here.
    """
    body = bytearray(fragment.body)
    number = body.index(b"mfhd") + 8
    time = body.index(b"tfdt") + 4
    if body[time] != 1:
        raise BrokenFragment("tfdt of 32 bits")
    struct.pack_into(">I", body, number, struct.unpack_from(">I", body, number)[0] + count)
    struct.pack_into(">Q", body, time + 4, fragment.start + ticks)
    return replace(fragment, start=fragment.start + ticks, body=bytes(body))


def _defaults(tfhd: bytes) -> tuple[int, int]:
    """Return default duration and flags of the samples; the fields before them are optional."""
    flags = int.from_bytes(tfhd[1:4], "big")
    position = 8 + 8 * bool(flags & 0x01) + 4 * bool(flags & 0x02)
    values = []
    for bit in (_TFHD_DEFAULT_DURATION, 0x10, _TFHD_DEFAULT_FLAGS):
        present = bool(flags & bit)
        values.append(int.from_bytes(tfhd[position : position + 4], "big") if present else 0)
        position += 4 * present
    return values[0], values[2]


def _run(trun: bytes, default_duration: int, default_flags: int) -> tuple[int, int]:
    """Return the duration of a run of samples and the flags of its first."""
    flags = int.from_bytes(trun[1:4], "big")
    count = int.from_bytes(trun[4:8], "big")
    position = 8 + 4 * bool(flags & _TRUN_OFFSET)
    first = default_flags
    if flags & _TRUN_FIRST_FLAGS:
        first = int.from_bytes(trun[position : position + 4], "big")
        position += 4
    fields = [bit for bit in (_TRUN_DURATION, _TRUN_SIZE, _TRUN_FLAGS, _TRUN_SHIFT) if flags & bit]
    step = 4 * len(fields)
    if flags & _TRUN_FLAGS and count:
        at = position + 4 * fields.index(_TRUN_FLAGS)
        first = int.from_bytes(trun[at : at + 4], "big")
    if not flags & _TRUN_DURATION:
        return count * default_duration, first
    rows = struct.iter_unpack(f">I{step - 4}x", trun[position : position + count * step])
    return sum(row[0] for row in rows), first


def _box(kind: str, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, kind.encode()) + body
