"""Tell whether two films show or sound the same, or two pictures, although no byte of them is equal.

Pictures: a difference hash of 128 bits (library `dhash`) of each frame of the storyboard. A frame
encoded again differs in 0 to 6 bits, another picture in about 50. Sound: the Chromaprint of its
first two minutes, eight words of 32 bits per second. To find candidates among a hundred thousand
films a few *marks* of each are kept under an index: quarters of hashes, words of the sound. A film
is looked up by all its marks, so that one moved or cut at the beginning is found as well.
"""

import base64
import sys
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Self

import dhash
from PIL import Image, ImageStat

HASH_SIDE = 8
HASH_BITS = 2 * HASH_SIDE * HASH_SIDE
SAME_FRAME_BITS = 14
SAME_PICTURE_BITS = 8  # stricter: there is only one, and posters of one series have one layout
PLAIN_BELOW = 6.0  # standard deviation of grey: a fade, a white wall, a title on nothing
MARK_BITS = 32
MARKED_FRAMES = 8
MARKED_WORDS = 16
WORDS_PER_SECOND = 8  # Chromaprint 1: 11,025 Hz, a step of 4096/3 samples
SOUND_SECONDS = 120
MIN_FRAMES = 2  # a single picture with a voice is a format of its own, not a copy
MIN_SHARE = 0.5
MIN_OVERLAP = 10 * WORDS_PER_SECOND
SAME_SOUND_BITS = 6.0  # of 32, on average; two different songs differ in 13 to 16
MIN_WORDS = 12  # different ones: silence and a single tone have two or three
_SOUND_KIND = 7 << MARK_BITS
_PICTURE_KIND = 16
_PART_BITS = -(-HASH_BITS // (SAME_PICTURE_BITS + 1))


class SameSound(NamedTuple):
    """Where the sound of another film is heard in this one, in seconds, and how alike, 0 to 1."""

    start: float
    end: float
    alike: float


@dataclass(frozen=True, slots=True)
class Likeness:
    """What is kept of a film to know it again: nobody can see or hear it from this.

    That of a picture has one frame, or none when the picture is plain. A film is never like it.
    """

    frames: tuple[int, ...] = ()
    sound: tuple[int, ...] = ()
    is_picture: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return what JSON can carry: hashes in hexadecimal, sound words in base64."""
        words = array("I", self.sound)
        if sys.byteorder == "big":
            words.byteswap()
        told = {
            "frames": [f"{frame:032x}" for frame in self.frames],
            "sound": base64.b64encode(words.tobytes()).decode(),
        }
        return told | ({"is_picture": True} if self.is_picture else {})

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        """Rebuild it from JSON."""
        data = base64.b64decode(stored.get("sound", ""))
        frames = tuple(int(frame, 16) for frame in stored.get("frames", []))
        return cls(frames, _words(data), bool(stored.get("is_picture")))

    def own_marks(self) -> set[int]:
        """Return the few marks to keep under an index."""
        if self.is_picture:
            return _picture_marks(self.frames)
        frames = _spread(self.frames, MARKED_FRAMES)
        return _frame_marks(frames) | _sound_marks(_spread(self._telling_words(), MARKED_WORDS))

    def all_marks(self) -> set[int]:
        """Return all marks, to look for others by."""
        if self.is_picture:
            return _picture_marks(self.frames)
        return _frame_marks(self.frames) | _sound_marks(self._telling_words())

    def _telling_words(self) -> list[int]:
        """Leave out what lasts: silence and held tones give the same word again and again."""
        often = Counter(self.sound)
        if len(often) < MIN_WORDS:
            return []
        return [word for word in dict.fromkeys(self.sound) if often[word] <= WORDS_PER_SECOND]


def frames_in(shots: Sequence[Path]) -> tuple[int, ...]:
    """Hash JPEG frames, in their order; plain ones and repetitions are left out."""
    hashes = list[int]()
    for shot in shots:
        with Image.open(shot, formats=["JPEG"]) as opened:
            grey = opened.convert("L")
        if ImageStat.Stat(grey).stddev[0] < PLAIN_BELOW:
            continue
        side = HASH_SIDE + 1
        small = grey.resize((side, side), Image.Resampling.LANCZOS)
        found = int(dhash.dhash_int(list(small.tobytes()), size=HASH_SIDE))
        if not any(is_same_frame(found, known) for known in hashes):
            hashes.append(found)
    return tuple(hashes)


def sound_in(print_file: Path) -> tuple[int, ...]:
    """Read a raw Chromaprint as ffmpeg writes it: words of 32 bits in the order of this machine."""
    data = print_file.read_bytes() if print_file.exists() else b""
    words = array("I")
    words.frombytes(data[: len(data) // 4 * 4])
    return tuple(words)


def is_same_frame(one: int, other: int) -> bool:
    """Say whether two hashes come from the same picture."""
    return (one ^ other).bit_count() <= SAME_FRAME_BITS


def same_frames(one: Likeness, other: Likeness) -> float:
    """Return the share of the frames of `one` that are found in `other`; 0 below what counts."""
    if one.is_picture or other.is_picture:
        return float(_is_same_picture(one, other))
    if len(one.frames) < MIN_FRAMES:
        return 0.0
    found = sum(any(is_same_frame(mine, theirs) for theirs in other.frames) for mine in one.frames)
    share = found / len(one.frames)
    return round(share, 2) if found >= MIN_FRAMES and share >= MIN_SHARE else 0.0


def _is_same_picture(one: Likeness, other: Likeness) -> bool:
    if not (one.is_picture and other.is_picture and one.frames and other.frames):
        return False
    return (one.frames[0] ^ other.frames[0]).bit_count() <= SAME_PICTURE_BITS


def same_sound(one: Likeness, other: Likeness) -> SameSound | None:
    """Return where the sound of `other` is heard in `one`, moved by any time; None if nowhere."""
    places: dict[int, list[int]] = {}
    for index, word in enumerate(other.sound):
        places.setdefault(word, []).append(index)
    telling = set(one._telling_words())  # noqa: SLF001 - of the same module
    shifts = Counter(
        index - there
        for index, word in enumerate(one.sound)
        if word in telling
        for there in places.get(word, ())
    )
    for shift, _count in shifts.most_common(3):
        if found := _compare(one.sound, other.sound, shift):
            return found
    return None


def _compare(one: Sequence[int], other: Sequence[int], shift: int) -> SameSound | None:
    start, end = max(0, shift), min(len(one), len(other) + shift)
    if end - start < MIN_OVERLAP:
        return None
    bits = [(one[i] ^ other[i - shift]).bit_count() for i in range(start, end)]
    mean = sum(bits) / len(bits)
    if mean > SAME_SOUND_BITS:
        return None
    seconds = start / WORDS_PER_SECOND, end / WORDS_PER_SECOND
    return SameSound(*seconds, alike=round(1 - mean / (MARK_BITS / 2), 2))


def _words(data: bytes) -> tuple[int, ...]:
    words = array("I")
    words.frombytes(data)
    if sys.byteorder == "big":
        words.byteswap()
    return tuple(words)


def _frame_marks(frames: Sequence[int]) -> set[int]:
    """Cut each hash into four quarters; each is marked with its place, so that only likes meet."""
    quarter = (1 << MARK_BITS) - 1
    return {
        place << MARK_BITS | frame >> place * MARK_BITS & quarter
        for frame in frames
        for place in range(HASH_BITS // MARK_BITS)
    }


def _picture_marks(frames: Sequence[int]) -> set[int]:
    """Cut the hash of a picture into one part more than bits may differ: one part is always equal."""
    part = (1 << _PART_BITS) - 1
    return {
        _PICTURE_KIND + place << MARK_BITS | frame >> place * _PART_BITS & part
        for frame in frames
        for place in range(SAME_PICTURE_BITS + 1)
    }


def _sound_marks(words: Sequence[int]) -> set[int]:
    return {_SOUND_KIND | word for word in words}


def _spread(values: Sequence[int], count: int) -> list[int]:
    """Take `count` of the values, evenly over their whole length."""
    if len(values) <= count:
        return list(values)
    return [values[(2 * index + 1) * len(values) // (2 * count)] for index in range(count)]
