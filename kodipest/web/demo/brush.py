"""Drawing of flat, smooth shapes: a sheet with logical coordinates, painted larger and reduced once."""

import math
from collections.abc import Sequence
from itertools import pairwise

from PIL import Image, ImageDraw

from kodipest.web.demo.palette import Colour, rgba

Point = tuple[float, float]

# Pillow's shapes have hard edges; painting at twice the size and averaging gives soft ones.
OVERSAMPLING = 2


class Sheet:
    """A transparent (or grounded) picture of `width` x `height` logical pixels.

    `zoom` is how many pixels of the finished picture one logical pixel becomes, so the same
    drawing serves a 1080p film and its thumbnail-sized draft.
    """

    def __init__(
        self, width: float, height: float, ground: Colour | None = None, *, zoom: float = 1.0
    ) -> None:
        self.width, self.height, self.zoom = width, height, zoom
        self._size = max(1, round(width * zoom)), max(1, round(height * zoom))
        self._unit = zoom * OVERSAMPLING
        big = self._size[0] * OVERSAMPLING, self._size[1] * OVERSAMPLING
        self.image = Image.new("RGBA", big, rgba(ground) if ground else (0, 0, 0, 0))
        self._draw = ImageDraw.Draw(self.image)

    def polygon(self, points: Sequence[Point], fill: Colour) -> None:
        big = [(x * self._unit, y * self._unit) for x, y in points]
        colour = rgba(fill)
        if colour[3] == 255:
            self._draw.polygon(big, fill=colour)
        elif colour[3]:
            self._glaze(big, colour)

    def _glaze(self, points: Sequence[Point], colour: tuple[int, int, int, int]) -> None:
        """Lay a translucent shape over what is there (ImageDraw would replace it)."""
        left = max(0, math.floor(min(x for x, _ in points)))
        top = max(0, math.floor(min(y for _, y in points)))
        right = min(self.image.width, math.ceil(max(x for x, _ in points)) + 1)
        bottom = min(self.image.height, math.ceil(max(y for _, y in points)) + 1)
        if right <= left or bottom <= top:
            return
        veil = Image.new("RGBA", (right - left, bottom - top), (*colour[:3], 0))
        shifted = [(x - left, y - top) for x, y in points]
        ImageDraw.Draw(veil).polygon(shifted, fill=colour)
        self.image.alpha_composite(veil, (left, top))

    def rect(
        self, x: float, y: float, width: float, height: float, fill: Colour, radius: float = 0
    ) -> None:
        if radius <= 0:
            corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]
            self.polygon(corners, fill)
            return
        radius = min(radius, width / 2, height / 2)
        right, bottom = x + width - radius, y + height - radius
        turns = ((right, bottom, 0), (x + radius, bottom, 90))
        turns += ((x + radius, y + radius, 180), (right, y + radius, 270))  # type: ignore[assignment]
        outline: list[Point] = []
        for cx, cy, start in turns:
            outline += arc_points(cx, cy, radius, radius, start, start + 90, steps=10)
        self.polygon(outline, fill)

    def ellipse(self, cx: float, cy: float, rx: float, ry: float, fill: Colour) -> None:
        steps = max(24, min(160, round(max(rx, ry) * self._unit / 2)))
        self.polygon(arc_points(cx, cy, rx, ry, 0, 360, steps=steps), fill)

    def disc(self, cx: float, cy: float, radius: float, fill: Colour) -> None:
        self.ellipse(cx, cy, radius, radius, fill)

    def blob(self, points: Sequence[Point], fill: Colour) -> None:
        """A closed smooth shape through `points`."""
        self.polygon(smooth(points, closed=True), fill)

    def line(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        """A stroke with round ends and joints."""
        for (x0, y0), (x1, y1) in pairwise(points):
            length = math.hypot(x1 - x0, y1 - y0)
            if length == 0:
                continue
            nx, ny = -(y1 - y0) / length * width / 2, (x1 - x0) / length * width / 2
            quad = [(x0 + nx, y0 + ny), (x1 + nx, y1 + ny), (x1 - nx, y1 - ny), (x0 - nx, y0 - ny)]
            self.polygon(quad, colour)
        if width * self._unit > 3 and rgba(colour)[3] == 255:
            for x, y in points:
                self.disc(x, y, width / 2, colour)

    def curve(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        """A smooth open stroke through `points`."""
        self.line(smooth(points), colour, width)

    def ring(self, cx: float, cy: float, radius: float, colour: Colour, width: float) -> None:
        outer = arc_points(cx, cy, radius + width / 2, radius + width / 2, 0, 360, steps=140)
        inner = arc_points(cx, cy, radius - width / 2, radius - width / 2, 360, 0, steps=140)
        self.polygon([*outer, *inner], colour)

    def khatam(
        self, cx: float, cy: float, radius: float, colour: Colour, width: float, turn: float = 0
    ) -> None:
        """The eight-pointed star of the house: two squares and a circle, as lines."""
        for offset in (0.0, 45.0):
            corners = arc_points(
                cx, cy, radius, radius, turn + offset, turn + offset + 360, steps=4
            )
            self.line(corners, colour, width)
        self.ring(cx, cy, radius * 0.36, colour, width)

    def stamp(self, picture: Image.Image, x: float, y: float) -> None:
        """Lay a finished picture (of the same zoom) on the sheet, its corner at x, y."""
        big = picture.resize((picture.width * OVERSAMPLING, picture.height * OVERSAMPLING))
        self.image.alpha_composite(
            big.convert("RGBA"), (max(0, round(x * self._unit)), max(0, round(y * self._unit)))
        )

    def finish(self) -> Image.Image:
        """The sheet at its true size, edges softened."""
        return self.image.reduce(OVERSAMPLING)


def arc_points(
    cx: float, cy: float, rx: float, ry: float, start: float, end: float, *, steps: int
) -> list[Point]:
    """Points along an ellipse; degrees, clockwise from three o'clock."""
    angles = [math.radians(start + (end - start) * step / steps) for step in range(steps + 1)]
    return [(cx + rx * math.cos(angle), cy + ry * math.sin(angle)) for angle in angles]


def smooth(points: Sequence[Point], *, closed: bool = False, steps: int = 12) -> list[Point]:
    """A Catmull-Rom spline through `points`."""
    count = len(points)
    if count < 3:
        return list(points)

    def knot(index: int) -> Point:
        return points[index % count] if closed else points[max(0, min(count - 1, index))]

    line: list[Point] = []
    for index in range(count if closed else count - 1):
        before, start, end, after = (knot(index + offset) for offset in (-1, 0, 1, 2))
        for step in range(steps):
            t = step / steps
            line.append(
                (
                    _spline(before[0], start[0], end[0], after[0], t),
                    _spline(before[1], start[1], end[1], after[1], t),
                )
            )
    if not closed:
        line.append(points[-1])
    return line


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )
