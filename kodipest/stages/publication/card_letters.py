"""Words on a card, Latin, Arabic and pegon beside each other, in the typefaces of the house.

A word is cut into runs of one typeface; Arabic is joined and placed by HarfBuzz, which Pillow uses only
where the system has FriBiDi (`libfribidi0`). Which way a line runs follows its first letter; this
is as much of UAX 9 as a title needs.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from django.contrib.staticfiles import finders

if TYPE_CHECKING:  # loaded when a card is drawn: the worker stays small
    from PIL import ImageDraw, ImageFont

LATIN, LATIN_MORE, ARABIC = (
    f"web/fonts/{name}.woff2"
    for name in ("plus-jakarta-sans-latin", "plus-jakarta-sans-latin-ext", "kodi-naskh")
)
ARABIC_LARGER = 1.2  # its letters are lower than Latin ones of the same size
NO_SIGN = "\U0010fffd"  # what no typeface has: it is drawn as a box
MIRRORED = str.maketrans("()[]{}«»<>", ")(][}{»«><")


class Style(NamedTuple):
    """Weight and pixels of a line."""

    weight: str
    pixels: int


@dataclass(frozen=True, slots=True)
class Run:
    """Signs that follow each other in one typeface, as they are given to it."""

    text: str
    face: str

    @property
    def is_arabic(self) -> bool:
        return self.face == ARABIC


Word = tuple[Run, ...]  # from left to right


def words_of(text: str) -> list[Word]:
    """Return the words that can be drawn; one with a letter in none of the typefaces is left out.

    Punctuation that stood beside such a word goes with it.
    """
    given = unicodedata.normalize("NFC", text).split()
    words = [word for word in map(_word, given) if word]
    if len(words) == len(given):
        return words
    return [word for word in words if any(sign.isalnum() for run in word for sign in run.text)]


def is_arabic(word: Word) -> bool:
    return any(run.is_arabic for run in word)


def is_rightwards(words: list[Word]) -> bool:
    """Say whether a text begins on the left."""
    return not words or not is_arabic(words[0])


def lines_of(words: list[Word], style: Style, width: int) -> list[list[Word]]:
    """Break between words; one word that is too long stays whole and is cut by the edge."""
    lines: list[list[Word]] = []
    for word in words:
        if lines and line_width([*lines[-1], word], style) <= width:
            lines[-1].append(word)
        else:
            lines.append([word])
    return lines


def line_width(line: list[Word], style: Style) -> float:
    spaces = _font(LATIN, style).getlength(" ") * max(len(line) - 1, 0)
    return spaces + sum(_advance(run, style) for word in line for run in word)


def draw_line(
    pen: "ImageDraw.ImageDraw",
    line: list[Word],
    start: tuple[float, float],
    style: Style,
    ink: tuple[int, int, int],
) -> None:
    """Draw words as they are seen, from left to right; the left end on the baseline is `start`."""
    x, baseline = start
    for word in line:
        for run in word:
            direction = "rtl" if run.is_arabic else None
            font = _font(run.face, style)
            pen.text((x, baseline), run.text, ink, font, anchor="ls", direction=direction)
            x += _advance(run, style)
        x += _font(LATIN, style).getlength(" ")


def as_seen(line: list[Word], *, rightwards: bool) -> list[Word]:
    """Put words into the order from left to right: Arabic ones that follow each other run leftwards.

    `rightwards` is said of the whole text, of which `line` may be any line.
    """
    groups = [(leftwards, list(group)) for leftwards, group in groupby(line, is_arabic)]
    if not rightwards:
        groups.reverse()
    return [word for leftwards, group in groups for word in (group[::-1] if leftwards else group)]


def _word(text: str) -> Word | None:
    runs: list[Run] = []
    for sign in text:
        face = _face_of(sign, runs[-1].face if runs else LATIN)
        if face is None:
            return None
        if runs and runs[-1].face == face:
            runs[-1] = Run(runs[-1].text + sign, face)
        else:
            runs.append(Run(sign, face))
    if not any(run.is_arabic for run in runs):
        return tuple(runs)
    return tuple(_turned(run) for run in reversed(runs))


def _turned(run: Run) -> Run:
    """Turn the brackets and the order of punctuation inside an Arabic word."""
    if run.is_arabic or any(sign.isalnum() for sign in run.text):
        return run
    return Run(run.text[::-1].translate(MIRRORED), run.face)


def _face_of(sign: str, before: str) -> str | None:
    if unicodedata.category(sign) == "Cf":  # joins, or turns the way of, what stands beside it
        return before
    faces = (before, *(face for face in _faces() if face != before))
    return next((face for face in faces if _has(face, sign)), None)


@lru_cache(maxsize=1)
def _faces() -> tuple[str, ...]:
    """Return the typefaces; without FriBiDi Arabic letters would stand loose, so they are left out."""
    from PIL import features

    return (LATIN, LATIN_MORE, ARABIC) if features.check("raqm") else (LATIN, LATIN_MORE)


@lru_cache(maxsize=1024)
def _has(face: str, sign: str) -> bool:
    font = _font(face, Style("Medium", 40))
    mask, box = font.getmask(sign), font.getmask(NO_SIGN)
    return (mask.size, bytes(mask)) != (box.size, bytes(box))


def _advance(run: Run, style: Style) -> float:
    direction = "rtl" if run.is_arabic else None
    return _font(run.face, style).getlength(run.text, direction=direction)


@lru_cache(maxsize=16)
def _font(face: str, style: Style) -> "ImageFont.FreeTypeFont":
    from PIL import ImageFont

    path = finders.find(face)
    if path is None:
        raise FileNotFoundError(face)
    if face == ARABIC:
        pixels = round(style.pixels * ARABIC_LARGER)
        return ImageFont.truetype(str(path), pixels, layout_engine=ImageFont.Layout.RAQM)
    font = ImageFont.truetype(str(path), style.pixels, layout_engine=ImageFont.Layout.BASIC)
    font.set_variation_by_name(style.weight)
    return font
