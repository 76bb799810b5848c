"""A long film is made in sections, by whoever has time, that follow each other without a seam.

Each section begins where a segment and a group of pictures begin, on the grid of frames of the whole
film, so nothing is encoded twice and a player cannot tell. The sound is never cut: it is made once,
beside the sections, from the first sample to the last. A section that failed, or whose worker died,
is made anew alone.
"""

import math
from dataclasses import dataclass
from fractions import Fraction

from kodipest.engines.media.facts import Probe
from kodipest.engines.media.recipes import SEGMENT_SECONDS, Recipe

# Whose index takes us to a picture for certain; elsewhere a cut could swallow a few.
_INDEXED = frozenset({"mp4", "matroska"})


@dataclass(frozen=True, slots=True)
class Section:
    """Where a section begins, in whole seconds and in frames, and how many it has; None: all the rest."""

    number: int = 0
    start_seconds: int = 0
    first_frame: int = 0
    frames: int | None = None
    fps: Fraction = Fraction(1)

    @property
    def begins(self) -> Fraction:
        """Second at which its first frame stands."""
        return self.first_frame / self.fps

    @property
    def before(self) -> Fraction:
        """Second of the last frame before it; negative where there is none."""
        return (self.first_frame - 1) / self.fps

    def seconds_of(self, duration: float) -> float:
        """Return how long it is in a film of `duration` seconds."""
        return self.frames / float(self.fps) if self.frames else duration - float(self.begins)

    @property
    def first_segment(self) -> int:
        """Return the number of the segment it begins with: they end at 1, 4, 8, 12 seconds."""
        return self.start_seconds // SEGMENT_SECONDS + (self.start_seconds > 0)


WHOLE = Section()


def sections_of(probe: Probe, recipe: Recipe, *, long: float, each: int) -> tuple[Section, ...]:
    """Cut a film longer than `long` seconds into sections of about `each`; else none: it is made in one go.

    `each` is a multiple of the length of a segment. The last section takes the rest, and what is
    held behind the last picture. Raises ValueError for another `each`.
    """
    if each <= 0 or each % SEGMENT_SECONDS:
        raise ValueError(f"sections of {each} s, expected a multiple of {SEGMENT_SECONDS}")
    seconds = probe.video_seconds or probe.duration_seconds
    is_encoded = any(not rung.is_copied for rung in recipe.rungs)
    if seconds <= long or probe.container not in _INDEXED or probe.is_truncated or not is_encoded:
        return ()
    starts = [number * each for number in range(max(1, round(seconds / each)))]
    frames = [math.ceil(start * recipe.fps) for start in starts]
    ends: list[int | None] = [*frames[1:], None]
    return tuple(
        Section(number, start, first, None if end is None else end - first, recipe.fps)
        for number, (start, first, end) in enumerate(zip(starts, frames, ends, strict=True))
    )
