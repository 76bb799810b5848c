"""*Peci Tertukar*: a comic of four pages about asking before accusing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from kodipest.web.demo import buildings, folk, landscape, things
from kodipest.web.demo.brush import Point, Sheet
from kodipest.web.demo.lettering import LEADING, text_width, wrap, write
from kodipest.web.demo.palette import (
    CARD,
    CLAY,
    GOLD,
    GOLD_BRIGHT,
    GOLD_PALE,
    GOLD_SOFT,
    INK,
    LEAF,
    LEAF_DEEP,
    LEAF_MID,
    PAPER,
    SKY,
    STONE,
    STONE_DARK,
    WOOD,
    WOOD_DARK,
    WOOD_PALE,
    Colour,
)
from kodipest.web.demo.pictures import POSTER, PictureSpec

MARGIN, GUTTER = 54, 26
TEXT_SIZE = 34

DUL: Final = replace(folk.BOY, face=True)
IMAM: Final = replace(folk.FRIEND, face=True)
WISE: Final = folk.Figure(
    shirt="#E9DFC4", sarung="#55512F", stripe=GOLD_PALE, face=True, skin="#B57E55"
)
USTAZ: Final = replace(folk.TEACHER, face=True, skin="#B57E55")


@dataclass(frozen=True)
class Balloon:
    """Words at x, y (middle of the balloon, panel coordinates) with a tail to `mouth`."""

    text: str
    x: float
    y: float
    mouth: Point | None = None
    width: float = 330


@dataclass(frozen=True)
class Panel:
    """A framed picture: its height, its background, what stands in it and what is said."""

    height: float
    ground: Colour
    paint: Callable[[Sheet, float], None]
    balloons: Sequence[Balloon] = ()
    share: float = 1.0


def _page(sheet: Sheet, rows: Sequence[Sequence[Panel]], number: int, top: float = MARGIN) -> None:
    """Lay rows of panels on the page; the panels of a row split its width by their shares."""
    y = top
    for row in rows:
        free = sheet.width - 2 * MARGIN - GUTTER * (len(row) - 1)
        x = float(MARGIN)
        for panel in row:
            wide = free * panel.share / sum(each.share for each in row)
            _panel(sheet, panel, x, y, wide)
            x += wide + GUTTER
        y += row[0].height + GUTTER
    write(
        sheet,
        f"{number}",
        sheet.width / 2,
        sheet.height - 46,
        face="bold",
        size=24,
        colour=GOLD,
        align="center",
    )


def _panel(sheet: Sheet, panel: Panel, x: float, y: float, width: float) -> None:
    inner = Sheet(width, panel.height, panel.ground, zoom=sheet.zoom)
    panel.paint(inner, width)
    for balloon in panel.balloons:
        _balloon(inner, balloon)
    sheet.rect(x - 5, y - 5, width + 10, panel.height + 10, INK, 6)
    sheet.stamp(inner.finish(), x, y)


def _balloon(sheet: Sheet, balloon: Balloon) -> None:
    lines = wrap(balloon.text, "bold", TEXT_SIZE, balloon.width)
    wide = max(text_width(line, "bold", TEXT_SIZE) for line in lines) + 58
    tall = len(lines) * TEXT_SIZE * LEADING["bold"] + 40
    left, top = balloon.x - wide / 2, balloon.y - tall / 2
    for grow, colour in ((4.5, INK), (0.0, CARD)):
        if balloon.mouth:
            _tail(sheet, balloon, left, wide, top + tall, grow, colour)
        sheet.rect(left - grow, top - grow, wide + grow * 2, tall + grow * 2, colour, 38 + grow)
    write(sheet, lines, balloon.x, top + 20, face="bold", size=TEXT_SIZE, align="center")


def _tail(
    sheet: Sheet,
    balloon: Balloon,
    left: float,
    wide: float,
    bottom: float,
    grow: float,
    colour: Colour,
) -> None:
    assert balloon.mouth is not None  # noqa: S101 (the caller asked)
    root = min(max(balloon.mouth[0], left + 60), left + wide - 60)
    tip = balloon.mouth
    half = 18 + grow
    sheet.polygon(
        [(root - half, bottom - 12), (tip[0], tip[1] + grow * 1.6), (root + half, bottom - 12)],
        colour,
    )


def _peci(sheet: Sheet, x: float, base: float, size: float, thread: Colour) -> None:
    """A peci on the shelf with its coloured thread."""
    top = base - size * 0.62
    sheet.polygon(
        [
            (x - size * 0.44, top + size * 0.05),
            (x, top),
            (x + size * 0.44, top + size * 0.05),
            (x + size * 0.52, base),
            (x - size * 0.52, base),
        ],
        INK,
    )
    sheet.rect(x - size * 0.5, base - size * 0.14, size, size * 0.07, thread)


def _shelf(sheet: Sheet, y: float, width: float, threads: Sequence[Colour], size: float) -> None:
    pitch = width / len(threads)
    for number, thread in enumerate(threads):
        _peci(sheet, pitch * (number + 0.5), y, size, thread)
    sheet.rect(0, y, width, 16, WOOD)
    sheet.rect(0, y + 16, width, 6, WOOD_DARK)


def _ablution(sheet: Sheet, width: float) -> None:
    sheet.rect(0, 0, width, sheet.height, "#DCE8F2")
    for row in range(9):
        sheet.rect(0, row * 70, width, 3, "#C8D9E7")
    sheet.rect(0, sheet.height - 90, width, 90, STONE)
    sheet.rect(0, sheet.height - 90, width, 6, STONE_DARK)


def _before(sheet: Sheet, width: float) -> None:
    _ablution(sheet, width)
    _shelf(sheet, 300, width, (INK, "#2A2F2C", INK), 116)
    folk.person(
        sheet, width * 0.3, sheet.height - 20, 330, replace(DUL, bare_head=True), pose="wave"
    )
    folk.person(
        sheet, width * 0.72, sheet.height - 20, 320, replace(IMAM, bare_head=True), facing=-1
    )


def _too_big(sheet: Sheet, width: float) -> None:
    sheet.rect(0, 0, width, sheet.height, GOLD_SOFT)
    sheet.disc(width / 2, sheet.height * 0.7, 210, GOLD_PALE)
    folk.person(
        sheet, width / 2, sheet.height + 230, 620, replace(DUL, bare_head=True), pose="worry"
    )
    _peci(sheet, width / 2 + 5, sheet.height - 320, 142, INK)


def _too_small(sheet: Sheet, width: float) -> None:
    sheet.rect(0, 0, width, sheet.height, "#E3EFEA")
    sheet.disc(width / 2, sheet.height * 0.7, 210, "#CFE3DA")
    folk.person(
        sheet,
        width / 2,
        sheet.height + 230,
        620,
        replace(IMAM, bare_head=True),
        pose="worry",
        facing=-1,
    )
    _peci(sheet, width / 2 - 3, sheet.height - 356, 70, INK)


def _yard(sheet: Sheet, width: float) -> None:
    landscape.bands(sheet, ["#F3E2BF", GOLD_SOFT, "#FBF1DF"], 0, sheet.height * 0.8)
    landscape.ridge(sheet, 6, sheet.height * 0.72, 60, "#A9C8BC")
    buildings.mosque(sheet, width * 0.5, sheet.height * 0.8, width * 0.42, buildings.Tints())
    sheet.rect(0, sheet.height * 0.79, width, sheet.height * 0.21, LEAF_MID)


def _suspicion(sheet: Sheet, width: float) -> None:
    _yard(sheet, width)
    folk.person(sheet, width * 0.24, sheet.height - 12, 330, IMAM, pose="worry")
    folk.person(sheet, width * 0.78, sheet.height - 12, 335, WISE, pose="hold", facing=-1)


def _asking(sheet: Sheet, width: float) -> None:
    sheet.rect(0, 0, width, sheet.height, "#E3EFEA")
    sheet.rect(0, sheet.height - 70, width, 70, WOOD_PALE)
    folk.person(sheet, width * 0.28, sheet.height - 14, 390, IMAM)
    folk.person(sheet, width * 0.74, sheet.height - 14, 390, DUL, facing=-1)


def _inside(sheet: Sheet, width: float) -> None:
    """A close view into the peci: green thread in the lining."""
    sheet.rect(0, 0, width, sheet.height, GOLD_SOFT)
    x, y = width / 2, sheet.height * 0.62
    sheet.ellipse(x, y, 190, 128, INK)
    sheet.ellipse(x, y - 6, 160, 98, "#4A2F2A")
    sheet.ellipse(x, y + 8, 142, 78, "#6B4438")
    for stitch in range(9):
        dx = -104 + stitch * 26
        sheet.line(
            [(x + dx, y + 6 - abs(dx) * 0.08), (x + dx + 14, y + 20 - abs(dx) * 0.08)], "#4FC08D", 8
        )
    for side in (-1, 1):
        sheet.ellipse(x + side * 196, y + 26, 46, 62, folk.BOY.skin)
        sheet.rect(
            x + side * 196 - 46 if side < 0 else x + side * 196 - 10,
            y + 40,
            56,
            240,
            folk.BOY.skin,
            26,
        )


def _laughing(sheet: Sheet, width: float) -> None:
    sheet.rect(0, 0, width, sheet.height, "#F7E3DF")
    sheet.disc(width / 2, sheet.height * 0.62, 260, "#F2D3CC")
    folk.person(sheet, width * 0.27, sheet.height + 60, 430, DUL, pose="wave", facing=-1)
    folk.person(sheet, width * 0.73, sheet.height + 60, 430, IMAM, pose="wave", facing=1)


def _swap(sheet: Sheet, width: float) -> None:
    sheet.rect(0, 0, width, sheet.height, "#DCE8F2")
    for x, hand, thread in ((width * 0.3, "left", "#4FC08D"), (width * 0.7, "right", CLAY)):
        arm = -60 if hand == "left" else width + 60
        sheet.line(
            [(arm, sheet.height * 0.86), (x, sheet.height * 0.66)],
            CARD if hand == "left" else "#C4D6E4",
            92,
        )
        sheet.disc(x, sheet.height * 0.66, 50, folk.BOY.skin)
        _peci(sheet, x, sheet.height * 0.62, 150, thread)


def _teacher(sheet: Sheet, width: float) -> None:
    sheet.rect(0, 0, width, sheet.height, "#F4EAD6")
    buildings.archway(sheet, width / 2, sheet.height, width * 0.86, sheet.height * 0.94, GOLD_PALE)
    folk.person(sheet, width / 2, sheet.height + 40, 400, USTAZ, pose="wave")


def _ending(sheet: Sheet, width: float) -> None:
    """The porch at dusk, the shelf full of coloured threads, the two friends before it."""
    landscape.bands(sheet, ["#24525B", "#4F7F76", "#9DB58F", "#E6C88C", "#F3D9A0"], 0, 760)
    landscape.stars(sheet, 9, 30, 200, GOLD_PALE)
    landscape.sun(sheet, width * 0.5, 720, 90, "#F6D58C", "#F6D58C")
    landscape.ridge(sheet, 16, 780, 90, "#3F6F68")
    tints = buildings.Tints(wall="#6E4A2A", roof="#2B1D12", shade="#3A2819", trim="#8A6136")
    buildings.serambi(sheet, 930, tints, (0.05, 0.95))
    sheet.rect(width * 0.1, 470, width * 0.8, 250, "#5A3D24", 14)
    rack = Sheet(width * 0.76, 130, zoom=sheet.zoom)
    _shelf(rack, 100, width * 0.76, ("#4FC08D", CLAY, GOLD_BRIGHT, SKY, "#C98BB0", "#E8E0CC"), 104)
    picture = rack.finish()
    sheet.stamp(picture, width * 0.12, 476)
    sheet.stamp(picture, width * 0.12, 592)
    things.glow(sheet, width * 0.5, 300, 210, GOLD_BRIGHT)
    things.lantern(sheet, width * 0.5, 100, 240)
    folk.person(sheet, width * 0.34, 1180, 420, DUL)
    folk.person(sheet, width * 0.66, 1180, 420, IMAM, pose="wave")


def _first(sheet: Sheet) -> None:
    sheet.rect(0, 0, 1080, 190, LEAF)
    landscape_top = Sheet(1080, 190, LEAF, zoom=sheet.zoom)
    landscape.khatam_pattern(landscape_top, 95, "#17685A", width=2)
    sheet.stamp(landscape_top.finish(), 0, 0)
    write(sheet, "Peci Tertukar", MARGIN, 36, face="extra", size=84, colour=PAPER)
    write(
        sheet,
        "Komik Tim Gambar Darul Hikam",
        MARGIN + 4,
        134,
        face="bold",
        size=28,
        colour=GOLD_PALE,
    )
    start = Panel(
        600,
        "#DCE8F2",
        _before,
        (
            Balloon("Taruh di rak dulu, biar tidak basah.", 300, 96, (300, 244)),
            Balloon("Awas, punya kita mirip!", 740, 126, (700, 252), 320),
        ),
    )
    big = Panel(
        600, GOLD_SOFT, _too_big, (Balloon("Kok jadi longgar, ya?", 236, 92, (240, 176), 300),)
    )
    small = Panel(
        600, "#E3EFEA", _too_small, (Balloon("Aduh, kok sempit?", 236, 92, (236, 184), 300),)
    )
    _page(sheet, [[start], [big, small]], 1, top=224)


def _second(sheet: Sheet) -> None:
    doubt = Panel(
        620,
        GOLD_SOFT,
        _suspicion,
        (
            Balloon("Pasti ada yang iseng menukar peciku!", 214, 112, (236, 266), 300),
            Balloon("Jangan menuduh dulu. Tanya yang bersangkutan.", 680, 112, (756, 260), 480),
        ),
    )
    ask = Panel(
        730,
        "#E3EFEA",
        _asking,
        (
            Balloon("Dul, pecimu terasa longgar, tidak?", 220, 110, (150, 316), 340),
            Balloon("Iya! Kok tahu?", 366, 256, (388, 316), 260),
        ),
        share=1.25,
    )
    look = Panel(
        730,
        GOLD_SOFT,
        _inside,
        (Balloon("Ada jahitan benang hijau di dalamnya…", 210, 150, None, 300),),
    )
    _page(sheet, [[doubt], [ask, look]], 2)


def _third(sheet: Sheet) -> None:
    laugh = Panel(
        640,
        "#F7E3DF",
        _laughing,
        (
            Balloon("Benang hijau itu punyaku!", 250, 100, (262, 258), 300),
            Balloon("Berarti yang merah punyamu. Hahaha!", 716, 104, (712, 258), 400),
        ),
    )
    trade = Panel(
        710,
        "#DCE8F2",
        _swap,
        (
            Balloon("Maaf, tadi aku hampir marah.", 250, 104, None, 330),
            Balloon("Untung kamu tanya dulu.", 300, 262, None, 330),
        ),
        share=1.2,
    )
    teach = Panel(
        710, "#F4EAD6", _teacher, (Balloon("Itu namanya tabayun.", 215, 110, (215, 338), 260),)
    )
    _page(sheet, [[laugh], [trade, teach]], 3)


def _fourth(sheet: Sheet) -> None:
    end = Panel(1240, "#24525B", _ending, ())
    _page(sheet, [[end]], 4)
    write(
        sheet,
        "Sejak itu, rak peci penuh benang warna-warni.",
        540,
        1330,
        face="bold",
        size=38,
        colour=LEAF_DEEP,
        align="center",
    )
    write(sheet, "Tamat", 540, 1394, face="extra", size=44, colour=LEAF, align="center")


PAGES: Final = tuple(
    PictureSpec(f"peci-tertukar-{number}", POSTER, paint)
    for number, paint in enumerate((_first, _second, _third, _fourth), start=1)
)
P1, P2, P3, P4 = PAGES
