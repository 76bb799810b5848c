"""Tell whoever waits how far a preparation is."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

_MIN_ELAPSED = 0.5


@dataclass(frozen=True, slots=True)
class Progress:
    """How far: `fraction` 0 to 1, `speed` in film seconds per second, `seconds_left` if known."""

    fraction: float
    first_playable: bool
    seconds_left: float | None
    speed: float


Listener = Callable[[Progress], None]


@dataclass(slots=True)
class Clock:
    """Turns seconds of film done into a Progress; never goes backwards."""

    duration: float
    listener: Listener
    started: float = field(default_factory=time.monotonic)
    fraction: float = 0.0
    head_start: float = 0.0  # the fraction that was there before this clock began
    first_playable_seconds: float | None = None

    def elapsed(self) -> float:
        return time.monotonic() - self.started

    def note_playable(self) -> None:
        if self.first_playable_seconds is None:
            self.first_playable_seconds = self.elapsed()

    def tell(self, done_seconds: float, *, is_finished: bool = False) -> None:
        """Call the listener. 1.0 is kept for the moment when everything is verified."""
        reached = 1.0 if is_finished else min(done_seconds / self.duration, 0.99)
        self.fraction = max(self.fraction, reached)
        elapsed = self.elapsed()
        since = self.fraction - self.head_start
        known = since > 0 and elapsed > _MIN_ELAPSED
        left = elapsed * (1 - self.fraction) / since if known else None
        speed = since * self.duration / elapsed if elapsed > 0 else 0.0
        playable = self.first_playable_seconds is not None
        self.listener(Progress(self.fraction, playable, 0.0 if is_finished else left, speed))
