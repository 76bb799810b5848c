"""Three posters: one thought each, readable across a courtyard."""

from typing import Final

from kodipest.web.demo import buildings, landscape, things
from kodipest.web.demo.brush import Sheet, arc_points
from kodipest.web.demo.lettering import write
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
    LEAF_SOFT,
    PAPER,
    SKY,
)
from kodipest.web.demo.pictures import POSTER, PictureSpec


def signature(sheet: Sheet, text: str, colour: str) -> None:
    """Team and pesantren at the foot, with the star."""
    middle = sheet.width / 2
    y = sheet.height - 84
    sheet.khatam(middle, y - 44, 20, colour, 2.4)
    write(sheet, text, middle, y, size=25, colour=colour, align="center")


def _front_row(sheet: Sheet) -> None:
    """Sandals on the mosque's steps; one place in the front row is kept free."""
    sheet.rect(0, 0, 1080, 1528, GOLD_SOFT)
    landscape.khatam_pattern(sheet, 120, "#EEDDB8", width=2)
    buildings.archway(sheet, 540, 1010, 800, 940, LEAF_DEEP)
    buildings.archway(sheet, 540, 1010, 720, 870, LEAF)
    things.glow(sheet, 540, 560, 330, GOLD_BRIGHT)
    things.lantern(sheet, 540, 150, 300, frame=LEAF_DEEP)
    write(
        sheet,
        "Saf depan\nmasih longgar,",
        540,
        520,
        face="extra",
        size=82,
        colour=PAPER,
        align="center",
    )
    write(
        sheet,
        "kami simpankan\ntempat untukmu.",
        540,
        718,
        face="bold",
        size=50,
        colour=GOLD_PALE,
        align="center",
    )
    for step, (y, tone_) in enumerate(((930, "#F4EBD8"), (1090, "#EADFC7"), (1260, "#DFD1B4"))):
        inset = 110 - step * 55
        sheet.rect(inset, y, 1080 - inset * 2, 1528 - y, tone_)
        sheet.rect(inset, y, 1080 - inset * 2, 10, "#CDBB95")
    _sandal_row(sheet, 1012, 112, (LEAF, SKY, None, "#6B3F5B", GOLD))
    _sandal_row(sheet, 1178, 124, (CLAY, "#31586B", LEAF, "#55512F", SKY))
    signature(sheet, "Tim Poster Nurul Qalam · Sumberayu", LEAF_DEEP)


def _sandal_row(sheet: Sheet, y: float, length: float, soles: tuple[str | None, ...]) -> None:
    pitch = length * 1.42
    start = 540 - pitch * (len(soles) - 1) / 2
    for number, sole in enumerate(soles):
        x = start + pitch * number
        if sole:
            things.sandals(sheet, x, y, length, sole, PAPER)
        else:
            _kept_place(sheet, x, y, length)


def _kept_place(sheet: Sheet, x: float, y: float, length: float) -> None:
    """A dashed outline where a pair will stand."""
    outline = arc_points(x, y, length * 0.52, length * 0.58, 0, 360, steps=36)
    for first, second in zip(outline[::2], outline[1::2], strict=False):
        sheet.line([first, second], CLAY, 6)
    sheet.khatam(x, y, length * 0.22, CLAY, 4)


def _tabayun(sheet: Sheet) -> None:
    """A message under the glass, and three questions before it goes on."""
    sheet.rect(0, 0, 1080, 1528, "#E2ECF5")
    sheet.disc(540, 820, 470, "#CFE0EE")
    sheet.disc(540, 820, 380, "#BCD3E6")
    write(sheet, "Tabayun dulu,", 540, 118, face="extra", size=104, colour=SKY, align="center")
    write(sheet, "baru teruskan.", 540, 246, face="extra", size=72, colour=INK, align="center")
    things.phone(sheet, 470, 800, 400, screen=PAPER)
    bubbles = ((318, 520, 250, 92, "#DCE8F2"), (372, 636, 250, 130, LEAF_SOFT))
    for x, y, wide, high, colour in bubbles:
        sheet.rect(x, y, wide, high, colour, 24)
        for row in range(2 if high < 100 else 3):
            sheet.rect(x + 26, y + 26 + row * 30, wide - 52 - row * 50, 12, "#9FB3C4", 6)
    sheet.rect(318, 800, 304, 190, CLAY + "22", 24)
    for row in range(4):
        sheet.rect(346, 832 + row * 34, 240 - (row % 2) * 60, 14, "#C99087", 7)
    things.magnifier(sheet, 640, 900, 168)
    write(sheet, "?", 640, 812, face="extra", size=150, colour=CLAY, align="center", leading=1.2)
    questions = ("Siapa yang bilang?", "Kapan dan di mana?", "Adakah buktinya?")
    for number, question in enumerate(questions):
        left = 66 + number * 322
        sheet.rect(left, 1252, 304, 92, CARD, 46)
        write(sheet, question, left + 152, 1277, face="bold", size=28, colour=SKY, align="center")
    signature(sheet, "Tim Media As-Salam · Walenrang Indah, Luwu", SKY)


def _lights_out(sheet: Sheet) -> None:
    """Ten at night: the dormitory goes dark and the sky lights up."""
    landscape.bands(sheet, ["#0B1B29", "#0E2233", "#12283B", "#183349", "#1F4258"], 0, 1180)
    landscape.stars(sheet, 22, 150, 980, "#F3E3B5", keep_out=(0, 90, 720, 560))
    landscape.moon(sheet, 850, 250, 84, "#F3E3B5")
    write(sheet, "Lampu kita\npadamkan,", 84, 130, face="extra", size=92, colour=PAPER)
    write(sheet, "bintang\ndinyalakan-Nya.", 84, 370, face="bold", size=56, colour=GOLD_BRIGHT)
    landscape.ridge(sheet, 41, 1140, 150, "#143040")
    night = buildings.silhouette("#0E2735", "#1B3B4D")
    landscape.palm(sheet, 150, 1200, 430, "#0A1D29", "#0A1D29")
    buildings.minaret(sheet, 930, 1190, 470, night)
    tints = buildings.Tints(
        wall="#1D3F50", roof="#0C222E", shade="#0A1D29", opening="#102C3A", trim="#0C222E"
    )
    buildings.dormitory(sheet, 520, 1200, 760, tints, lit=(9,))
    things.glow(sheet, 413, 1129, 120, GOLD_BRIGHT)
    sheet.rect(0, 1196, 1080, 340, "#0A1D29")
    sheet.rect(84, 1256, 912, 3, "#23465C")
    write(
        sheet,
        "Pukul 22.00 padamkan lampu kamar yang tidak dipakai. Satu kamar hemat, satu pondok ringan.",
        540,
        1272,
        size=30,
        colour="#C9D6DE",
        align="center",
        width=860,
    )
    signature(sheet, "OSIS Raudlatul Banat · Gapura Timur, Sumenep", GOLD_BRIGHT)


FRONT_ROW: Final = PictureSpec("poster-saf-depan", POSTER, _front_row)
TABAYUN: Final = PictureSpec("poster-tabayun", POSTER, _tabayun)
LIGHTS_OUT: Final = PictureSpec("poster-padamkan-lampu", POSTER, _lights_out)
