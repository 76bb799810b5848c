"""*Naskah Satu Halaman*: four A4 sheets that lead from an idea to a script of sixty seconds."""

from typing import Final

from kodipest.web.demo import landscape, things
from kodipest.web.demo.brush import Sheet
from kodipest.web.demo.lettering import write
from kodipest.web.demo.palette import (
    CARD,
    GOLD,
    GOLD_PALE,
    INK,
    LEAF,
    LEAF_SOFT,
    LINE,
    PAPER,
    SOFT,
)

LEFT, RIGHT = 120, 1120
STEPS: Final = (
    ("5 detik", "Sapa", "Siapa yang kausapa? Sebut satu keadaan yang ia kenal."),
    ("40 detik", "Isi", "Satu pesan saja, dengan satu contoh yang kaulihat sendiri."),
    ("10 detik", "Dalil", "Salin dari panel rujukan. Tulis surah dan ayatnya, atau kitabnya."),
    ("5 detik", "Ajakan", "Satu perbuatan kecil yang bisa dikerjakan hari ini juga."),
)
CHECKS: Final = (
    "Pesannya tidak lebih dari lima belas kata.",
    "Setiap dalil punya rujukan dan sudah dibaca guru.",
    "Orang yang dibicarakan akan tersenyum bila menontonnya.",
    "Semua yang terekam sudah memberi izin, juga walinya.",
    "Suara dan musik milik sendiri atau berizin tertulis.",
    "Sudah dibaca keras-keras sambil melihat jam.",
    "Tidak ada nama, alamat, atau jadwal anak yang terbawa.",
    "Sudah disetorkan sekali, diperbaiki, disetorkan lagi.",
)


def _head(sheet: Sheet, title: str, number: int) -> float:
    """The heading of an inner page; returns the y where its content begins."""
    sheet.rect(0, 0, sheet.width, 16, LEAF)
    sheet.khatam(LEFT + 26, 132, 24, LEAF, 3)
    write(sheet, title, LEFT + 76, 96, face="extra", size=54, colour=LEAF)
    sheet.rect(LEFT, 192, RIGHT - LEFT, 3, LINE)
    write(
        sheet, f"Naskah Satu Halaman · {number}", RIGHT, 1664, size=24, colour=SOFT, align="right"
    )
    return 236


def _cover(sheet: Sheet) -> None:
    sheet.rect(0, 0, 1240, 1754, LEAF)
    landscape.khatam_pattern(sheet, 155, "#17685A", width=2.4)
    sheet.rect(120, 180, 1000, 900, PAPER, 44)
    write(sheet, "Naskah\nSatu Halaman", 190, 262, face="extra", size=128, colour=LEAF)
    write(
        sheet,
        "Lembar kerja untuk film enam puluh detik",
        194,
        590,
        face="bold",
        size=42,
        colour=GOLD,
    )
    things.open_book(sheet, 620, 980, 520)
    write(
        sheet, "Regu Lampu Serambi", 620, 1440, face="bold", size=44, colour=PAPER, align="center"
    )
    write(
        sheet,
        "Pondok Pesantren Nurul Qalam Sumberayu",
        620,
        1510,
        size=34,
        colour=GOLD_PALE,
        align="center",
    )


def _formula(sheet: Sheet) -> None:
    y = _head(sheet, "Rumus 5 – 40 – 10 – 5", 1)
    y = write(
        sheet,
        "Enam puluh detik terasa pendek sampai kita mencoba mengisinya. Bagilah menjadi empat, lalu tulis satu kalimat untuk setiap bagian sebelum menulis yang lain.",
        LEFT,
        y,
        size=34,
        width=RIGHT - LEFT,
    )
    y += 50
    for seconds, name, hint in STEPS:
        sheet.rect(LEFT, y, RIGHT - LEFT, 246, CARD, 24)
        sheet.rect(LEFT, y, 220, 246, LEAF_SOFT, 24)
        write(
            sheet, seconds, LEFT + 110, y + 92, face="extra", size=42, colour=LEAF, align="center"
        )
        write(sheet, name, LEFT + 262, y + 46, face="extra", size=46, colour=INK)
        write(sheet, hint, LEFT + 262, y + 118, size=32, colour=SOFT, width=700)
        y += 282


def _blank(sheet: Sheet) -> None:
    y = _head(sheet, "Naskahku", 2)
    for label, lines in (
        ("Judul", 1),
        ("Pesan, paling banyak 15 kata", 2),
        ("Sapa", 2),
        ("Isi", 6),
        ("Dalil dan rujukannya", 3),
        ("Ajakan", 2),
    ):
        write(sheet, label, LEFT, y, face="bold", size=32, colour=LEAF)
        y += 62
        for _ in range(lines):
            y += 54
            sheet.rect(LEFT, y, RIGHT - LEFT, 2.4, "#CFC6B2")
        y += 34


def _checks(sheet: Sheet) -> None:
    y = _head(sheet, "Sebelum disetorkan", 3)
    for text in CHECKS:
        sheet.rect(LEFT, y, 56, 56, LEAF, 12)
        sheet.rect(LEFT + 4, y + 4, 48, 48, PAPER, 9)
        write(sheet, text, LEFT + 92, y + 2, size=36, width=880)
        y += 134
    sheet.rect(LEFT, 1360, RIGHT - LEFT, 210, CARD, 24)
    write(sheet, "Catatan guru", LEFT + 40, 1386, face="bold", size=32, colour=GOLD)
    for row in range(2):
        sheet.rect(LEFT + 40, 1482 + row * 54, RIGHT - LEFT - 80, 2.4, "#CFC6B2")


PAGES: Final = (_cover, _formula, _blank, _checks)
