"""*Bedug Kakek*: how a jackfruit trunk becomes the voice of a village."""

import math
from dataclasses import replace
from typing import Final

from kodipest.web.demo import buildings, drums, folk, landscape
from kodipest.web.demo.brush import Sheet
from kodipest.web.demo.films import (
    FilmSpec,
    Layer,
    Scene,
    Stage,
    appear,
    drift,
    pulse,
    settle,
    strike,
)
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
    WOOD,
    WOOD_DARK,
    WOOD_PALE,
    mixed,
)
from kodipest.web.demo.score import Bed, Note, Weather, evening
from kodipest.web.demo.titles import age_mark, end_card, spoken

CHOP_SECONDS: Final = 1.25
BEAT_SECONDS: Final = 1.5
# Scene lengths; the drum must sound when the mallet lands.
VILLAGE, HOLLOW, SKIN_SCENE, DUSK, END = 5.2, 5.0, 5.0, 5.8, 4.2
HOLLOW_AT: Final = VILLAGE - 0.9
DUSK_AT: Final = VILLAGE + HOLLOW + SKIN_SCENE - 2.7


def _village(stage: Stage) -> list[Layer]:
    """Morning at the grandfather's open workshop under the jackfruit tree."""
    sky = stage.sheet(ground=GOLD_SOFT)
    landscape.bands(sky, ["#DCE9E2", "#EAF0E4", GOLD_SOFT, "#FBF1DF"], 0, 720)
    landscape.sun(sky, 420, 520, 84, "#F0B95A", "#F6D58C")
    hills = stage.sheet(2160)
    landscape.volcano(hills, 1560, 760, 1200, 400, "#A9C8BC", "#96BAAC")
    landscape.ridge(hills, 5, 800, 130, "#7FAE9C")
    landscape.birds(hills, [(1240, 250), (1300, 285), (1200, 300)], 22, LEAF_DEEP)
    yard = stage.sheet(2400)
    landscape.terraces(yard, 790, [LEAF_MID, "#3C7C67", "#2B6B56"])
    landscape.palm(yard, 1960, 850, 460, WOOD_DARK, LEAF_DEEP, lean=-0.08)
    _workshop(yard, 1500, 900, 760)
    landscape.tree(yard, 1010, 900, 450, WOOD_DARK, LEAF)
    for x, y in ((945, 665), (1075, 700), (1030, 600)):
        yard.ellipse(x, y, 22, 32, "#C9A94A")
        yard.ellipse(x - 5, y - 6, 10, 16, "#DCC06A")
    front = stage.sheet(2600)
    landscape.terraces(front, 940, [LEAF, LEAF_DEEP], slope=0.03)
    landscape.banana(front, 2050, 1010, 260, "#0C5041", "#2B6B56")
    words = stage.sheet()
    write(words, "Bedug Kakek", 130, 168, face="extra", size=120, colour=LEAF_DEEP)
    below = stage.sheet()
    write(
        below, "Dari batang nangka sampai suara magrib", 136, 322, face="bold", size=42, colour=GOLD
    )
    return [
        Layer(sky.finish()),
        Layer(hills.finish(), motion=drift(-24)),
        Layer(yard.finish(), x=-100, motion=drift(-48)),
        Layer(front.finish(), motion=drift(-72)),
        Layer(words.finish(), motion=settle(0, 26, 1.4, 0.6), light=appear(0.6)),
        Layer(below.finish(), motion=settle(0, 26, 1.4, 1.2), light=appear(1.2)),
        age_mark(stage, LEAF_DEEP),
    ]


def _workshop(sheet: Sheet, x: float, base: float, size: float) -> None:
    """A roof on four posts; under it the trunk, the grandfather and his grandson."""
    sheet.rect(x - size * 0.42, base - size * 0.42, size * 0.84, size * 0.42, "#E8D9BC")
    for plank in range(1, 9):
        sheet.rect(
            x - size * 0.42 + plank * size * 0.093, base - size * 0.42, 3, size * 0.42, "#D8C6A2"
        )
    for side in (-0.44, -0.15, 0.15, 0.44):
        sheet.rect(x + size * side - 9, base - size * 0.44, 18, size * 0.44, WOOD_DARK)
    roof = [(-0.56, 0.4), (-0.36, 0.66), (0.36, 0.66), (0.56, 0.4)]
    sheet.polygon([(x + size * dx, base - size * dy) for dx, dy in roof], "#A0492F")
    shade = [(0.1, 0.66), (0.36, 0.66), (0.56, 0.4), (0.2, 0.4)]
    sheet.polygon([(x + size * dx, base - size * dy) for dx, dy in shade], "#863A24")
    sheet.rect(x - size * 0.57, base - size * 0.41, size * 1.14, 14, WOOD_DARK)
    drums.log(sheet, x - size * 0.12, base - size * 0.1, size * 0.1, size * 0.36)
    grandfather = folk.Figure(shirt="#E9E2D0", sarung="#6B3F5B", stripe="#D7B6CB", peci="#F4F1E8")
    folk.person(sheet, x - size * 0.3, base + 4, size * 0.31, grandfather, pose="hold")
    folk.person(sheet, x + size * 0.33, base + 4, size * 0.25, folk.BOY, facing=-1)


def _hollowing(stage: Stage) -> list[Layer]:
    """The cut of the trunk, its heart opening with every stroke."""
    wall = stage.sheet(2100, ground="#EFE3C9")
    for plank in range(12):
        wall.rect(plank * 178, 0, 6, 1080, "#E3D3B2")
    wall.rect(0, 930, 2100, 150, "#B98B57")
    wall.rect(0, 930, 2100, 8, WOOD)
    trunk = stage.sheet(2100)
    drums.log(trunk, 1060, 640, 310, 760)
    trunk.rect(1010, 926, 130, 60, WOOD_DARK, 12)
    trunk.rect(1600, 926, 130, 60, WOOD_DARK, 12)
    layers = [
        Layer(wall.finish(), motion=drift(-24)),
        Layer(trunk.finish(), motion=drift(-24)),
    ]
    for number in range(4):
        heart = stage.sheet(2100)
        share = 0.3 + 0.15 * number
        heart.ellipse(1060, 640, 170 * share, 310 * share, WOOD_DARK)
        heart.ellipse(1060 + 10, 640, 170 * share * 0.86, 310 * share * 0.9, "#3B2511")
        start = CHOP_SECONDS * (number + 0.95)
        layers.append(Layer(heart.finish(), motion=drift(-24), light=appear(start, 0.12)))
    tool = stage.sheet(760, 640)
    drums.adze(tool, 120, 520, 420)
    layers.append(Layer(tool.finish(), x=890, y=60, motion=strike(70, -120, CHOP_SECONDS)))
    layers += [_chips(stage, number) for number in range(3)]
    layers.append(
        spoken(stage, "Kayu nangka dilubangi\npelan-pelan.", WOOD_DARK, x=130, y=210, size=66)
    )
    return layers


def _chips(stage: Stage, number: int) -> Layer:
    """A handful of wood chips, seen for a moment after each stroke."""
    sheet = stage.sheet()
    for piece in range(5):
        angle = math.radians(200 + number * 17 + piece * 24)
        far = 90 + number * 85 + piece * 9
        x, y = 1000 + math.cos(angle) * far, 590 + math.sin(angle) * far * 0.8
        turn = math.radians(piece * 50 + number * 30)
        dx, dy = 22 * math.cos(turn), 22 * math.sin(turn)
        sheet.polygon([(x - dx, y - dy), (x + dy * 0.4, y - dx * 0.4), (x + dx, y + dy)], WOOD_PALE)
    return Layer(
        sheet.finish(), light=pulse(CHOP_SECONDS * 0.98 + number * 0.09, 0.32, CHOP_SECONDS)
    )


def _skin(stage: Stage) -> list[Layer]:
    """The skin is stretched in the sun and nailed down, one peg after another."""
    sky = stage.sheet(ground="#E2ECF5")
    landscape.bands(sky, ["#CFE0EC", "#E2ECF5", "#F2F1E6"], 0, 900)
    landscape.sun(sky, 1640, 210, 90, "#F0B95A", "#F6D58C")
    clouds = stage.sheet(2200)
    landscape.cloud(clouds, 500, 900, 170, CARD)
    landscape.cloud(clouds, 1900, 760, 130, CARD)
    drum = stage.sheet()
    x, y, radius = 1250, 560, 370
    drum.disc(x + 14, y + 20, radius * 1.1, "#2B5C8A30")
    drum.disc(x, y, radius * 1.1, WOOD_DARK)
    drum.disc(x, y, radius * 1.03, WOOD)
    drum.disc(x, y, radius * 0.98, "#E4D2AB")
    drum.disc(x, y, radius * 0.84, "#F0E4C8")
    drum.disc(x - 30, y - 30, radius * 0.6, "#F6EDD8")
    drum.disc(x + 10, y + 20, radius * 0.26, "#E4D2AB")
    layers = [
        Layer(sky.finish()),
        Layer(clouds.finish(), motion=drift(-24)),
        Layer(drum.finish()),
    ]
    layers += [_peg(stage, number, x, y, radius * 0.93) for number in range(16)]
    layers.append(
        spoken(
            stage,
            "Kulit direntang,\ndijemur, lalu dipaku\nmelingkar.",
            LEAF_DEEP,
            x=130,
            y=390,
            size=66,
            start=0.6,
        )
    )
    return layers


def _peg(stage: Stage, number: int, x: float, y: float, reach: float) -> Layer:
    """One of the sixteen pegs around x, y; each comes in a fifth of a second after the last."""
    angle = math.radians(number * 22.5 - 90)
    peg = stage.sheet(80, 80)
    peg.disc(43, 45, 19, "#4A2F14")
    peg.disc(40, 40, 19, GOLD)
    peg.disc(36, 35, 8, GOLD_BRIGHT)
    start = 0.8 + number * 0.2
    return Layer(
        peg.finish(),
        x=x + math.cos(angle) * reach - 40,
        y=y + math.sin(angle) * reach - 40,
        motion=settle(math.cos(angle) * 60, math.sin(angle) * 60, 0.4, start),
        light=appear(start, 0.2),
    )


def _dusk(stage: Stage) -> list[Layer]:
    """Magrib: the drum speaks from the serambi and the fields hear it."""
    sky = stage.sheet(ground="#E8A15C")
    landscape.bands(sky, ["#7B4A4F", "#B5624C", "#D98652", "#EDB069", "#F5CF8E"], 0, 780)
    landscape.sun(sky, 300, 740, 100, "#F9DE9F", "#F9DE9F")
    hills = stage.sheet(2160)
    landscape.volcano(hills, 820, 800, 900, 230, "#7A4B45", "#6A3F3D")
    landscape.ridge(hills, 31, 820, 110, "#5C3A39")
    landscape.palm(hills, 240, 850, 200, "#3A2727", "#3A2727")
    landscape.palm(hills, 330, 850, 150, "#3A2727", "#3A2727", lean=-0.06)
    rings = [_ring(stage, number) for number in range(5)]
    house, porch = stage.sheet(), stage.sheet()
    tints = buildings.Tints(wall="#3A2A22", roof="#241913", shade="#33231B", trim="#5C4029")
    buildings.serambi(house, 905, tints, (0.035, 0.515, 0.965))
    drums.trestle(house, 1520, 905, 470, 190)
    drums.bedug(house, 1350, 560, 210, body=1.6)
    folk.person(porch, 930, 930, 430, folk.TEACHER, pose="strike")
    stick = stage.sheet(420, 300)
    hand = (152, 149)
    stick.line([(60, 139), (104, 208), hand], mixed(folk.TEACHER.shirt, "#000000", 0.07), 27)
    drums.mallet(stick, 290, 80, 230)
    stick.disc(*hand, 17, folk.TEACHER.skin)
    return [
        Layer(sky.finish()),
        Layer(hills.finish(), x=-40, motion=drift(-12)),
        *rings,
        Layer(house.finish()),
        Layer(stick.finish(), x=900, y=480, motion=strike(-70, -24, BEAT_SECONDS)),
        Layer(porch.finish()),
        spoken(
            stage,
            "Satu pukulan,\nsawah pun tahu:\nwaktunya pulang.",
            "#2E1A14",
            x=150,
            y=300,
            size=66,
            start=0.9,
        ),
    ]


def _ring(stage: Stage, number: int) -> Layer:
    """One circle of sound; the next lights up as it fades."""
    sheet = stage.sheet()
    sheet.ring(1300, 560, 250 + number * 150, GOLD_PALE, 7 - number)
    start = BEAT_SECONDS + number * 0.13
    return Layer(sheet.finish(), light=pulse(start, 0.75, BEAT_SECONDS))


def _closing(stage: Stage) -> list[Layer]:
    return end_card(
        stage,
        "Yang dibuat dengan sabar\nterdengar lebih jauh.",
        "Regu Kamera Kardus\nPondok Pesantren Darul Hikam Cikawung",
        ground="#7A4A12",
        line="#8A5A20",
    )


def _sound(seconds: float) -> Bed:
    """Knocks while the trunk is hollowed, the drum at dusk, slow chords all along."""
    bed = evening(seconds, Weather(air=0.2), seed=7, root=196.0)
    knocks = [
        Note(HOLLOW_AT + CHOP_SECONDS * beat, 0.22, pitch, 0.34, "drum")
        for beat in range(1, 4)
        for pitch in (310.0, 422.0)
    ]
    beats = int((DUSK - 1.2) / BEAT_SECONDS)
    drum = [
        Note(DUSK_AT + BEAT_SECONDS * beat, 1.9, 58.0, 1.0, "drum") for beat in range(1, beats + 1)
    ]
    return replace(bed, notes=(*bed.notes, *knocks, *drum))


BEDUG: Final = FilmSpec(
    key="bedug-kakek",
    width=1920,
    height=1080,
    scenes=(
        Scene(VILLAGE, _village),
        Scene(HOLLOW, _hollowing),
        Scene(SKIN_SCENE, _skin),
        Scene(DUSK, _dusk),
        Scene(END, _closing),
    ),
    sound=_sound,
    ground=INK,
)
