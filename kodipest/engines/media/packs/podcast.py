"""A sound to subscribe to: MP3 for every player, M4A without a second loss, both with chapters."""

import re
from collections.abc import Sequence

from kodipest.engines.media.packs.facts import Chapter, Wishes
from kodipest.engines.media.packs.making import Making

TELLING = "telling.txt"
COVER_SIDE = 1400  # what podcast directories ask for at least
MP3_BITS = 128_000
_SPECIAL = re.compile(r"([=;#\\\n])")


def make_podcast(making: Making) -> None:
    """Make sound.m4a, the encoded sound as it is, and sound.mp3."""
    telling = metadata_text(making.wishes, making.seconds)
    (making.work / TELLING).write_text(telling, encoding="utf-8")
    tall = ["-c:a", "copy", "-f", "ipod", "-movflags", "+faststart"]
    _make(making, "sound.m4a", "audio/mp4", tall)
    mp3 = ["-c:a", "libmp3lame", "-b:a", str(MP3_BITS), "-f", "mp3"]
    _make(making, "sound.mp3", "audio/mpeg", [*mp3, "-id3v2_version", "3"])


def _make(making: Making, name: str, mime: str, packing: list[str]) -> None:
    inputs = [*making.sound_input(), "-f", "ffmetadata", "-i", f"file:{TELLING}"]
    maps = ["-map", "0:a", "-map_metadata", "1", "-map_chapters", "1"]
    if cover := making.wishes.cover:
        making.picture(cover, (COVER_SIDE, COVER_SIDE), "cover.jpg")
        inputs += ["-f", "image2", "-i", "file:cover.jpg"]
        maps += ["-map", "2:v", "-c:v", "copy", "-disposition:v", "attached_pic"]
    making.encode([*inputs, *maps, *packing, name])
    making.hand_over(name, "sound", mime, duration_seconds=making.seconds)


def metadata_text(wishes: Wishes, seconds: float) -> str:
    """Return title, artist and chapters in the text form that ffmpeg reads (FFMETADATA1)."""
    lines = [";FFMETADATA1"]
    said = {"title": wishes.title, "artist": wishes.artist}
    lines += [f"{key}={_escaped(value)}" for key, value in said.items() if value]
    for start, end, title in _spans(wishes.chapters, seconds):
        lines += ["[CHAPTER]", "TIMEBASE=1/1000"]
        lines += [f"START={round(start * 1000)}", f"END={round(end * 1000)}"]
        lines.append(f"title={_escaped(title)}")
    return "\n".join([*lines, ""])


def _spans(chapters: Sequence[Chapter], seconds: float) -> list[tuple[float, float, str]]:
    """Give each chapter its end: the next one, or that of the sound; those beyond it are dropped."""
    inside = sorted((each for each in chapters if 0 <= each.start < seconds), key=lambda c: c.start)
    ends = [*(each.start for each in inside), seconds][1:]
    return [(each.start, end, each.title) for each, end in zip(inside, ends, strict=True)]


def _escaped(text: str) -> str:
    """Escape what the text form gives a meaning; a line break would begin another key."""
    return _SPECIAL.sub(r"\\\1", text.replace("\r", " "))
