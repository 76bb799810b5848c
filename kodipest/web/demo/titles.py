"""What every film of the house shows in the same way: age class, narration, end card."""

from kodipest.web.demo import landscape
from kodipest.web.demo.films import Layer, Stage, appear, drift, settle
from kodipest.web.demo.lettering import Align, write
from kodipest.web.demo.palette import GOLD_BRIGHT, GOLD_PALE, LEAF, PAPER, Colour

PATTERN_PITCH = 120


def age_mark(stage: Stage, colour: Colour, *, start: float = 0.7) -> Layer:
    """The age class every broadcast in Indonesia shows (KPI P3SPS): SU, for all ages."""
    unit = min(stage.width, stage.height) / 720
    sheet = stage.sheet()
    x, y = stage.width - 112 * unit, 60 * unit
    sheet.rect(x, y, 56 * unit, 40 * unit, colour, 8 * unit)
    sheet.rect(x + 3 * unit, y + 3 * unit, 50 * unit, 34 * unit, PAPER, 6 * unit)
    middle = x + 28 * unit
    write(
        sheet,
        "SU",
        middle,
        y + 6 * unit,
        face="extra",
        size=24 * unit,
        colour=colour,
        align="center",
    )
    return Layer(sheet.finish(), light=appear(start))


def spoken(
    stage: Stage,
    text: str,
    colour: Colour,
    *,
    x: float = 88,
    y: float = 150,
    size: float = 44,
    start: float = 1.0,
    align: Align = "left",
) -> Layer:
    """A sentence of the narration, large and quiet."""
    words = stage.sheet()
    write(words, text, x, y, face="bold", size=size, colour=colour, leading=1.35, align=align)
    return Layer(words.finish(), motion=settle(0, size * 0.32, 1.2, start), light=appear(start))


def pattern(stage: Stage, ground: Colour, line: Colour) -> Layer:
    """The house pattern, sliding without end."""
    unit = min(stage.width, stage.height) / 720
    pitch = PATTERN_PITCH * unit
    wide, high = (int(side / pitch + 1) * pitch for side in (stage.width, stage.height))
    sheet = stage.sheet(wide, high, ground)
    landscape.khatam_pattern(sheet, pitch, line, width=2 * unit)
    return Layer(sheet.finish(), motion=drift(-12 * unit, -12 * unit), tiles=True)


def end_card(
    stage: Stage, words: str, names: str, *, ground: Colour = LEAF, line: Colour = "#17685A"
) -> list[Layer]:
    """The last sentence and who made the film: the team and the pesantren, never a child's name."""
    unit = min(stage.width, stage.height) / 720
    middle = stage.width / 2
    top = stage.height / 2 - 164 * unit
    star = stage.sheet()
    star.disc(middle, top, 74 * unit, ground)
    star.khatam(middle, top, 60 * unit, GOLD_BRIGHT, 4 * unit)
    saying = stage.sheet()
    below = write(
        saying,
        words,
        middle,
        top + 96 * unit,
        face="extra",
        size=52 * unit,
        colour=PAPER,
        align="center",
        leading=1.25,
    )
    credit = stage.sheet()
    write(
        credit, names, middle, below + 76 * unit, size=26 * unit, colour=GOLD_PALE, align="center"
    )
    return [
        pattern(stage, ground, line),
        Layer(star.finish(), light=appear(0.4)),
        Layer(saying.finish(), motion=settle(0, 14 * unit, 1.2, 0.7), light=appear(0.7)),
        Layer(credit.finish(), light=appear(1.6)),
    ]
