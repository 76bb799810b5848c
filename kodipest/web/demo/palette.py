"""The colours of the house (DESIGN.md) and the shades its illustrations need between them."""

from typing import Final

from PIL import ImageColor

PAPER: Final = "#FBF8F1"
CARD: Final = "#FFFDF8"
INK: Final = "#1B1F1D"
SOFT: Final = "#5D645F"
LINE: Final = "#E4DDCD"
LEAF: Final = "#0E5C4A"
LEAF_SOFT: Final = "#E3EFEA"
LEAF_MID: Final = "#4F8F7B"
LEAF_PALE: Final = "#A9CDBF"
LEAF_DEEP: Final = "#0A4437"
LEAF_NIGHT: Final = "#072C25"
GOLD: Final = "#9A6412"
GOLD_BRIGHT: Final = "#E0B25A"
GOLD_SOFT: Final = "#F6EAD3"
GOLD_PALE: Final = "#EBCF94"
CLAY: Final = "#A63D2F"
SKY: Final = "#2B5C8A"
SKY_SOFT: Final = "#E2ECF5"
SKY_MID: Final = "#86ABCB"
NIGHT: Final = "#12283B"
WOOD: Final = "#8A5A2B"
WOOD_DARK: Final = "#5E3B1A"
WOOD_PALE: Final = "#C99A63"
SKIN: Final = "#C68E63"
STONE: Final = "#CFC7B5"
STONE_DARK: Final = "#A89F8B"

Colour = str
Rgba = tuple[int, int, int, int]


def rgba(colour: Colour, opacity: float = 1.0) -> Rgba:
    """Turn `#RRGGBB` or `#RRGGBBAA` into four channels, its alpha multiplied by `opacity`."""
    red, green, blue, alpha = ImageColor.getcolor(colour, "RGBA")  # type: ignore[misc]
    return red, green, blue, round(alpha * opacity)


def mixed(first: Colour, second: Colour, share: float) -> Colour:
    """The colour `share` of the way (0 to 1) from `first` to `second`."""
    pairs = zip(rgba(first)[:3], rgba(second)[:3], strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)
