"""How blurred a few frames are, without a second picture to compare with.

After F. Crete, T. Dolmiere, P. Ladret, M. Nicolas, "The blur effect: perception and estimation
with a new no-reference perceptual blur metric", SPIE 6492 (2007): blur a picture on purpose and
see how much its neighbouring pixels still differ. What was sharp changes a lot, what was blurred
hardly. 0 is sharp, 1 has nothing left to lose.
"""

from collections.abc import Sequence
from pathlib import Path
from statistics import median

from PIL import Image, ImageChops, ImageFilter, ImageStat

REACH = 4  # pixels to either side: a window of nine, as in the paper
SIDE = 1280
PLAIN = 0.6  # mean difference of neighbours, of 255: a wall, a fade, nothing to judge


def blur_of(frames: Sequence[Path]) -> float | None:
    """Return the median blur of JPEG frames; None when none of them has anything to judge."""
    judged = [value for frame in frames if (value := blur_of_one(frame)) is not None]
    return median(judged) if judged else None


def blur_of_one(frame: Path) -> float | None:
    """Return the blur of one frame, the worse of both directions."""
    with Image.open(frame, formats=["JPEG"]) as opened:
        grey = opened.convert("L")
    grey.thumbnail((SIDE, SIDE))
    found = [_along(grey, *direction) for direction in ((1, 0), (0, 1))]
    judged = [value for value in found if value is not None]
    return max(judged) if judged else None


def _along(grey: Image.Image, x: int, y: int) -> float | None:
    soft = grey.filter(ImageFilter.BoxBlur((REACH * x, REACH * y)))
    own, left = _differences(grey, x, y), _differences(soft, x, y)
    whole = ImageStat.Stat(own).mean[0]
    if whole < PLAIN:
        return None
    return 1 - float(ImageStat.Stat(ImageChops.subtract(own, left)).mean[0]) / whole


def _differences(grey: Image.Image, x: int, y: int) -> Image.Image:
    inner = (x, y, grey.width, grey.height)
    outer = (0, 0, grey.width - x, grey.height - y)
    return ImageChops.difference(grey.crop(inner), grey.crop(outer))
