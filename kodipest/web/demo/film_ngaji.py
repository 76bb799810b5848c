"""*Ngaji Tiga Menit*, episode 1: one verse, one explanation, one small deed."""

from typing import Final

from kodipest.web.demo import buildings, folk, landscape, things
from kodipest.web.demo.calligraphy import inscribe, verse
from kodipest.web.demo.films import (
    FilmSpec,
    Layer,
    Scene,
    Stage,
    appear,
    breathe,
    drift,
    riding,
    settle,
    sway,
)
from kodipest.web.demo.lettering import write
from kodipest.web.demo.palette import (
    CARD,
    GOLD,
    GOLD_SOFT,
    INK,
    LEAF,
    LEAF_DEEP,
    LEAF_MID,
    LEAF_NIGHT,
    NIGHT,
    PAPER,
    WOOD_DARK,
)
from kodipest.web.demo.score import Bed, Weather, evening
from kodipest.web.demo.titles import age_mark, end_card, spoken


def _opening(stage: Stage) -> list[Layer]:
    """After Asar: the mosque behind its terraces, the title in the sky."""
    sky = stage.sheet(ground=GOLD_SOFT)
    landscape.bands(sky, ["#F3E2BF", GOLD_SOFT, "#FBF1DF"], 0, 470)
    landscape.sun(sky, 925, 300, 66, "#E9A94B", "#F3C66A")
    clouds = stage.sheet(1500, 260)
    landscape.cloud(clouds, 800, 240, 60, CARD)
    landscape.cloud(clouds, 1010, 84, 90, CARD)
    hills = stage.sheet(1480)
    landscape.volcano(hills, 540, 520, 700, 190, "#A9C8BC", "#96BAAC")
    landscape.ridge(hills, 3, 540, 80, "#7FAE9C")
    village = stage.sheet(1560)
    tints = buildings.Tints()
    buildings.minaret(village, 1265, 585, 350, tints)
    buildings.mosque(village, 1010, 585, 400, tints)
    landscape.palm(village, 700, 590, 240, WOOD_DARK, LEAF_DEEP)
    landscape.palm(village, 1430, 600, 300, WOOD_DARK, LEAF_DEEP, lean=-0.1)
    landscape.tree(village, 590, 590, 130, WOOD_DARK, LEAF)
    landscape.terraces(village, 560, [LEAF_MID, "#3C7C67", "#2B6B56"])
    front = stage.sheet(1720)
    landscape.terraces(front, 640, [LEAF, LEAF_DEEP])
    landscape.seedlings(front, 4, 650, 3, "#7FB39F")
    words = stage.sheet()
    write(words, "Ngaji Tiga Menit", 88, 112, face="extra", size=76, colour=LEAF_DEEP)
    words_below = stage.sheet()
    write(words_below, "Episode 1", 92, 212, face="bold", size=28, colour=GOLD)
    write(words_below, "Sesudah Kesulitan", 92, 246, face="bold", size=38, colour=INK)
    return [
        Layer(sky.finish()),
        Layer(clouds.finish(), x=-60, motion=drift(-6)),
        Layer(hills.finish(), motion=drift(-12)),
        Layer(village.finish(), x=-10, motion=drift(-24)),
        Layer(front.finish(), motion=drift(-48)),
        Layer(words.finish(), motion=settle(0, 18, 1.4, 0.7), light=appear(0.7)),
        Layer(words_below.finish(), motion=settle(0, 18, 1.4, 1.3), light=appear(1.3)),
        age_mark(stage, LEAF_DEEP),
    ]


def _before_dawn(stage: Stage) -> list[Layer]:
    """The stall before Subuh, its lamp alone in the dark."""
    sky = stage.sheet(ground=NIGHT)
    landscape.bands(sky, ["#0E2233", NIGHT, "#183349", "#23465C"], 0, 560)
    landscape.stars(sky, 11, 80, 420, "#E9DDB8", keep_out=(60, 130, 720, 300))
    landscape.moon(sky, 1090, 130, 44, "#F3E3B5")
    far = stage.sheet(1420)
    landscape.ridge(far, 8, 520, 110, "#15303F")
    buildings.mosque(far, 300, 520, 250, buildings.silhouette("#102836", "#D9A84E"))
    landscape.palm(far, 520, 525, 190, "#0D2230", "#0D2230")
    near = stage.sheet(1500)
    near.rect(0, 560, 1500, 160, "#0B1B29")
    near.rect(0, 560, 1500, 5, "#1D3A4D")
    light = stage.sheet(1500)
    things.glow(light, 960, 420, 330, "#F3C66A")
    stall = stage.sheet(1500)
    buildings.stall(stall, 960, 600, 330)
    folk.person(stall, 960, 560, 210, folk.WOMAN, pose="hold")
    stall.rect(795, 494, 330, 23, "#8A5A2B")
    stall.rect(808, 514, 304, 86, WOOD_DARK)
    things.mortar(stall, 890, 496, 66)
    lamp = stage.sheet(200, 240)
    things.lantern(lamp, 100, 0, 110)
    return [
        Layer(sky.finish()),
        Layer(far.finish(), motion=drift(-12)),
        Layer(near.finish(), motion=drift(-24)),
        Layer(light.finish(), motion=drift(-24), light=breathe(0.75, 1.0, 3.1)),
        Layer(stall.finish(), motion=drift(-24)),
        Layer(lamp.finish(), x=965, y=352, motion=riding(drift(-24), sway(2, 0, 3.4))),
        spoken(stage, "Pernah merasa hari ini berat,\nsejak sebelum subuh?", PAPER),
    ]


def _verse(stage: Stage) -> list[Layer]:
    """The verse on paper, whole and at rest; only the pattern behind it moves."""
    pattern = stage.sheet(1320, 720, PAPER)
    landscape.khatam_pattern(pattern, 120, "#EFE6D2", width=2)
    paper = stage.sheet()
    paper.rect(110, 116, 1060, 488, "#E9D9B4", 40)
    paper.rect(113, 119, 1054, 482, CARD, 38)
    for x in (110, 1170):
        paper.disc(x, 360, 34, PAPER)
        paper.khatam(x, 360, 26, GOLD, 2.4)
    arabic = stage.sheet()
    inscribe(arabic, verse(), 640, 316, 108, INK)
    meaning = stage.sheet()
    write(
        meaning,
        "Maknanya: bersama kesulitan itu ada kemudahan.",
        640,
        430,
        face="bold",
        size=34,
        colour=LEAF,
        align="center",
    )
    write(
        meaning, "QS Asy-Syarh 94:5", 640, 494, face="medium", size=24, colour=GOLD, align="center"
    )
    return [
        Layer(pattern.finish(), motion=drift(-12, 12), tiles=True),
        Layer(paper.finish()),
        Layer(arabic.finish(), light=appear(0.9, 1.4)),
        Layer(meaning.finish(), light=appear(2.6, 1.2)),
    ]


def _together(stage: Stage) -> list[Layer]:
    """Morning: two people walk the dike side by side, one load between them."""
    sky = stage.sheet(ground="#E3EFEA")
    landscape.bands(sky, ["#CFE3DA", "#E3EFEA", "#F6EFDD"], 0, 480)
    landscape.sun(sky, 300, 330, 54, "#F0B95A", "#F6D58C")
    hills = stage.sheet(1480)
    landscape.volcano(hills, 1060, 500, 660, 230, "#9DBFB4", "#8AAFA3")
    landscape.ridge(hills, 21, 520, 70, "#7FAE9C")
    field = stage.sheet(1580)
    landscape.terraces(field, 500, ["#8DB9A5", LEAF_MID, "#3C7C67"])
    landscape.banana(field, 1240, 590, 150, "#2B6B56", "#7FB39F")
    landscape.tree(field, 120, 560, 190, WOOD_DARK, LEAF)
    pair = stage.sheet(420, 330)
    folk.person(pair, 120, 300, 250, folk.BOY)
    folk.person(pair, 300, 300, 250, folk.TEACHER)
    pair.line([(155, 216), (265, 216)], WOOD_DARK, 7)
    pair.rect(172, 224, 76, 58, "#C99A63", 8)
    pair.rect(172, 236, 76, 8, WOOD_DARK)
    for x in (184, 236):
        pair.line([(x, 216), (x, 228)], WOOD_DARK, 3)
    dike = stage.sheet(1720)
    dike.rect(0, 634, 1720, 90, LEAF)
    landscape.terraces(dike, 634, [LEAF, LEAF_DEEP], slope=0.02)
    landscape.seedlings(dike, 9, 660, 2, "#7FB39F")
    return [
        Layer(sky.finish()),
        Layer(hills.finish(), x=-120, motion=drift(12)),
        Layer(field.finish(), x=-230, motion=drift(24)),
        Layer(pair.finish(), x=680, y=346, motion=riding(drift(-12), sway(0, 3, 1.1))),
        Layer(dike.finish(), x=-400, motion=drift(48)),
        spoken(stage, "“Bersama”, bukan “sesudah”.\nKemudahan itu menemani.", LEAF_DEEP),
    ]


def _closing(stage: Stage) -> list[Layer]:
    """One small deed, and who made this."""
    return end_card(
        stage,
        "Hari ini, ringankan satu beban\norang di sebelahmu.",
        "Regu Lampu Serambi\nPondok Pesantren Nurul Qalam Sumberayu",
    )


def _sound(seconds: float) -> Bed:
    return evening(seconds, Weather(crickets=0.3, air=0.25), seed=94)


NGAJI: Final = FilmSpec(
    key="ngaji-tiga-menit-1",
    width=1280,
    height=720,
    scenes=(
        Scene(6.2, _opening),
        Scene(5.8, _before_dawn),
        Scene(7.2, _verse),
        Scene(5.8, _together),
        Scene(5.2, _closing),
    ),
    sound=_sound,
    ground=LEAF_NIGHT,
)
