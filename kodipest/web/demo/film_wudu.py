"""*Antre Wudu, Hemat Air*: a public-service short for phones, upright."""

from dataclasses import replace
from typing import Final

from kodipest.web.demo import folk, landscape, things
from kodipest.web.demo.brush import Sheet
from kodipest.web.demo.films import (
    FilmSpec,
    Layer,
    Light,
    Motion,
    Scene,
    Stage,
    appear,
    drift,
    riding,
    settle,
    sway,
)
from kodipest.web.demo.lettering import write
from kodipest.web.demo.palette import (
    CARD,
    CLAY,
    GOLD_PALE,
    INK,
    LEAF,
    LEAF_DEEP,
    NIGHT,
    PAPER,
    SKY,
    SKY_MID,
    SKY_SOFT,
    STONE,
    STONE_DARK,
    mixed,
)
from kodipest.web.demo.score import Bed, Note, Weather, evening, tone
from kodipest.web.demo.titles import age_mark, end_card, spoken

DROP_SECONDS: Final = 1.3
SOLES: Final = (CLAY, SKY, LEAF, "#9A6412", "#6B3F5B", "#31586B")


def _tiles(sheet: Sheet, top: float, bottom: float, colour: str, joint: str) -> None:
    """A tiled wall, every other row shifted."""
    sheet.rect(0, top, sheet.width, bottom - top, colour)
    row, y = 0, top
    while y < bottom:
        sheet.rect(0, y, sheet.width, 3, joint)
        x = -40.0 if row % 2 else 0.0
        while x < sheet.width:
            sheet.rect(x, y, 3, min(80, bottom - y), joint)
            x += 80
        row, y = row + 1, y + 80


def _opening(stage: Stage) -> list[Layer]:
    """Three taps in the morning, drops falling, sandals waiting in a row."""
    wall = stage.sheet(900, 1280, SKY_SOFT)
    _tiles(wall, 480, 960, "#D3E2EE", "#C2D5E5")
    wall.rect(0, 470, 900, 16, SKY)
    wall.rect(0, 930, 900, 46, STONE)
    wall.rect(0, 976, 900, 304, "#E6DFCF")
    wall.rect(0, 930, 900, 8, STONE_DARK)
    taps = stage.sheet(900, 1280)
    taps.rect(0, 540, 900, 18, STONE_DARK)
    for x in (150, 400, 650):
        things.tap(taps, x, 668, 150)
    shoes = stage.sheet(1020, 300)
    for number, sole in enumerate(SOLES):
        things.sandals(shoes, 90 + number * 160, 150, 128, sole, PAPER)
    words = stage.sheet()
    write(words, "Antre wudu,\nhemat air", 64, 150, face="extra", size=92, colour=SKY)
    return [
        Layer(wall.finish(), motion=drift(-12)),
        Layer(taps.finish(), motion=drift(-12)),
        Layer(shoes.finish(), x=0, y=1000, motion=drift(-24)),
        *_drops(stage),
        Layer(words.finish(), motion=settle(0, 18, 1.3, 0.4), light=appear(0.4)),
        age_mark(stage, SKY),
    ]


def _drops(stage: Stage) -> list[Layer]:
    """One drop under every tap, each in its own time."""
    picture = stage.sheet(60, 80)
    things.drop(picture, 30, 48, 34, SKY_MID)
    image = picture.finish()
    return [
        Layer(
            image,
            x=x - 30,
            y=660,
            motion=riding(drift(-12), _falling(phase)),
            light=_until_the_floor(phase),
        )
        for x, phase in ((150, 0.0), (400, 0.45), (650, 0.75))
    ]


def _falling(phase: float) -> Motion:
    """Down 240 pixels, ever faster, again and again."""
    return lambda t: (0.0, 240 * ((t / DROP_SECONDS + phase) % 1.0) ** 2)


def _until_the_floor(phase: float) -> Light:
    return lambda t: 1.0 if (t / DROP_SECONDS + phase) % 1.0 < 0.93 else 0.0


def _running(stage: Stage) -> list[Layer]:
    """A tap left open: the bucket fills, then runs over."""
    wall = stage.sheet(ground="#F3E9D6")
    _tiles(wall, 0, 1010, "#F3E9D6", "#E7D9BD")
    wall.rect(0, 1010, 720, 270, STONE)
    wall.rect(0, 1010, 720, 10, STONE_DARK)
    tap = stage.sheet()
    tap.rect(0, 356, 720, 24, STONE_DARK)
    things.tap(tap, 360, 540, 230)
    stream = stage.sheet()
    stream.rect(342, 540, 36, 420, SKY_MID)
    stream.rect(350, 540, 8, 420, "#C9DCEB")
    layers = [Layer(wall.finish())]
    for number in range(9):
        sheet = stage.sheet()
        things.bucket(sheet, 360, 1060, 300, min(0.94, 0.06 + number * 0.11), SKY)
        layers.append(Layer(sheet.finish(), light=appear(number * 0.42 - 0.3, 0.3)))
    puddle = stage.sheet()
    puddle.ellipse(360, 1086, 300, 40, SKY_MID)
    puddle.ellipse(330, 1080, 190, 18, mixed(SKY_MID, "#FFFFFF", 0.35))
    layers.insert(1, Layer(puddle.finish(), light=appear(3.6, 1.2)))
    layers += [
        Layer(stream.finish(), motion=sway(1.2, 0, 0.31), light=appear(0.0, 0.3)),
        Layer(tap.finish()),
        spoken(
            stage, "Keran lupa ditutup,\nseember terbuang.", NIGHT, x=64, y=120, size=62, start=0.7
        ),
    ]
    return layers


def _queue(stage: Stage) -> list[Layer]:
    """Four santri in line, calm, one step apart."""
    wall = stage.sheet(ground="#E3EFEA")
    landscape.bands(wall, ["#E3EFEA", "#D2E5DC"], 0, 900)
    wall.rect(0, 990, 720, 290, "#E6DFCF")
    wall.rect(0, 990, 720, 10, STONE_DARK)
    post = stage.sheet()
    post.rect(560, 560, 160, 440, "#D3E2EE")
    _tiles_block(post, 560, 560, 160, 440)
    post.rect(548, 548, 172, 20, SKY)
    things.tap(post, 606, 760, 120)
    things.drop(post, 606, 806, 26, SKY_MID)
    people = stage.sheet(1000, 520)
    line = (
        folk.Figure(shirt=CARD, sarung=LEAF),
        folk.Figure(shirt="#DCE8F2", sarung="#8A3F57", stripe="#E9B8C4"),
        folk.Figure(shirt="#F4EAD6", sarung=SKY, stripe="#DDE9F4"),
        folk.Figure(shirt=CARD, sarung="#55512F", stripe=GOLD_PALE),
    )
    for number, figure in enumerate(line):
        folk.person(people, 100 + number * 142, 470 - (number % 2) * 8, 400 - number * 14, figure)
    return [
        Layer(wall.finish()),
        Layer(post.finish()),
        Layer(
            people.finish(), x=-20, y=590, motion=riding(settle(-300, 0, 3.0, 0.2), sway(0, 2, 1.6))
        ),
        spoken(stage, "Antre dengan tenang.", LEAF_DEEP, x=64, y=120, size=56, start=0.5),
        spoken(stage, "Buka secukupnya.", LEAF_DEEP, x=64, y=206, size=56, start=1.7),
        spoken(stage, "Tutup saat mengusap.", CLAY, x=64, y=292, size=56, start=2.9),
    ]


def _tiles_block(sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
    for step in range(1, 6):
        sheet.rect(x, y + step * height / 6, width, 3, "#C2D5E5")
    for step in (1, 2):
        sheet.rect(x + step * width / 3, y, 3, height, "#C2D5E5")


def _garden(stage: Stage) -> list[Layer]:
    """The used water runs to the chilli bed behind the wall."""
    sky = stage.sheet(ground="#FBF1DF")
    landscape.bands(sky, ["#F6EAD3", "#FBF1DF", "#F3E9D6"], 0, 760)
    landscape.sun(sky, 560, 430, 80, "#F0B95A", "#F6D58C")
    bed = stage.sheet()
    landscape.ridge(bed, 12, 800, 120, "#A9C8BC")
    bed.rect(0, 880, 720, 400, "#7A5330")
    bed.rect(0, 880, 720, 14, "#8F6540")
    for row in range(3):
        bed.rect(0, 990 + row * 96, 720, 10, "#6A4627")
    channel = stage.sheet()
    channel.curve([(-40, 1116), (180, 1108), (420, 1122), (780, 1110)], SKY_MID, 40)
    channel.curve([(-40, 1106), (180, 1098), (420, 1112), (780, 1100)], "#B5CFE4", 7)
    layers = [
        Layer(sky.finish()),
        Layer(bed.finish()),
        Layer(channel.finish(), light=appear(0.3, 1.4)),
    ]
    for number, x in enumerate((120, 300, 480, 640)):
        plant = stage.sheet(260, 460)
        _chilli(plant, 130, 440, 330 - (number % 2) * 50)
        layers.append(
            Layer(
                plant.finish(),
                x=x - 130,
                y=540 + (number % 2) * 24,
                motion=riding(
                    settle(0, 36, 1.6, 0.8 + number * 0.25), sway(3, 0, 3.3, number * 0.2)
                ),
                light=appear(0.7 + number * 0.25, 0.8),
            )
        )
    layers.append(
        spoken(
            stage, "Air bekasnya\nmenyiram kebun cabai.", LEAF_DEEP, x=64, y=130, size=54, start=0.6
        )
    )
    return layers


def _chilli(sheet: Sheet, x: float, base: float, height: float) -> None:
    """A chilli plant with red fruit."""
    sheet.curve([(x, base), (x - 6, base - height * 0.5), (x + 4, base - height)], "#2B6B56", 10)
    twigs = (
        (-0.26, 0.62),
        (0.27, 0.56),
        (-0.22, 0.9),
        (0.23, 0.86),
        (-0.3, 0.36),
        (0.3, 0.32),
    )
    for dx, dy in twigs:
        tip = (x + dx * height, base - dy * height)
        root = (x, base - (dy - 0.14) * height)
        sheet.curve([root, tip], "#2B6B56", 6)
        side = height * 0.055
        middle = ((root[0] + tip[0]) / 2 + dx * 8, (root[1] + tip[1]) / 2)
        far = (tip[0] + dx * height * 0.3, tip[1] - height * 0.06)
        sheet.blob([middle, (tip[0], tip[1] - side), far, (tip[0], tip[1] + side)], LEAF)
    crown = base - height
    sheet.blob(
        [(x + 2, crown + 30), (x - 14, crown - 8), (x + 6, crown - 52), (x + 22, crown - 6)], LEAF
    )
    for dx, dy in ((-0.15, 0.46), (0.16, 0.42), (-0.1, 0.74), (0.14, 0.7)):
        top = (x + dx * height, base - dy * height)
        sheet.line([top, (top[0], top[1] + height * 0.03)], "#2B6B56", 5)
        sheet.blob(
            [
                (top[0] - 8, top[1] + height * 0.03),
                (top[0] + 8, top[1] + height * 0.03),
                (top[0] + 6, top[1] + height * 0.12),
                (top[0] + 1, top[1] + height * 0.19),
                (top[0] - 6, top[1] + height * 0.12),
            ],
            "#B93A2B",
        )


def _closing(stage: Stage) -> list[Layer]:
    return end_card(
        stage,
        "Air cukup\nuntuk yang di\nbelakang kita.",
        "Tim Media As-Salam\nWalenrang Indah, Luwu",
        ground=SKY,
        line="#376995",
    )


def _sound(seconds: float) -> Bed:
    """Water drops as high bells over soft chords."""
    bed = evening(seconds, Weather(rain=0.12), seed=17, root=246.94)
    drops = [
        Note(0.4 + beat * 0.65, 0.5, tone(14 + (beat * 3) % 5), 0.1)
        for beat in range(int(seconds / 0.65) - 4)
    ]
    return replace(bed, notes=(*bed.notes, *drops))


WUDU: Final = FilmSpec(
    key="antre-wudu",
    width=720,
    height=1280,
    scenes=(
        Scene(4.8, _opening),
        Scene(5.2, _running),
        Scene(5.6, _queue),
        Scene(5.0, _garden),
        Scene(4.0, _closing),
    ),
    sound=_sound,
    ground=INK,
)
