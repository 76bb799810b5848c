"""The lanes of a worker: threads that take films, beside whatever else the process does.

One lane takes bases, the other additions, politely: so no long addition keeps a new film waiting.
"""

import logging
import os
import threading
import time

from django.db import DatabaseError, close_old_connections, connections

from kodipest.engines.media import identity, tasks
from kodipest.engines.media.operations import (
    Lane,
    claim_next,
    claim_section_to_help,
    make_claimed,
    make_section,
    stop_encoding,
)

logger = logging.getLogger(__name__)

AFTER_ERROR_SECONDS = 5.0
AFTER_TROUBLE_SECONDS = 60.0  # of a helper whose disk is full, or that is of another version
POLITENESS = 9  # on top of the encoder's own: an addition leaves the processor to a base


class FilmLane(threading.Thread):
    """Takes one film after the other until it is told to stop, and looks often when none waits."""

    def __init__(self, lane: Lane, *, interval: float) -> None:
        super().__init__(name=f"films: {lane.value}", daemon=True)
        self.lane = lane
        self.interval = interval
        self.is_busy = False
        self.helps_at = 0.0  # not before: it could not, the last time
        self.made_at = 0.0  # when it last let a film go, done or not
        self.seen_at = time.monotonic()
        self._ended = threading.Event()

    def end(self) -> None:
        """Stop the encoder, whose row goes back, and take nothing more. `join` waits for it."""
        self._ended.set()
        stop_encoding()
        tasks.heard.set()

    def run(self) -> None:
        """Look, take, make, look again; survive a database that is away."""
        if self.lane is Lane.ADDITIONS:
            os.nice(POLITENESS)  # of this thread and what it starts; Linux counts threads apart
        try:
            while not self._ended.is_set():
                self.seen_at = time.monotonic()
                self._rest(self._take())
        finally:
            connections.close_all()  # of this thread only

    def _take(self) -> float:
        """Make the film whose turn it is; return how long to rest before the next look."""
        close_old_connections()
        try:
            return 0.0 if self._make_next() else self.interval
        except DatabaseError as error:
            logger.warning("%s: the database is away: %s", self.name, error)
        except Exception:
            logger.exception("%s: unforeseen; the row is left to the sweep", self.name)
        finally:
            if self.is_busy:
                self.is_busy, self.made_at = False, time.monotonic()
        return AFTER_ERROR_SECONDS

    def _make_next(self) -> bool:
        """Make a film, or help with a long one that another worker has."""
        me = identity.of_this_process()
        row = claim_next(worker=me, lane=self.lane)
        may_help = row is None and time.monotonic() >= self.helps_at
        section = claim_section_to_help(worker=me, lane=self.lane) if may_help else None
        self.is_busy = bool(row or section)
        if row:
            make_claimed(row)
        elif section and not make_section(section):
            self.helps_at = time.monotonic() + AFTER_TROUBLE_SECONDS
            return False
        return self.is_busy

    def _rest(self, seconds: float) -> None:
        if seconds and tasks.heard.wait(seconds):
            tasks.heard.clear()
