"""Cover pictures of articles, audio and books: one object each, plenty of paper around it."""

import math
from typing import Final

from kodipest.web.demo import buildings, folk, landscape, things
from kodipest.web.demo.brush import Sheet
from kodipest.web.demo.lettering import write
from kodipest.web.demo.palette import (
    CARD,
    GOLD,
    GOLD_BRIGHT,
    GOLD_PALE,
    GOLD_SOFT,
    INK,
    LEAF,
    LEAF_DEEP,
    LEAF_MID,
    LEAF_PALE,
    LEAF_SOFT,
    PAPER,
    SKY,
    WOOD,
    WOOD_DARK,
    WOOD_PALE,
)
from kodipest.web.demo.pictures import BOOK, COVER, PictureSpec


def _small_lamp(sheet: Sheet) -> None:
    """A lamp on the serambi's floor at dusk."""
    landscape.bands(sheet, ["#173B4A", "#24525B", "#4F7F76", "#9DB58F", "#E6C88C"], 0, 640)
    landscape.stars(sheet, 3, 46, 300, "#F3E3B5")
    landscape.volcano(sheet, 1180, 660, 900, 250, "#2F5F5F", "#295555")
    landscape.ridge(sheet, 14, 680, 90, "#234B4C")
    tints = buildings.Tints(wall="#5A3D24", roof="#2B1D12", shade="#3A2819", trim="#7A5530")
    buildings.serambi(sheet, 690, tints, (0.08, 0.5, 0.92))
    for plank in range(1, 5):
        sheet.rect(0, 700 + plank * 42, 1600, 4, "#4B321D")
    things.glow(sheet, 420, 560, 330, GOLD_BRIGHT)
    things.table_lamp(sheet, 420, 790, 340)
    things.open_book(sheet, 860, 830, 330)


def _invitation(sheet: Sheet) -> None:
    """An open door, a carpet that leads in, a pair of sandals already there."""
    sheet.rect(0, 0, 1600, 900, "#EFE2C4")
    landscape.khatam_pattern(sheet, 120, "#E6D5AF", width=2)
    sheet.rect(0, 690, 1600, 210, "#D8C7A0")
    sheet.rect(0, 690, 1600, 10, "#C2AE82")
    buildings.archway(sheet, 800, 700, 620, 640, LEAF_DEEP)
    buildings.archway(sheet, 800, 700, 540, 580, "#F7DFA3")
    buildings.archway(sheet, 800, 700, 380, 430, "#FBEFCB")
    things.lantern(sheet, 800, 150, 170, frame=LEAF_DEEP)
    carpet = [(660, 700), (940, 700), (1120, 900), (480, 900)]
    sheet.polygon(carpet, "#A0492F")
    sheet.polygon([(690, 700), (910, 700), (1066, 900), (534, 900)], "#B9604A")
    for step, y in enumerate((728, 766, 818)):
        half = 96 + step * 34
        sheet.polygon(
            [
                (800, y - 10 - step * 4),
                (800 + half, y + 6),
                (800, y + 22 + step * 4),
                (800 - half, y + 6),
            ],
            GOLD_PALE,
        )
    things.sandals(sheet, 330, 800, 130, LEAF, PAPER)
    things.sandals(sheet, 1270, 800, 130, SKY, PAPER)
    for x in (170, 1430):
        landscape.banana(sheet, x, 740, 240, "#2B6B56", LEAF_PALE)


def _cardboard_film(sheet: Sheet) -> None:
    """A camera of cardboard on its tripod, and a clapper with chalk stripes."""
    sheet.rect(0, 0, 1600, 900, "#F4E7DC")
    sheet.disc(620, 430, 360, "#EFD9C6")
    sheet.rect(0, 720, 1600, 180, "#E0C9B0")
    for foot in (-190, 0, 190):
        sheet.line([(560, 470), (560 + foot, 790)], WOOD_DARK, 18)
    sheet.rect(370, 270, 400, 230, WOOD_PALE, 20)
    sheet.rect(370, 270, 400, 46, "#B98755", 20)
    sheet.rect(370, 296, 400, 20, "#B98755")
    sheet.polygon([(770, 330), (880, 290), (880, 470), (770, 430)], WOOD)
    sheet.disc(500, 400, 66, WOOD_DARK)
    sheet.disc(500, 400, 46, "#2F4858")
    sheet.disc(484, 384, 14, "#9DB9CA")
    for x in (450, 640):
        sheet.disc(x, 200, 86, WOOD_DARK)
        sheet.disc(x, 200, 66, WOOD)
        for angle in range(0, 360, 72):
            dx, dy = 38 * math.cos(math.radians(angle)), 38 * math.sin(math.radians(angle))
            sheet.disc(x + dx, 200 + dy, 14, WOOD_DARK)
    _clapper(sheet, 1000, 430, 430)


def _clapper(sheet: Sheet, x: float, y: float, width: float) -> None:
    sheet.rect(x, y, width, width * 0.66, INK, 18)
    for top, lift in ((y - 78, 34), (y, 0)):
        sheet.polygon(
            [
                (x, top + lift),
                (x + width, top - lift),
                (x + width, top + 56 - lift),
                (x, top + 56 + lift),
            ],
            INK,
        )
        for stripe in range(5):
            left = x + 18 + stripe * width * 0.2
            tilt = -lift * 2 / width
            low, high = top + 56 + lift + tilt * (left - x), top + lift + tilt * (left - x)
            sheet.polygon(
                [
                    (left, low),
                    (left + 44, low + tilt * 44),
                    (left + 74, high + tilt * 74),
                    (left + 30, high + tilt * 30),
                ],
                PAPER,
            )
    write(sheet, "Adegan 1", x + 36, y + 86, face="bold", size=54, colour=PAPER)
    write(sheet, "wudu, 20 detik", x + 36, y + 166, size=38, colour=GOLD_PALE)


def _bookbinding(sheet: Sheet) -> None:
    """An old kitab, half sewn."""
    sheet.rect(0, 0, 1600, 900, "#E6EFE9")
    sheet.disc(800, 450, 380, "#D3E4DB")
    sheet.rect(0, 700, 1600, 200, WOOD_PALE)
    sheet.rect(0, 700, 1600, 12, WOOD)
    for number, (colour, inset) in enumerate((("#6B3F5B", 0), (SKY, 34), (GOLD, 14))):
        y = 660 - number * 64
        sheet.rect(220 + inset, y - 18, 430 - inset * 2, 62, colour, 10)
        sheet.rect(236 + inset, y - 6, 400 - inset * 2, 40, CARD, 6)
    things.open_book(sheet, 960, 720, 660, ink=LEAF_MID)
    for stitch in range(6):
        y = 500 + stitch * 36
        sheet.line([(944, y), (976, y + 14)], "#A0492F", 7)
    things.needle_and_thread(sheet, 1000, 430, 170, "#A0492F")


def _letter(sheet: Sheet) -> None:
    """A letter over the sea between two shores: a volcano here, limestone hills there."""
    landscape.bands(sheet, ["#F6DDB2", "#F9E7C4", "#FBF1DF"], 0, 520)
    landscape.sun(sheet, 800, 500, 120, "#E9A94B", "#F3C66A")
    sheet.rect(0, 520, 1600, 380, "#8FB7BC")
    landscape.volcano(sheet, 210, 540, 640, 260, "#4F8F7B", "#417C69")
    for x, height, colour in (
        (1240, 270, "#6F9C93"),
        (1400, 350, "#5C8B82"),
        (1530, 240, "#6F9C93"),
        (1120, 170, "#86AEA4"),
    ):
        sheet.blob(
            [
                (x - 90, 545),
                (x - 74, 540 - height * 0.7),
                (x, 540 - height),
                (x + 74, 540 - height * 0.7),
                (x + 90, 545),
            ],
            colour,
        )
    sheet.rect(0, 540, 1600, 360, "#7FAFB8")
    for row in range(6):
        for part in range(5):
            x = part * 340 + (row % 2) * 170 - 40
            sheet.rect(x, 590 + row * 52, 120, 5, "#A5CBD1", 2)
    for x in (90, 300):
        landscape.palm(sheet, x, 600, 250, WOOD_DARK, LEAF_DEEP)
    sheet.polygon([(-10, 585), (420, 560), (480, 600), (200, 660), (-10, 680)], LEAF)
    things.envelope(sheet, 800, 560, 420)
    landscape.birds(sheet, [(560, 250), (620, 280), (1010, 230)], 20, INK)


def _rain_porch(sheet: Sheet) -> None:
    """Rain beyond the serambi, a lantern inside."""
    landscape.bands(sheet, ["#5F7F8C", "#7896A0", "#93ADB3", "#B2C5C6"], 0, 680)
    landscape.ridge(sheet, 19, 680, 120, "#5B7F7C")
    landscape.palm(sheet, 640, 720, 360, "#3F5A57", "#3F5A57")
    landscape.palm(sheet, 1120, 720, 280, "#3F5A57", "#3F5A57", lean=-0.1)
    landscape.terraces(sheet, 640, ["#4E776F", "#426A62"], slope=0.03)
    landscape.rain(sheet, 8, 210, "#DCE8EA90", length=46)
    tints = buildings.Tints(wall="#6E5136", roof="#2F2318", shade="#46331F", trim="#8F6B42")
    buildings.serambi(sheet, 740, tints, (0.06, 0.36, 0.66, 0.94))
    things.glow(sheet, 340, 330, 200, GOLD_BRIGHT)
    things.lantern(sheet, 340, 100, 250)
    folk.person(sheet, 820, 800, 420, folk.BOY, pose="sit")
    folk.person(sheet, 1240, 800, 420, folk.TEACHER, pose="sit", facing=-1)
    things.open_book(sheet, 1030, 812, 150)


def _metre(sheet: Sheet) -> None:
    """The rajaz metre written as long and short bars around a microphone."""
    sheet.rect(0, 0, 1600, 900, LEAF)
    landscape.khatam_pattern(sheet, 150, "#17685A", width=2)
    for row in range(3):
        x = 150.0
        y = 250 + row * 180
        for foot in range(3):
            for number, units in enumerate((2, 2, 1, 2)):
                tall = 40 + 64 * math.sin((row * 12 + foot * 4 + number) * 0.55 + 1.2) ** 2
                colour = GOLD_BRIGHT if number == 2 else LEAF_SOFT
                sheet.rect(x, y - tall / 2, units * 46 - 12, tall, colour, 17)
                x += units * 46
            x += 34
    sheet.disc(1400, 440, 170, LEAF_DEEP)
    things.microphone(sheet, 1400, 590, 330, body=GOLD_BRIGHT, stand=PAPER)


def _serambi_notes(sheet: Sheet) -> None:
    """Cover of the EPUB: the porch at night with its one lamp."""
    landscape.bands(sheet, ["#0A4437", "#0C4B3D", "#0E5546", LEAF], 0, 1150)
    landscape.stars(sheet, 17, 80, 900, GOLD_PALE, keep_out=(90, 130, 1120, 730))
    write(sheet, "Catatan\nRegu Lampu\nSerambi", 110, 160, face="extra", size=132, colour=PAPER)
    write(
        sheet,
        "Panduan kecil merekam di pesantren",
        114,
        640,
        face="bold",
        size=44,
        colour=GOLD_BRIGHT,
    )
    night = buildings.silhouette("#072C25", GOLD_BRIGHT)
    buildings.minaret(sheet, 980, 1330, 520, night)
    buildings.mosque(sheet, 500, 1330, 600, night)
    sheet.rect(0, 1325, 1200, 275, "#05211B")
    things.glow(sheet, 960, 1400, 200, GOLD_BRIGHT)
    things.table_lamp(sheet, 960, 1500, 210)
    write(sheet, "Pondok Pesantren Nurul Qalam", 110, 1480, size=36, colour=GOLD_PALE)


def _first_frame(sheet: Sheet) -> None:
    """Practice sheet of the training: five frames drawn by hand."""
    sheet.rect(0, 0, 1600, 900, GOLD_SOFT)
    sheet.disc(1180, 470, 330, "#EFD9A8")
    for number, (x, y) in enumerate(((150, 170), (560, 170), (150, 500), (560, 500))):
        sheet.rect(x, y, 360, 236, CARD, 14)
        sheet.rect(
            x + 12, y + 12, 336, 190, ("#CFE3DA", "#DCE8F2", "#F7E3C0", "#E9DFF0")[number], 8
        )
        sheet.rect(x + 12, y + 214, 200, 10, "#D8CDB4", 5)
    landscape.volcano(sheet, 330, 372, 240, 110, LEAF_MID, "#417C69")
    sheet.disc(740, 270, 34, GOLD_BRIGHT)
    things.sandals(sheet, 330, 606, 96, "#A0492F", PAPER)
    things.open_book(sheet, 740, 660, 190)
    things.phone(sheet, 1180, 440, 270, screen="#DDE9E2")
    sheet.khatam(1180, 430, 74, LEAF, 6)


SMALL_LAMP: Final = PictureSpec("sampul-lampu-kecil", COVER, _small_lamp)
INVITATION: Final = PictureSpec("sampul-mengajak", COVER, _invitation)
CARDBOARD_FILM: Final = PictureSpec("sampul-film-kardus", COVER, _cardboard_film)
BOOKBINDING: Final = PictureSpec("sampul-menjilid", COVER, _bookbinding)
LETTER: Final = PictureSpec("sampul-surat", COVER, _letter)
RAIN_PORCH: Final = PictureSpec("sampul-hujan", COVER, _rain_porch)
METRE: Final = PictureSpec("sampul-rajaz", COVER, _metre)
FIRST_FRAME: Final = PictureSpec("sampul-lima-gambar", COVER, _first_frame)
SERAMBI_NOTES: Final = PictureSpec("sampul-catatan-serambi", BOOK, _serambi_notes)
