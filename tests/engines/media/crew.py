"""A crew of one, for tests that ask no database."""

import time
from pathlib import Path

from kodipest.engines.media.encoder import TICK_SECONDS
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.sections import Section
from kodipest.engines.media.splicing import Task


class Alone:
    """Makes section after section, in folders of its own below `place`."""

    def __init__(self, sections: tuple[Section, ...], place: Path, seconds: float) -> None:
        self.sections = sections
        self._place = place
        self._seconds = seconds
        self._fraction = 0.0
        self._made = 0

    def take(self) -> Task | None:
        if self._made == len(self.sections):
            return None
        folder = self._place / str(self._made)
        folder.mkdir(parents=True)
        return Task(self.sections[self._made], folder)

    def keep(self, _task: Task, fraction: float) -> None:
        self._fraction = fraction

    def finish(self, _task: Task) -> None:
        self._made, self._fraction = self._made + 1, 0.0

    def fail(self, _task: Task, error: Unusable) -> None:
        raise error

    def made(self, section: Section) -> Path | None:
        return self._place / str(section.number) if section.number < self._made else None

    def done_seconds(self) -> float:
        done = sum(one.seconds_of(self._seconds) for one in self.sections[: self._made])
        at_work = self.sections[self._made : self._made + 1]
        return done + sum(self._fraction * one.seconds_of(self._seconds) for one in at_work)

    def rest(self) -> None:
        time.sleep(TICK_SECONDS)
