"""How an original is to be prepared: decided from its probe alone, so it can be fingerprinted.

A recipe is data. A film is prepared in parts: `base` is what nearly everybody watches and comes
first; `high` and `thrift` are additions that join it later (`joining.py`).
"""

import hashlib
import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from typing import Literal

from kodipest.engines.media.facts import Kind, Probe

PRESETS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow")
DEFAULT_PRESET = "veryfast"
# Raised whenever the same source would come out differently, so that new files never
# overwrite old ones.
RECIPE_VERSION = 3

Part = Literal["whole", "base", "high", "thrift"]
Quality = Literal["cepat", "teliti", "hemat"]
Codec = Literal["h264", "av1"]
ADDITIONS: tuple[Part, ...] = ("high", "thrift")
# What packs.make_pack makes of a finished film or sound, to take away from the site.
PACKS = ("whatsapp", "podcast", "television", "sheet")
DEFAULT_QUALITY: Quality = "cepat"
SEGMENT_SECONDS = 4
GOP_SECONDS = 2
LONG_GOP_SECONDS = 4  # one key frame per segment, where nobody waits for the first second
FIRST_SEGMENT_SECONDS = 1  # a film starts to play after one second of it is encoded
SOUND_RATE = 48_000
FILM_SOUND_BITS = 96_000
SOUND_BITS = 128_000
OPUS_BITS = 56_000

MAX_FPS = 30
FAST_FPS = 60  # for the motion of sport, when somebody asks
FAST_FROM_FPS = 49.9  # from here on half of the pictures are left out unasked
SPORT_FPS = 60
STILL_FPS = 10  # slides, with a pointer now and then
MIN_FPS = 2  # below it a segment could be longer than the target duration we promise
MAX_LONG_SIDE = 4096

# Short side -> most bits per second (PEERS.md). Quality is the crf; this is only the ceiling.
CEILINGS = {240: 450_000, 360: 800_000, 480: 1_500_000, 720: 3_200_000, 1080: 6_200_000}
BASE_SIDE = 480
CRF = 23
# Quality -> preset and crf of x264 for base and high. `teliti` reaches what x264 medium gives at crf
# 23 (bench/media.md); `hemat` is `cepat` and what `thrift` adds to it.
QUALITIES: dict[Quality, tuple[str, int]] = {
    "cepat": ("veryfast", CRF),
    "teliti": ("faster", CRF - 1),
    "hemat": ("veryfast", CRF),
}
# SVT-AV1 at preset 10 costs about what x264 veryfast costs (PEERS.md).
THRIFT_PRESET, FAST_THRIFT_PRESET = "10", "13"
THRIFT_CRF = (
    40  # as good as crf 23 of x264 on two real films, at 30 to 45 % fewer bytes (bench/media.md)
)
THRIFT_CEILING = 0.7  # of the H.264 ceiling of the same rung
# A copied rung may be as dense for a moment as the buffer of the encoder would let it be.
COPY_PEAK = 1.5
COPY_LEVELS = {240: 30, 360: 31, 480: 31, 720: 40, 1080: 41}
COPY_HELD_SECONDS = 0.5  # a longer sound needs its last picture held
COPY_TARGET_SECONDS = 5  # its segments end where its key frames allow
# A film cropped by a few lines still deserves the rung it is named after, at its own size.
NEARLY = 0.95

_COMMON_RATES = [Fraction(n) for n in (5, 10, 12, 15, 20, 24, 25, 30, 48, 50, 60)] + [
    Fraction(24_000, 1001),
    Fraction(30_000, 1001),
    Fraction(60_000, 1001),
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
    """One size of the ladder. `level` is the H.264 level times ten.

    A rung that is copied keeps the pictures, key frames and level of the source.
    """

    name: str
    width: int
    height: int
    max_bits: int
    level: int
    is_copied: bool = False


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides the bytes that come out, except the original itself."""

    name: str
    kind: Kind
    part: Part = "base"
    version: int = RECIPE_VERSION
    codec: Codec = "h264"
    preset: str = DEFAULT_PRESET
    crf: int = CRF
    fps_numerator: int = 0
    fps_denominator: int = 1
    rungs: tuple[Rung, ...] = ()  # lowest first
    sound: str = ""  # name of its sound group; "" for a part without sound
    sound_bits: int = 0
    gop_seconds: int = GOP_SECONDS
    segment_seconds: int = SEGMENT_SECONDS

    @property
    def fps(self) -> Fraction:
        return Fraction(self.fps_numerator, self.fps_denominator)

    @property
    def is_addition(self) -> bool:
        """Say whether this part is joined to a base, and nothing on its own."""
        return self.part in ADDITIONS


def recipe_for(
    kind: Kind,
    probe: Probe,
    preset: str | None = None,
    *,
    quality: Quality = DEFAULT_QUALITY,
    max_fps: int = MAX_FPS,
) -> Recipe:
    """Choose the recipe that makes all H.264 rungs of an original in one process."""
    if kind != "video":
        return _plain(kind)
    return _film(_asked(probe, max_fps), "whole", quality, preset, max_fps)


def plan_for(
    kind: Kind,
    probe: Probe,
    quality: Quality = DEFAULT_QUALITY,
    *,
    preset: str | None = None,
    max_fps: int = MAX_FPS,
) -> tuple[Recipe, ...]:
    """Return the parts in which an original is prepared: the base, then its additions.

    Films: `base` (rungs up to 480 with sound and stills), `high` (720 and 1080, where the source
    has them) and `thrift` (AV1 with Opus). Everything else is one base. `preset` overrides the
    x264 preset of the quality; `max_fps` may be 60 for motion that deserves it: the tall rungs
    then keep it, the low ones stay at 30, where bits are short.
    """
    if kind != "video":
        return (_plain(kind),)
    probe = _asked(probe, max_fps)
    high = _film(probe, "high", quality, preset, max_fps)
    base = _film(probe, "base", quality, preset, MAX_FPS if high.rungs else max_fps)
    return (base, *([high] if high.rungs else []), _thrift(base))


def _asked(probe: Probe, max_fps: int) -> Probe:
    """Forget that a film stands still, when somebody asks for its motion."""
    return replace(probe, is_still=False) if max_fps > MAX_FPS else probe


def _plain(kind: Kind) -> Recipe:
    recipe = Recipe(name=f"{kind}-{RECIPE_VERSION}", kind=kind, preset="")
    return replace(recipe, sound="sound", sound_bits=SOUND_BITS) if kind == "audio" else recipe


def _film(probe: Probe, part: Part, quality: Quality, preset: str | None, max_fps: int) -> Recipe:
    """Return the H.264 recipe of one part. Raises ValueError for a preset nobody knows."""
    usual, crf = QUALITIES[quality]
    preset = preset or usual
    if preset not in PRESETS:
        raise ValueError(f"preset {preset!r}, expected one of {PRESETS}")
    own = output_rate(probe.fps, max_fps)
    rate = output_rate(probe.fps, STILL_FPS) if probe.is_still else own
    rungs = _with_copy(rungs_for(probe.width, probe.height, rate), probe, own)
    has_sound = part != "high"
    return Recipe(
        name=f"video-{RECIPE_VERSION}-{part}-{preset}",
        kind="video",
        part=part,
        preset=preset,
        crf=crf,
        fps_numerator=rate.numerator,
        fps_denominator=rate.denominator,
        rungs=tuple(_of_part(part, rungs)),
        sound="sound" if has_sound else "",
        sound_bits=FILM_SOUND_BITS if has_sound else 0,
        gop_seconds=LONG_GOP_SECONDS if probe.is_still else GOP_SECONDS,
    )


def _with_copy(rungs: tuple[Rung, ...], probe: Probe, rate: Fraction) -> tuple[Rung, ...]:
    """Copy the source as the top rung, if it is what that rung would be, or better."""
    top = rungs[-1]
    side = int(top.name.removesuffix("p"))
    is_fit = (
        0 < probe.copy_bits <= top.max_bits
        and probe.copy_peak_bits <= top.max_bits * COPY_PEAK
        and probe.copy_level <= COPY_LEVELS.get(side, COPY_LEVELS[240])
        and (top.width, top.height) == (probe.width, probe.height)
        and abs(probe.fps - rate) <= 0.02 * rate
        and abs(probe.duration_seconds - probe.video_seconds) <= COPY_HELD_SECONDS
    )
    return (*rungs[:-1], replace(top, is_copied=True)) if is_fit else rungs


def _of_part(part: Part, rungs: Iterable[Rung]) -> Iterable[Rung]:
    for rung in rungs:
        is_base = int(rung.name.removesuffix("p")) <= BASE_SIDE
        if part == "whole" or is_base == (part == "base"):
            yield rung


def _thrift(base: Recipe) -> Recipe:
    """Return the data-saver of a base: the same sizes in AV1, its sound in Opus."""
    fast = base.preset in {"ultrafast", "superfast"}
    rungs = tuple(
        replace(
            rung,
            name=f"{rung.name}-av1",
            max_bits=round(rung.max_bits * THRIFT_CEILING),
            is_copied=False,
        )
        for rung in base.rungs
    )
    return replace(
        base,
        name=f"video-{RECIPE_VERSION}-thrift",
        part="thrift",
        codec="av1",
        preset=FAST_THRIFT_PRESET if fast else THRIFT_PRESET,
        crf=THRIFT_CRF,
        rungs=rungs,
        sound="sound-opus",
        sound_bits=OPUS_BITS,
        gop_seconds=LONG_GOP_SECONDS,
    )


def fingerprint(original_sha256: str, recipe: Recipe) -> str:
    """Return 32 hex characters that name the renditions of one original under one recipe."""
    told = json.dumps([original_sha256.lower(), asdict(recipe)], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def has_fast_motion(probe: Probe) -> bool:
    """Say whether a film has so many pictures a second that half of them are left out unasked."""
    return probe.kind == "video" and probe.fps >= FAST_FROM_FPS


def output_rate(fps: float, most: int = MAX_FPS) -> Fraction:
    """Return the constant rate to encode at: kept up to `most`, else divided until it fits.

    60 becomes 30, 50 becomes 25, 120 becomes 30, 59.94 becomes 30000/1001: whole divisors keep
    motion even. An odd average, as phones with variable rate give, goes to the nearest usual one.
    """
    divisor = max(1, math.ceil(fps / most - 0.02))
    wanted = min(max(fps / divisor, MIN_FPS), most)
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
    if rate > MAX_FPS:  # twice the pictures, but each is nearer to the one before it
        ceiling = ceiling * 3 // 2
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
