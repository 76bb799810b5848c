"""The chain as a drawing, and its address as a QR code: inline SVG for pages with a strict policy.

No style attribute, no script, no outer file: class names (`sanad-seal…`, `sanad-qr`) for the page's
own style sheet, presentation attributes for everything the drawing needs without one. Colour is
`currentColor` throughout; meaning is carried by shape, number and word.
"""

import hashlib
import io
import math
import unicodedata
from collections.abc import Iterator, Sequence
from html import escape
from typing import Literal, NamedTuple

import segno

from kodipest.engines.sanad.errors import SanadError

Direction = Literal["ltr", "rtl"]

WIDTH = 360
STAR_RADIUS = 23
STAR_CENTRE = 30
TEXT_START = 70
GAP = 20
TOP = 6

LABEL_SIZE, NAME_SIZE, DATE_SIZE = 16, 15, 13
LINE_HEIGHT = 1.35
ARABIC_LINE_HEIGHT = 1.6  # vowel signs stand above and below


LONGEST_WORD = 16.5  # ems; a longer word is broken between letters
_NARROW = frozenset(" .,:;'|!()[]/-·ijltfrI")
_WIDE = frozenset("WF")
_OPENING = frozenset({"Ps", "Pi"})
_CLOSING = frozenset({"Pe", "Pf", "Po", "Zs"})  # punctuation and spaces do not begin a line


class SealLink(NamedTuple):
    """One link as drawn: what was done, by whom (empty when withheld), and the date in words."""

    label: str
    name: str
    date: str


class _Row(NamedTuple):
    """One line of text: its class, words, size and weight."""

    kind: str
    text: str
    size: int


def seal_svg(
    links: Sequence[SealLink], *, title: str, uid: str = "", direction: Direction = "ltr"
) -> str:
    """Draw a chain: a numbered eight-pointed star per link, joined from the first to the last.

    `title` names the drawing; its description repeats every link in words. `uid` must differ
    between drawings on one page that show the same chain. SanadError `chain_empty` for no links.
    """
    if not links:
        raise SanadError("chain_empty", "nothing to draw")
    uid = uid or "sanad-" + hashlib.sha256(repr(links).encode()).hexdigest()[:10]
    body: list[str] = []
    y = float(TOP)
    for number, link in enumerate(links, 1):
        is_last = number == len(links)
        rows = list(_rows(link))
        height = max(2.0 * STAR_RADIUS, _height_of(rows))
        below = 0.0 if is_last else height + GAP
        body.append(_draw_link(number, rows, y, below, direction=direction, is_last=is_last))
        y += height + GAP
    height = math.ceil(y - GAP + TOP)
    return (
        f'<svg class="sanad-seal" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
        f' role="img" aria-labelledby="{_safe(uid)}-title {_safe(uid)}-desc" direction="{direction}"'
        f' fill="currentColor" stroke-linejoin="round">'
        f'<title id="{_safe(uid)}-title">{_safe(title)}</title>'
        f'<desc id="{_safe(uid)}-desc">{_safe(_in_words(links))}</desc>' + "".join(body) + "</svg>"
    )


def qr_svg(url: str, *, title: str = "") -> str:
    """Draw `url` as a QR code, dark on white with its quiet zone in either theme of the page.

    Correction level M: a printed card may lose 15 % of the code and still be read.
    """
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(
        out,
        kind="svg",
        xmldecl=False,
        nl=False,
        omitsize=True,
        dark="#000",
        light="#fff",
        svgclass="sanad-qr",
        lineclass=None,
        title=_printable(title or url),
    )
    return out.getvalue().decode().replace("<svg ", '<svg role="img" ', 1)


def _draw_link(
    number: int, rows: list[_Row], y: float, below: float, *, direction: Direction, is_last: bool
) -> str:
    centre = STAR_CENTRE if direction == "ltr" else WIDTH - STAR_CENTRE
    start = TEXT_START if direction == "ltr" else WIDTH - TEXT_START
    parts = [f'<g class="sanad-seal__link{" sanad-seal__link--last" if is_last else ""}">']
    middle = y + STAR_RADIUS
    if below:
        parts.append(_chain(centre, middle + STAR_RADIUS, y + below))
    parts.append(_star(centre, middle, number, is_last=is_last))
    line = y + max(0.0, (2 * STAR_RADIUS - _height_of(rows)) / 2)
    for row in rows:
        height = _line_height(row)
        baseline = line + height / 2 + row.size * 0.35
        weight = ' font-weight="700"' if row.kind == "label" else ""
        parts.append(
            f'<text class="sanad-seal__{row.kind}" x="{start}" y="{_number(baseline)}"'
            f' font-size="{row.size}"{weight} text-anchor="start">{_safe(row.text)}</text>'
        )
        line += height
    return "".join(parts) + "</g>"


def _star(x: float, y: float, number: int, *, is_last: bool) -> str:
    """Draw the khatam: two squares crossed at 45 degrees around a numbered circle."""
    squares = " ".join(_polygon(STAR_RADIUS - 1, 4, turn) for turn in (0, 45))
    ring = _polygon(STAR_RADIUS - 1, 8, 0) if is_last else ""
    figure_size = 15 if number < 10 else 13
    return (
        f'<g class="sanad-seal__star" transform="translate({_number(x)} {_number(y)})">'
        f'<path d="{squares}{" " + ring if ring else ""}" fill="none" stroke="currentColor"'
        f' stroke-width="1.6"/>'
        f'<circle r="11.5" fill="none" stroke="currentColor" stroke-width="{2.4 if is_last else 1}"/>'
        f'<text class="sanad-seal__number" y="{_number(figure_size * 0.36)}"'
        f' font-size="{figure_size}" font-weight="700" text-anchor="middle">{number}</text></g>'
    )


def _chain(x: float, top: float, bottom: float) -> str:
    return (
        f'<path class="sanad-seal__chain" d="M{_number(x - 2)} {_number(top)}V{_number(bottom)}'
        f'M{_number(x + 2)} {_number(top)}V{_number(bottom)}" fill="none" stroke="currentColor"'
        f' stroke-width="1"/>'
    )


def _polygon(radius: float, corners: int, turn: float) -> str:
    points = []
    for corner in range(corners):
        angle = math.radians(turn + corner * 360 / corners)
        points.append(f"{_number(radius * math.sin(angle))} {_number(-radius * math.cos(angle))}")
    return "M" + "L".join(points) + "Z"


def _rows(link: SealLink) -> Iterator[_Row]:
    for kind, text, size in (
        ("label", link.label, LABEL_SIZE),
        ("name", link.name, NAME_SIZE),
        ("date", link.date, DATE_SIZE),
    ):
        for line in _wrapped(text, size):
            yield _Row(kind, line, size)


def _wrapped(text: str, size: int) -> Iterator[str]:
    """Break `text` into lines that fit beside the star: between words, else between letters."""
    room = (WIDTH - TEXT_START - TOP) / size
    line = ""
    for piece in _pieces(_printable(text)):
        if line and _width(line + piece.rstrip()) > room:
            yield line.rstrip()
            line = ""
        line += piece
    if line.strip():
        yield line.rstrip()


def _pieces(text: str) -> Iterator[str]:
    """Split where a line may end: after a space, around Chinese letters, inside endless words."""
    piece = ""
    for character in text:
        if piece and (_may_break_between(piece[-1], character) or _is_endless(piece, character)):
            yield piece
            piece = ""
        piece += character
    yield piece


def _may_break_between(before: str, after: str) -> bool:
    if before.isspace():
        return True
    if unicodedata.category(before) in _OPENING or unicodedata.category(after) in _CLOSING:
        return False
    return _is_wide(before) or _is_wide(after)


def _is_endless(piece: str, after: str) -> bool:
    return _width(piece) >= LONGEST_WORD and not unicodedata.combining(after)


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in _WIDE


def _width(text: str) -> float:
    """Guess the width of `text` in ems, on the wide side: fonts differ, overflow does not forgive."""
    return sum(_width_of(character) for character in text)


def _width_of(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if _is_wide(character) or character in "MW@":
        return 1.0
    if character in _NARROW:
        return 0.38
    return 0.8 if character.isupper() or character in "mw" else 0.62


def _line_height(row: _Row) -> float:
    is_arabic = any(unicodedata.bidirectional(character) == "AL" for character in row.text)
    return row.size * (ARABIC_LINE_HEIGHT if is_arabic else LINE_HEIGHT)


def _height_of(rows: Sequence[_Row]) -> float:
    return sum(_line_height(row) for row in rows)


def _in_words(links: Sequence[SealLink]) -> str:
    return "; ".join(
        f"{number}. " + ", ".join(part for part in link if part)
        for number, link in enumerate(links, 1)
    )


def _printable(text: str) -> str:
    """Return `text` on one line, without the control characters XML cannot carry."""
    kept = (" " if unicodedata.category(char) in {"Cc", "Zl", "Zp"} else char for char in text)
    return " ".join("".join(char for char in kept if not _is_unwritable(char)).split())


def _is_unwritable(character: str) -> bool:
    return unicodedata.category(character) == "Cs" or ord(character) & 0xFFFE == 0xFFFE


def _safe(text: str) -> str:
    return escape(_printable(text))


def _number(value: float) -> str:
    return f"{round(value, 2) + 0:g}"  # adding 0 turns -0 into 0
