"""Captions: read what people have (SRT, WebVTT, ASS), keep plain cues, write WebVTT.

Colours, places and voices of a caption file are dropped: what stays is who-ever-watches text, which
a page may show anywhere and a search may read.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from kodipest.engines.media.errors import Unusable

MAX_BYTES = 2 * 2**20
MAX_CUES = 20_000
MAX_TEXT = 500
ENCODINGS = ["utf_8", "utf_16", "cp1256", "gb18030", "cp1252"]  # what Indonesian PCs have written
FORMATS = {"srt", "vtt", "ass", "ssa"}

# What readers manage: BBC subtitle guidelines (160-180 words a minute, 37-42 letters a line, 2 lines).
MOST_LETTERS_PER_SECOND = 20
MOST_LETTERS_PER_LINE = 42
MOST_LINES = 2
SHORTEST_SECONDS = 0.7
_WIDE = {"W", "F"}  # a Chinese character says as much as two letters

Fault = Literal["overlaps", "too_fast", "too_short", "too_long", "beyond_the_end"]


class Cue(NamedTuple):
    """One caption: seconds from the start of the film, and text with \\n between its lines."""

    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """A cue, by its number from 0, that readers will not manage."""

    number: int
    fault: Fault


def read_captions(content: bytes) -> tuple[Cue, ...]:
    """Return the cues of a caption file, in order of time; their markup is gone.

    Raises Unusable: `empty`, `too_large`, `not_captions`.
    """
    import pysubs2  # only when somebody brings captions

    if not content.strip():
        raise Unusable("empty")
    if len(content) > MAX_BYTES:
        raise Unusable("too_large", f"{len(content)} bytes of captions")
    text = _decoded(content).replace("\r\n", "\n").replace("\r", "\n")
    try:
        file = pysubs2.SSAFile.from_string(text)
    except (pysubs2.Pysubs2Error, ValueError, IndexError, KeyError) as error:
        raise Unusable("not_captions", str(error)[:200]) from error
    if file.format not in FORMATS:
        raise Unusable("not_captions", f"format {file.format}")
    spoken = (event for event in file if event.type == "Dialogue" and not event.is_drawing)
    is_web = file.format == "vtt"
    cues = in_order(
        Cue(event.start / 1000, event.end / 1000, _plain(event.plaintext, is_web=is_web))
        for event in spoken
    )
    if not cues:
        raise Unusable("not_captions", f"no cue in {file.format}")
    if len(cues) > MAX_CUES:
        raise Unusable("too_large", f"{len(cues)} cues")
    return cues


def in_order(cues: Iterable[Cue]) -> tuple[Cue, ...]:
    """Return the cues that say something for some time, the first first, each once."""
    telling = {cue for cue in cues if cue.text and 0 <= cue.start < cue.end}
    return tuple(sorted(telling))


def vtt_text(cues: Sequence[Cue]) -> str:
    """Write WebVTT (W3C WebVTT 1, section 4): what every browser reads."""
    blocks = ["WEBVTT\n"]
    for cue in cues:
        text = html.escape(cue.text, quote=False)
        blocks.append(f"{_clock(cue.start)} --> {_clock(cue.end)}\n{text}\n")
    return "\n".join(blocks)


def doubts_about(cues: Sequence[Cue], duration_seconds: float) -> list[Doubt]:
    """List what readers will not manage; none of it is a reason to refuse the captions."""
    found: list[Doubt] = []
    for number, cue in enumerate(cues):
        following = cues[number + 1] if number + 1 < len(cues) else None
        lasts = cue.end - cue.start
        lines = cue.text.split("\n")
        if following and following.start < cue.end - 0.001:
            found.append(Doubt(number, "overlaps"))
        if cue.end > duration_seconds + 0.5:
            found.append(Doubt(number, "beyond_the_end"))
        if lasts < SHORTEST_SECONDS:
            found.append(Doubt(number, "too_short"))
        elif letters(cue.text) / lasts > MOST_LETTERS_PER_SECOND:
            found.append(Doubt(number, "too_fast"))
        if len(lines) > MOST_LINES or max(map(letters, lines)) > MOST_LETTERS_PER_LINE:
            found.append(Doubt(number, "too_long"))
    return found


def letters(text: str) -> int:
    """Count what the eye has to take in: harakat weigh nothing, a Chinese character two letters."""
    return sum(
        0
        if unicodedata.combining(sign)
        else 2
        if unicodedata.east_asian_width(sign) in _WIDE
        else 1
        for sign in text
    )


def _decoded(content: bytes) -> str:
    """Return the text of a file that does not say how it is encoded."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        from charset_normalizer import from_bytes

        best = from_bytes(content, cp_isolation=ENCODINGS).best()
    if best is None:
        raise Unusable("not_captions", "no text in a known encoding")
    return str(best)


def _plain(text: str, *, is_web: bool) -> str:
    """Return the lines without markup, control characters or empty lines."""
    if is_web:
        text = html.unescape(text)
    clean = "".join(
        sign if sign == "\n" or unicodedata.category(sign) != "Cc" else " " for sign in text
    )
    lines = (re.sub(r"\s+", " ", line).strip() for line in clean.split("\n"))
    kept = "\n".join(line for line in lines if line)
    return unicodedata.normalize("NFC", kept)[:MAX_TEXT].strip()


def _clock(seconds: float) -> str:
    whole = round(seconds * 1000)
    minutes, rest = divmod(whole, 60_000)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000:03d}"
