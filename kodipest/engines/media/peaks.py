"""How loud a sound is along its length: a few figures from which a page draws a wave."""

from array import array
from collections.abc import Iterator
from pathlib import Path

PEAKS_FILE = "peaks.s8"  # scratch, in the encoder's folder
PEAKS = 160  # as many strokes as a phone can show apart
RATE = 4000
# What the encoder writes for us: one channel, a byte a sample, 4 kB for each second.
FILTERS = f"aresample={RATE},aformat=channel_layouts=mono:sample_fmts=s16"
WORDS = ["-c:a", "pcm_s8", "-f", "s8"]
_MOMENT = RATE // 20  # an ear hears the loudest of 50 ms


def read_peaks(path: Path, count: int = PEAKS) -> list[int]:
    """Return `count` figures from 0 to 100, the loudest part being 100; silence is all zeros.

    Each figure is the mean of the loudest samples of its moments: in a sound of an hour the single
    loudest sample of a stretch would draw one even block.
    """
    samples = path.stat().st_size
    if not samples:
        return [0] * count
    levels = [_level(part) for part in _parts(path, samples, count)]
    loudest = max(levels)
    return [round(100 * level / loudest) if loudest else 0 for level in levels]


def _parts(path: Path, samples: int, count: int) -> Iterator["array[int]"]:
    with path.open("rb") as file:
        for number in range(count):
            start, end = number * samples // count, (number + 1) * samples // count
            file.seek(start)
            yield array("b", file.read(max(end - start, 1)))


def _level(part: "array[int]") -> float:
    moments = [part[at : at + _MOMENT] for at in range(0, len(part), _MOMENT)]
    highest, lowest = map(max, moments), map(min, moments)
    both = zip(highest, lowest, strict=True)
    return sum(max(high, -low) for high, low in both) / len(moments)
