"""How an original is to be prepared: decided from its probe alone, so it can be fingerprinted."""

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from fractions import Fraction

from kodipest.engines.media.facts import Kind, Probe

PRESETS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow")
DEFAULT_PRESET = "veryfast"
# Raised whenever the same source would come out differently, so that new files never
# overwrite old ones.
RECIPE_VERSION = 2

SEGMENT_SECONDS = 4
GOP_SECONDS = 2
FIRST_SEGMENT_SECONDS = 1  # a film starts to play after one second of it is encoded
SOUND_RATE = 48_000
FILM_SOUND_BITS = 96_000
SOUND_BITS = 128_000

MAX_FPS = 30
MIN_FPS = 2  # below it a segment could be longer than the target duration we promise
MAX_LONG_SIDE = 4096

# Short side -> most bits per second (PEERS.md). Quality is crf 23; this is only the ceiling.
CEILINGS = {240: 450_000, 360: 800_000, 480: 1_500_000, 720: 3_200_000, 1080: 6_200_000}
# A film cropped by a few lines still deserves the rung it is named after, at its own size.
NEARLY = 0.95

_COMMON_RATES = [Fraction(n) for n in (5, 10, 12, 15, 20, 24, 25, 30)] + [
    Fraction(24_000, 1001),
    Fraction(30_000, 1001),
    Fraction(15_000, 1001),
    Fraction(25, 2),
]

# ITU-T H.264 table A-1: level x 10 -> most macroblocks per second, per frame, bits per second
# (High profile: 1.25 times the Baseline figure).
_LEVELS = (
    (20, 11_880, 396, 2_500_000),
    (21, 19_800, 792, 5_000_000),
    (30, 40_500, 1_620, 12_500_000),
    (31, 108_000, 3_600, 17_500_000),
    (32, 216_000, 5_120, 25_000_000),
    (40, 245_760, 8_192, 25_000_000),
    (42, 522_240, 8_704, 62_500_000),
    (50, 589_824, 22_080, 168_750_000),
    (51, 983_040, 36_864, 300_000_000),
)


@dataclass(frozen=True, slots=True)
class Rung:
    """One size of the ladder. `level` is the H.264 level times ten."""

    name: str
    width: int
    height: int
    max_bits: int
    level: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides the bytes that come out, except the original itself."""

    name: str
    kind: Kind
    version: int = RECIPE_VERSION
    preset: str = DEFAULT_PRESET
    fps_numerator: int = 0
    fps_denominator: int = 1
    rungs: tuple[Rung, ...] = ()  # lowest first
    sound_bits: int = 0
    segment_seconds: int = SEGMENT_SECONDS

    @property
    def fps(self) -> Fraction:
        return Fraction(self.fps_numerator, self.fps_denominator)


def recipe_for(kind: Kind, probe: Probe, preset: str = DEFAULT_PRESET) -> Recipe:
    """Choose the recipe for an original of `kind` with these facts."""
    if kind not in {"video", "audio"}:
        return Recipe(name=f"{kind}-{RECIPE_VERSION}", kind=kind, preset="")
    if kind == "audio":
        return Recipe(name=f"audio-{RECIPE_VERSION}", kind=kind, preset="", sound_bits=SOUND_BITS)
    if preset not in PRESETS:
        raise ValueError(f"preset {preset!r}, expected one of {PRESETS}")
    rate = output_rate(probe.fps)
    return Recipe(
        name=f"video-{RECIPE_VERSION}-{preset}",
        kind=kind,
        preset=preset,
        fps_numerator=rate.numerator,
        fps_denominator=rate.denominator,
        rungs=rungs_for(probe.width, probe.height, rate),
        sound_bits=FILM_SOUND_BITS,
    )


def fingerprint(original_sha256: str, recipe: Recipe) -> str:
    """Return 32 hex characters that name the renditions of one original under one recipe."""
    told = json.dumps([original_sha256.lower(), asdict(recipe)], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def output_rate(fps: float) -> Fraction:
    """Return the constant rate to encode at: kept up to 30, else divided until it fits.

    60 becomes 30, 50 becomes 25, 120 becomes 30, 59.94 becomes 30000/1001: whole divisors keep
    motion even. An odd average, as phones with variable rate give, goes to the nearest usual one.
    """
    divisor = max(1, math.ceil(fps / MAX_FPS - 0.02))
    wanted = min(max(fps / divisor, MIN_FPS), MAX_FPS)
    nearest = min(_COMMON_RATES, key=lambda rate: abs(float(rate) - wanted))
    if abs(float(nearest) - wanted) <= 0.02 * wanted:
        return nearest
    return Fraction(wanted).limit_denominator(100)


def rungs_for(width: int, height: int, rate: Fraction) -> tuple[Rung, ...]:
    """Return the ladder, lowest first: every standard short side up to the source's own.

    Never larger than the source, always even, always at least one.
    """
    short = min(width, height)
    sides = [side for side in CEILINGS if short >= side * NEARLY] or [short]
    return tuple(_rung(side, width, height, rate) for side in sides)


def _rung(side: int, width: int, height: int, rate: Fraction) -> Rung:
    short, long = sorted((width, height))
    scale = min(1.0, side / short, MAX_LONG_SIDE / long)
    sized = _even(width * scale, width), _even(height * scale, height)
    ceiling = next((bits for top, bits in CEILINGS.items() if side <= top), CEILINGS[1080])
    level = h264_level(*sized, rate, ceiling)
    return Rung(f"{side}p", *sized, max_bits=ceiling, level=level)


def _even(wanted: float, most: int) -> int:
    """Round to an even number that is not larger than the source (4:2:0 needs even sides)."""
    return max(2, min(round(wanted / 2) * 2, most // 2 * 2))


def h264_level(width: int, height: int, rate: Fraction, bits: int) -> int:
    """Return the lowest H.264 level, times ten, that carries this picture."""
    blocks = math.ceil(width / 16) * math.ceil(height / 16)
    for level, per_second, per_frame, most_bits in _LEVELS:
        long = math.sqrt(per_frame * 8)  # no side longer than this many macroblocks (A.3.1)
        fits = blocks <= per_frame and blocks * rate <= per_second and bits <= most_bits
        if fits and max(width, height) / 16 <= long:
            return level
    return 52
