"""Films for messages: the sound alone first, then the film, each below the limit of a message."""

from dataclasses import dataclass

from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.manifest import Rendition
from kodipest.engines.media.packs.clock import read_clock
from kodipest.engines.media.packs.making import NAMELESS, Making

SOUND_FILE = "sound.m4a"
FILM_FILE = "film.mp4"
MOST_SIDE = 480
# The index of an MP4 weighs about 12 bytes a frame; what is left is for rounding.
CONTAINER_BITS = 6_000
MARGIN = 0.985
BUFFER_SECONDS = 2
MOST_PICTURE_BITS = 1_000_000
# Short side -> the fewest bits per second at which it still looks better than the one below it.
WORTH = ((480, 420_000), (360, 230_000), (240, 90_000))
# Bits per second left in all -> bits of the sound, channels. AAC-LC is speech down to 24 kbit/s.
SOUNDS = ((500_000, 96_000, 2), (300_000, 64_000, 2), (0, 40_000, 1))
ALONE = ((96_000, 2), (64_000, 2), (48_000, 1), (32_000, 1), (24_000, 1))
TRIES = 3
LESS = 0.85


@dataclass(frozen=True, slots=True)
class Plan:
    """Bits per second for picture and sound, and the size that they are worth."""

    side: int
    picture_bits: int
    sound_bits: int
    channels: int


def plan_for(seconds: float, limit_bytes: int, short_side: int) -> Plan | None:
    """Share the bytes of a message over `seconds`; None when no picture is worth sending.

    The picture is capped, not aimed at: a quiet film comes out smaller. A capped encoder may
    exceed its rate by one buffer, which is why `BUFFER_SECONDS` are added to the length.
    """
    total = int(limit_bytes * 8 * MARGIN / max(seconds, 1.0)) - CONTAINER_BITS
    sound_bits, channels = next(
        (bits, count) for least, bits, count in SOUNDS if total >= least or not least
    )
    left = int((total - sound_bits) * seconds / (seconds + BUFFER_SECONDS))
    picture = min(left, MOST_PICTURE_BITS)
    side = next(
        (side for side, least in WORTH if picture >= least and side <= max(short_side, 240)), 0
    )
    return Plan(side, picture, sound_bits, channels) if side else None


def sound_for(seconds: float, limit_bytes: int) -> tuple[int, int] | None:
    """Return bits per second and channels of the sound alone; None when even speech does not fit."""
    total = limit_bytes * 8 * MARGIN / max(seconds, 1.0) - CONTAINER_BITS
    return next(((bits, channels) for bits, channels in ALONE if bits <= total), None)


def make_whatsapp(making: Making) -> None:
    """Make sound.m4a, then film.mp4; what does not fit is left out as `too_long`."""
    _make_sound(making)
    if not making.rungs:
        return
    seconds = making.seconds + (making.wishes.card_seconds if making.wishes.card else 0)
    shortest = min(making.rungs[-1].width, making.rungs[-1].height)
    plan = plan_for(seconds, making.wishes.limit_bytes, shortest)
    if plan is None:
        making.pack.left_out["film"] = "too_long"
        return
    _make_film(making, plan, seconds)


def _make_sound(making: Making) -> None:
    chosen = sound_for(making.seconds, making.wishes.limit_bytes)
    if chosen is None:
        making.pack.left_out["sound"] = "too_long"
        return
    words = [*making.sound_input(), "-map", "0:a", *_aac(*chosen), *NAMELESS, *_mp4(SOUND_FILE)]
    making.encode(words)
    making.hand_over(SOUND_FILE, "sound", "audio/mp4", duration_seconds=making.seconds)


def _make_film(making: Making, plan: Plan, seconds: float) -> None:
    """Encode; a film that comes out too large all the same is encoded again with less."""
    rung = _closest(making.rungs, plan.side)
    width, height = _size(rung, plan.side)
    for attempt in range(TRIES):
        bits = round(plan.picture_bits * LESS**attempt)
        making.encode(_film_words(making, rung, (width, height), bits, plan))
        size = (making.work / FILM_FILE).stat().st_size
        if size <= making.wishes.limit_bytes:
            facts = {"duration_seconds": round(seconds, 3), "width": width, "height": height}
            making.hand_over(FILM_FILE, "film", "video/mp4", **facts)
            return
    raise Unusable("encoder_failed", f"{size} bytes, more than {making.wishes.limit_bytes}")


def _film_words(
    making: Making, rung: Rendition, size: tuple[int, int], bits: int, plan: Plan
) -> list[str]:
    width, height = size
    inputs = [*making.input(rung.playlist), *making.sound_input()]
    scale = f"scale={width}:{height}:flags=bicubic,setsar=1,format=yuv420p"
    even = read_clock(making.folder / rung.playlist).as_filter()
    graph, sound = f"[0:v]{even},{scale}[film]", "[1:a]anull[sound]"
    if card := making.wishes.card:
        making.picture(card, size, "card.jpg")
        rate = f"{rung.fps or 25:g}"
        inputs += ["-f", "image2", "-loop", "1", "-framerate", rate]
        inputs += ["-t", f"{making.wishes.card_seconds:g}", "-i", "file:card.jpg"]
        graph = f"[0:v]{even},{scale},fps={rate}[main];[2:v]{scale},fps={rate}[card];[main][card]concat=n=2:v=1:a=0[film]"
        sound = f"[1:a]apad=pad_dur={making.wishes.card_seconds:g}[sound]"
    picture = ["-c:v", "libx264", "-preset", "faster", "-profile:v", "main", "-crf", "25"]
    picture += ["-maxrate", str(bits), "-bufsize", str(bits * BUFFER_SECONDS)]
    return [
        *inputs,
        "-filter_complex",
        f"{graph};{sound}",
        "-map",
        "[film]",
        "-map",
        "[sound]",
        *picture,
        *_aac(plan.sound_bits, plan.channels),
        "-shortest",
        *NAMELESS,
        *_mp4(FILM_FILE),
    ]


def _closest(rungs: list[Rendition], side: int) -> Rendition:
    """Return the smallest rung that is not smaller than `side`, else the largest."""
    return next((rung for rung in rungs if min(rung.width, rung.height) >= side), rungs[-1])


def _size(rung: Rendition, side: int) -> tuple[int, int]:
    scale = min(1.0, side / min(rung.width, rung.height))
    return round(rung.width * scale / 2) * 2, round(rung.height * scale / 2) * 2


def _aac(bits: int, channels: int) -> list[str]:
    return ["-c:a", "aac", "-b:a", str(bits), "-ac", str(channels), "-ar", "48000"]


def _mp4(name: str) -> list[str]:
    """The index comes first: a message is watched while it loads."""
    return ["-f", "mp4", "-movflags", "+faststart", name]
