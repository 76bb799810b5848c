"""Read what H.264 says of itself (ITU-T H.264, ISO/IEC 14496-15) without decoding a picture."""

from collections.abc import Iterator
from dataclasses import dataclass

SLICE, IDR_SLICE, SPS, PPS = 1, 5, 7, 8
# Profiles whose parameter sets speak of chroma and depth (7.3.2.1.1).
_HIGH = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135}


@dataclass(frozen=True, slots=True)
class Configuration:
    """An avcC record: how long the lengths of units are, and the parameter sets."""

    profile: int
    level: int  # times ten
    length_bytes: int
    sets: tuple[bytes, ...]

    @property
    def is_progressive(self) -> bool:
        """Say whether every picture is a whole frame, of 8 bits and 4:2:0."""
        found = [one for one in self.sets if one[0] & 31 == SPS]
        return bool(found) and all(_is_plain_frame(one) for one in found)


def read_configuration(avcc: bytes) -> Configuration | None:
    """Return what an avcC record says, or None when it is broken or speaks Annex B."""
    try:
        if avcc[0] != 1:
            return None
        sets, position = [], 5
        for mask in (31, 255):
            count, position = avcc[position] & mask, position + 1
            for _ in range(count):
                size = int.from_bytes(avcc[position : position + 2], "big")
                sets.append(avcc[position + 2 : position + 2 + size])
                position += 2 + size
        if not sets or not all(sets) or position > len(avcc):
            return None
        return Configuration(avcc[1], avcc[3], (avcc[4] & 3) + 1, tuple(sets))
    except IndexError:
        return None


def units(sample: bytes, length_bytes: int) -> Iterator[bytes]:
    """Yield the NAL units of one sample; a broken one ends it."""
    position = 0
    while position + length_bytes < len(sample):
        size = int.from_bytes(sample[position : position + length_bytes], "big")
        position += length_bytes
        if not size or position + size > len(sample):
            return
        yield sample[position : position + size]
        position += size


def _is_plain_frame(sps: bytes) -> bool:
    try:
        return _Bits(sps[1:].replace(b"\x00\x00\x03", b"\x00\x00")).says_plain_frames()
    except IndexError:
        return False


class _Bits:
    """The bits of a sequence parameter set, read from the front."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, count: int) -> int:
        value = 0
        for _ in range(count):
            value = value << 1 | self.data[self.at >> 3] >> (7 - self.at % 8) & 1
            self.at += 1
        return value

    def ue(self) -> int:
        """Read an unsigned Exp-Golomb number (9.1)."""
        zeros = 0
        while not self.take(1):
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros)

    def se(self) -> int:
        code = self.ue()
        return (code + 1) // 2 * (1 if code % 2 else -1)

    def says_plain_frames(self) -> bool:
        """Walk to frame_mbs_only_flag (7.3.2.1.1)."""
        profile = self.take(8)
        self.take(16)
        self.ue()
        is_plain = profile not in _HIGH or self._says_plain_depth()
        self.ue()
        order = self.ue()
        if order == 0:
            self.ue()
        elif order == 1:
            self.take(1)
            self.se()
            self.se()
            for _ in range(self.ue()):
                self.se()
        self.ue()
        self.take(1)
        self.ue()
        self.ue()
        return is_plain and bool(self.take(1))

    def _says_plain_depth(self) -> bool:
        chroma = self.ue()
        if chroma == 3:
            self.take(1)
        depths = self.ue(), self.ue()
        self.take(1)
        if self.take(1):  # scaling matrices: no camera writes them
            return False
        return chroma == 1 and depths == (0, 0)
