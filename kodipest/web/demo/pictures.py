"""Still pictures of the stage set: what a picture is and how it becomes a file."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from PIL import Image

from kodipest.web.demo.brush import Sheet
from kodipest.web.demo.palette import PAPER, Colour

POSTER: Final = (1080, 1528)
COVER: Final = (1600, 900)
BOOK: Final = (1200, 1600)


@dataclass(frozen=True)
class PictureSpec:
    """A picture's size and the function that paints it."""

    key: str
    size: tuple[int, int]
    paint: Callable[[Sheet], None]
    ground: Colour = PAPER
    form: Literal["JPEG", "PNG"] = "JPEG"

    @property
    def suffix(self) -> str:
        return ".jpg" if self.form == "JPEG" else ".png"


def paint_picture(spec: PictureSpec, zoom: float = 1.0) -> Image.Image:
    """The picture itself; `zoom` below 1 for thumbnails."""
    sheet = Sheet(*spec.size, spec.ground, zoom=zoom)
    spec.paint(sheet)
    return sheet.finish().convert("RGB")


def render_picture(spec: PictureSpec, zoom: float = 1.0) -> bytes:
    """The picture as the bytes of a JPEG or PNG file; the same spec gives the same bytes."""
    target = io.BytesIO()
    picture = paint_picture(spec, zoom)
    if spec.form == "JPEG":
        picture.save(target, "JPEG", quality=88, optimize=True, progressive=True)
    else:
        picture.save(target, "PNG", optimize=True)
    return target.getvalue()
