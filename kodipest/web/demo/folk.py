"""People, small and without faces unless a comic needs them: peci, sarung, kerudung, clean lines."""

from dataclasses import dataclass
from typing import Literal

from kodipest.web.demo.brush import Sheet, arc_points, smooth
from kodipest.web.demo.palette import CARD, GOLD_BRIGHT, INK, LEAF, SKIN, SKY, Colour, mixed

Pose = Literal["stand", "wave", "hold", "sit", "worry", "strike"]


@dataclass(frozen=True)
class Figure:
    """How one person is dressed; `veiled` for a kerudung instead of a peci."""

    shirt: Colour = CARD
    sarung: Colour = LEAF
    stripe: Colour = GOLD_BRIGHT
    peci: Colour = INK
    band: Colour | None = None
    skin: Colour = SKIN
    veiled: bool = False
    face: bool = False
    bare_head: bool = False


def person(
    sheet: Sheet,
    x: float,
    base: float,
    height: float,
    figure: Figure,
    *,
    pose: Pose = "stand",
    facing: int = 1,
) -> None:
    """Draw a standing or sitting person whose feet are at `base`."""
    if pose == "sit":
        _legs_crossed(sheet, x, base, height, figure)
        _upper(sheet, x, base + height * 0.2, height, figure, pose, facing)
        return
    _skirt(sheet, x, base, height, figure)
    _upper(sheet, x, base, height, figure, pose, facing)


def _skirt(sheet: Sheet, x: float, base: float, height: float, figure: Figure) -> None:
    for side in (-1, 1):
        sheet.ellipse(
            x + side * height * 0.055,
            base - height * 0.012,
            height * 0.05,
            height * 0.02,
            figure.skin,
        )
    hem, waist = height * 0.135, height * 0.105
    shape = [
        (x - waist, base - height * 0.46),
        (x + waist, base - height * 0.46),
        (x + hem, base - height * 0.025),
        (x - hem, base - height * 0.025),
    ]
    sheet.polygon(shape, figure.sarung)
    for share in (0.14, 0.2, 0.34):
        half = hem - (hem - waist) * share / 0.46
        y = base - height * share
        sheet.rect(x - half, y, half * 2, height * 0.012, figure.stripe)
    sheet.polygon(
        [
            (x + waist * 0.1, base - height * 0.46),
            (x + waist * 0.5, base - height * 0.46),
            (x + hem * 0.55, base - height * 0.025),
            (x + hem * 0.25, base - height * 0.025),
        ],
        mixed(figure.sarung, "#000000", 0.16),
    )


def _legs_crossed(sheet: Sheet, x: float, base: float, height: float, figure: Figure) -> None:
    lap = [
        (x - height * 0.24, base - height * 0.02),
        (x - height * 0.16, base - height * 0.16),
        (x, base - height * 0.2),
        (x + height * 0.16, base - height * 0.16),
        (x + height * 0.24, base - height * 0.02),
    ]
    sheet.polygon([*smooth(lap), (x + height * 0.2, base), (x - height * 0.2, base)], figure.sarung)
    sheet.curve(
        [
            (x - height * 0.2, base - height * 0.06),
            (x, base - height * 0.12),
            (x + height * 0.2, base - height * 0.06),
        ],
        figure.stripe,
        height * 0.014,
    )


def _upper(
    sheet: Sheet, x: float, base: float, height: float, figure: Figure, pose: Pose, facing: int
) -> None:
    shoulder, waist = base - height * 0.78, base - height * 0.42
    body = [
        (x - height * 0.06, shoulder - height * 0.01),
        (x - height * 0.125, shoulder + height * 0.05),
        (x - height * 0.12, waist),
        (x + height * 0.12, waist),
        (x + height * 0.125, shoulder + height * 0.05),
        (x + height * 0.06, shoulder - height * 0.01),
    ]
    sheet.rect(
        x - height * 0.035,
        shoulder - height * 0.06,
        height * 0.07,
        height * 0.09,
        mixed(figure.skin, "#000000", 0.12),
    )
    sheet.polygon(body, figure.shirt)
    for side in (-1, 1):
        if pose == "strike" and side == facing:
            continue  # the arm that swings is drawn by whoever swings it
        _arm(sheet, x, shoulder, height, figure, pose, side, facing)
    sheet.line(
        [(x, shoulder + height * 0.04), (x, waist - height * 0.03)],
        mixed(figure.shirt, "#000000", 0.1),
        height * 0.008,
    )
    _head(
        sheet, x + facing * height * 0.008, shoulder - height * 0.105, height, figure, pose, facing
    )


def _arm(
    sheet: Sheet,
    x: float,
    shoulder: float,
    height: float,
    figure: Figure,
    pose: Pose,
    side: int,
    facing: int,
) -> None:
    start = (x + side * height * 0.1, shoulder + height * 0.055)
    if pose == "wave" and side == facing:
        hand = (x + side * height * 0.25, shoulder - height * 0.13)
        elbow = (x + side * height * 0.22, shoulder + height * 0.06)
    elif pose in ("hold", "sit"):
        elbow = (x + side * height * 0.15, shoulder + height * 0.2)
        hand = (x + side * height * 0.045 + facing * height * 0.05, shoulder + height * 0.24)
    elif pose == "worry" and side == facing:
        elbow = (x + side * height * 0.19, shoulder + height * 0.12)
        hand = (x + side * height * 0.07, shoulder - height * 0.045)
    else:
        elbow = (x + side * height * 0.145, shoulder + height * 0.2)
        hand = (x + side * height * 0.14, shoulder + height * 0.35)
    sleeve = mixed(figure.shirt, "#000000", 0.07)
    sheet.line([start, elbow, hand], sleeve, height * 0.06)
    sheet.disc(hand[0], hand[1], height * 0.033, figure.skin)


def _head(
    sheet: Sheet, x: float, y: float, height: float, figure: Figure, pose: Pose, facing: int
) -> None:
    radius = height * 0.085
    if figure.veiled:
        _veil(sheet, x, y, radius, figure, facing)
    else:
        sheet.ellipse(x, y, radius * 0.92, radius, figure.skin)
        if figure.bare_head:
            hair = arc_points(x, y - radius * 0.1, radius * 0.97, radius * 0.98, 180, 360, steps=24)
            sheet.polygon(
                [
                    *hair,
                    (x + radius * 0.6, y - radius * 0.42),
                    (x - radius * 0.6, y - radius * 0.42),
                ],
                INK,
            )
        else:
            _peci(sheet, x, y, radius, figure)
    if figure.face:
        _face(sheet, x, y, radius, pose, facing)


def _peci(sheet: Sheet, x: float, y: float, radius: float, figure: Figure) -> None:
    top, low = y - radius * 1.38, y - radius * 0.38
    shape = [
        (x - radius * 0.82, top + radius * 0.12),
        (x, top - radius * 0.06),
        (x + radius * 0.82, top + radius * 0.12),
        (x + radius * 0.97, low),
        (x - radius * 0.97, low),
    ]
    sheet.polygon(shape, figure.peci)
    if figure.band:
        sheet.rect(x - radius * 0.95, low - radius * 0.3, radius * 1.9, radius * 0.16, figure.band)


def _veil(sheet: Sheet, x: float, y: float, radius: float, figure: Figure, facing: int) -> None:
    cloth = figure.peci
    drape = [
        (x, y - radius * 1.25),
        (x + radius * 1.12, y - radius * 0.3),
        (x + radius * 1.2, y + radius * 1.0),
        (x + radius * 1.65, y + radius * 2.5),
        (x, y + radius * 3.1),
        (x - radius * 1.65, y + radius * 2.5),
        (x - radius * 1.2, y + radius * 1.0),
        (x - radius * 1.12, y - radius * 0.3),
    ]
    sheet.blob(drape, cloth)
    sheet.ellipse(
        x + facing * radius * 0.06, y + radius * 0.02, radius * 0.72, radius * 0.8, figure.skin
    )
    fold = mixed(cloth, "#000000", 0.16)
    sheet.curve(
        [
            (x - radius * 0.5, y + radius * 0.95),
            (x + radius * 0.1, y + radius * 1.6),
            (x + radius * 0.9, y + radius * 1.9),
        ],
        fold,
        radius * 0.1,
    )


def _face(sheet: Sheet, x: float, y: float, radius: float, pose: Pose, facing: int) -> None:
    shift = facing * radius * 0.14
    for side in (-1, 1):
        sheet.ellipse(
            x + shift + side * radius * 0.3, y + radius * 0.02, radius * 0.08, radius * 0.11, INK
        )
    if pose == "worry":
        sheet.ellipse(x + shift, y + radius * 0.48, radius * 0.1, radius * 0.12, INK)
    else:
        smile = arc_points(
            x + shift, y + radius * 0.28, radius * 0.3, radius * 0.26, 25, 155, steps=12
        )
        sheet.line(smile, INK, radius * 0.09)
    for side in (-1, 1):
        sheet.ellipse(
            x + shift + side * radius * 0.52,
            y + radius * 0.32,
            radius * 0.13,
            radius * 0.08,
            "#D9775F70",
        )


BOY = Figure(shirt=CARD, sarung=LEAF)
FRIEND = Figure(shirt="#DCE8F2", sarung="#8A3F57", stripe="#E9B8C4")
TEACHER = Figure(shirt="#F4EAD6", sarung=SKY, stripe="#DDE9F4", peci=INK)
GIRL = Figure(shirt="#DCE8F2", sarung=SKY, stripe="#B9D0E4", peci="#F4EAD6", veiled=True)
WOMAN = Figure(shirt="#B9503F", sarung="#6B4A2A", stripe="#E0B25A", peci="#E7D3A8", veiled=True)
