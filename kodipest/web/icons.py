"""Draws the icons of the installable site: `python -m kodipest.web.icons` writes them anew."""

import math
from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).parent / "static" / "web" / "icons"
LEAF, PAPER = "#0e5c4a", "#fbf8f1"
OVERSAMPLING = 4
SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">
<rect width="48" height="48" rx="11" fill="#0e5c4a"/>
<g fill="none" stroke="#fbf8f1" stroke-width="2.4" stroke-linejoin="round">
<path d="M14 14h20v20H14z"/><path d="M24 9.86 38.14 24 24 38.14 9.86 24z"/><circle cx="24" cy="24" r="4.8"/>
</g></svg>
"""


def draw(size: int, *, reach: float, corner: float) -> Image.Image:
    """Draw the khatam: `reach` is the star's width and `corner` the rounding, as parts of `size`."""
    side = size * OVERSAMPLING
    image = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((0, 0, side - 1, side - 1), radius=side * corner, fill=LEAF)
    middle, half, width = side / 2, side * reach / 2, round(side * 0.042)
    for turn in (0.0, math.pi / 4):
        corners = [
            (
                middle + half * math.cos(turn + quarter * math.pi / 2),
                middle + half * math.sin(turn + quarter * math.pi / 2),
            )
            for quarter in range(4)
        ]
        pen.line([*corners, *corners[:2]], fill=PAPER, width=width, joint="curve")
    eye = half * 0.36
    pen.ellipse(
        (middle - eye, middle - eye, middle + eye, middle + eye), outline=PAPER, width=width
    )
    return image.resize((size, size), Image.Resampling.LANCZOS)


def main() -> None:
    """Write every icon. The maskable one keeps the star inside the circle that is never cut."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / "favicon.svg").write_text(SVG)
    for name, size, reach, corner in (
        ("icon-180.png", 180, 0.66, 0.0),
        ("icon-192.png", 192, 0.66, 0.22),
        ("icon-512.png", 512, 0.66, 0.22),
        ("maskable-512.png", 512, 0.54, 0.0),
    ):
        image = draw(size, reach=reach, corner=corner)
        image.quantize(64, method=Image.Quantize.FASTOCTREE).save(FOLDER / name, optimize=True)


if __name__ == "__main__":
    main()
