"""`manage.py work`: the worker. It makes films, runs errands, sweeps, and shows that it lives.

When films were made and none waits any more it begins anew, as a process that has loaded nothing yet.
"""

import json
import logging
import os
import sys
import threading
import time
from queue import SimpleQueue
from signal import SIG_DFL, SIGINT, SIGTERM, signal
from types import FrameType
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections, connections

from kodipest.engines.media import storage
from kodipest.engines.media.lanes import FilmLane
from kodipest.engines.media.operations import Lane, is_bringing_away, sweep_media
from kodipest.engines.media.queries import beat_file
from kodipest.kernel.signals import sweep_due

if TYPE_CHECKING:
    from kodipest.engines.media.errands import ErrandRunner

logger = logging.getLogger(__name__)

BEAT_SECONDS = 5.0
LOOK_SECONDS = 0.2
LOOKS_BETWEEN_RINGS = 5
HUNG_SECONDS = 60.0
SWEEP_SECONDS = 15.0
FILES_SECONDS = 600.0
REST_SECONDS = 30.0
DRAIN_SECONDS = 10.0  # less than whoever stops us waits: see deploy/


class Foreman:
    """Errands and sweeps in the main thread, films in two lanes beside it.

    On a hub the queue is not in the database: errands are left to the workers of that queue.
    """

    def __init__(self, *, interval: float, rest: float = REST_SECONDS) -> None:
        self.interval = interval
        self.rest = rest
        self.errands = _errand_runner(interval)
        # Where the doorbell is heard, the lanes look now and then; else often.
        look = interval * LOOKS_BETWEEN_RINGS if self.errands else interval
        self.lanes = [FilmLane(lane, interval=look) for lane in (Lane.BASES, Lane.ADDITIONS)]
        self.is_told = False
        self._told = SimpleQueue[int]()
        self._ended = threading.Event()
        self._is_over = threading.Event()
        self._sweep_at = self._files_at = 0.0
        self._seen_at = time.monotonic()

    def serve(self) -> bool:
        """Go round until a signal comes, a lane is gone, or films were made and none waits any more.

        Then let the lanes put their films back. Returns whether to begin anew.
        """
        threading.Thread(target=self._end_when_told, name="end", daemon=True).start()
        for lane in self.lanes:
            lane.start()
        beat = threading.Thread(target=self._beat, name="beat", daemon=True)
        beat.start()
        has_rested = False
        while not self._ended.is_set() and all(lane.is_alive() for lane in self.lanes):
            if has_rested := self.has_rested():
                break
            self.go_round()
            self._ended.wait(self.interval)
        self._drain()
        self._is_over.set()
        beat.join()
        # The new one bears our name: what a lane still holds would never count as left behind.
        is_free = not any(lane.is_alive() for lane in self.lanes)
        return has_rested and is_free and not self.is_told

    def go_round(self) -> None:
        """Sweep when it is due and empty the queue."""
        self._seen_at = time.monotonic()
        try:
            close_old_connections()
            self._sweep_when_due()
            if self.errands:
                self.errands.run()
        except DatabaseError as error:  # locked or away for a moment: the next round will do
            logger.warning("sweep put off: %s", error)

    def shutdown(self, number: int, _frame: FrameType | None) -> None:
        """End in good order at the first signal, at once at the second.

        A signal comes wherever the main thread is, also while that holds a lock: to wait for one here
        would be to wait for ever. A SimpleQueue may be interrupted by itself.
        """
        if self.is_told:
            sys.exit(1)
        self.is_told = True
        self._told.put(number)

    def _end_when_told(self) -> None:
        self._told.get()
        self._ended.set()
        for lane in self.lanes:
            lane.end()
        if self.errands:
            self.errands.end()

    def _drain(self) -> None:
        end = time.monotonic() + DRAIN_SECONDS
        for lane in self.lanes:
            lane.end()
            lane.join(max(end - time.monotonic(), 0))

    def _sweep_when_due(self) -> None:
        now = time.monotonic()
        if now < self._sweep_at:
            return
        self._sweep_at = now + SWEEP_SECONDS
        with_files = now >= self._files_at
        sweep_media(files=with_files)
        sweep_due.send_robust(sender=self.__class__)
        if self.errands:
            from kodipest.engines.media.errands import tidy_queue

            tidy_queue()
        if with_files:
            self._files_at = now + FILES_SECONDS

    @property
    def is_busy(self) -> bool:
        """Say whether a film or an errand is at work."""
        running = self.errands is not None and self.errands.running_task
        return running or any(lane.is_busy for lane in self.lanes)

    def has_rested(self) -> bool:
        """Say whether films were made, and for a while nothing has been at work."""
        last = max(lane.made_at for lane in self.lanes)
        is_due = 0 < last < time.monotonic() - self.rest
        return is_due and not self.is_busy and not is_bringing_away()

    def is_going_round(self) -> bool:
        """Say whether every thread was seen a moment ago, or is at work, maybe for hours."""
        last = time.monotonic() - HUNG_SECONDS
        main = self._seen_at > last or (self.errands is not None and self.errands.running_task)
        return main and all(lane.is_busy or lane.seen_at > last for lane in self.lanes)

    def _beat(self) -> None:
        """Show that all threads go their rounds."""
        was_busy = None
        while not self._is_over.is_set():
            end = time.monotonic() + BEAT_SECONDS
            if self.is_going_round():
                self._show(was_busy := self.is_busy)
            while (
                time.monotonic() < end and self.is_busy is was_busy and not self._is_over.is_set()
            ):
                time.sleep(LOOK_SECONDS)

    def _show(self, is_busy: bool) -> None:
        said = {"time": time.time(), "pid": os.getpid(), "busy": is_busy}
        try:
            storage.write_whole(beat_file(), json.dumps(said))
        except OSError as error:
            logger.warning("no sign of life could be left: %s", error)


def _errand_runner(interval: float) -> "ErrandRunner | None":
    if not apps.is_installed("django_tasks_db"):
        return None
    from kodipest.engines.media.errands import ErrandRunner

    return ErrandRunner(interval=interval)


def begin_anew() -> None:
    """Become a new worker in place of this one, with the same process number.

    Decoders, pictures and a heap in pieces stay in a process that has made a film, 40 MB and more,
    and only its end gives them back. No row is in our hands: it costs a second of the processor.
    """
    logger.info("all films are made: beginning anew, to give back what they took of the memory")
    connections.close_all()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


class Command(BaseCommand):
    help = "Make films and run background tasks until told to stop."
    # Checks load every page of the site, which a worker never serves: they are for the web.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--interval", type=float, default=1.0, help="seconds between looks when nothing waits"
        )
        parser.add_argument(
            "--rest", type=float, default=REST_SECONDS,
            help="seconds without a film, after films, until it begins anew",
        )  # fmt: skip

    def handle(
        self, *_args: Any, interval: float = 1.0, rest: float = REST_SECONDS, **_options: Any
    ) -> None:
        foreman = Foreman(interval=interval, rest=rest)
        for number in (SIGINT, SIGTERM):
            signal(number, foreman.shutdown)
        is_to_begin_anew = foreman.serve()
        for number in (SIGINT, SIGTERM):
            signal(number, SIG_DFL)  # from here on a signal just ends us, the new one too
        if is_to_begin_anew and not foreman.is_told:
            begin_anew()
