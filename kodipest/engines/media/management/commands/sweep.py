"""`manage.py sweep`: pick up after dead workers and uploads, once or for ever (on a hub)."""

import signal
import time
from queue import Empty, SimpleQueue
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections

from kodipest.engines.media.operations import sweep_media
from kodipest.engines.media.operations.shipping import bring_away
from kodipest.kernel.signals import sweep_due

FILES_EVERY_SECONDS = 600.0


class Command(BaseCommand):
    help = "Return what dead workers left, ring for what waits, remove what nobody needs."
    requires_system_checks: list[str] = []  # they load every page of the site

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--every",
            type=float,
            default=0.0,
            metavar="SECONDS",
            help="go on for ever: rows every SECONDS, files every ten minutes",
        )

    def handle(self, *_args: Any, every: float = 0.0, **_options: Any) -> None:
        if not every:
            self.stdout.write(str(sweep_media()) or "nothing to sweep")
            bring_away(patiently=True)
            sweep_due.send_robust(sender=self.__class__)
            return
        told = SimpleQueue[int]()  # its put may interrupt itself; an Event has a lock to wait for

        def end(number: int, _frame: FrameType | None) -> None:
            told.put(number)

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        self._sweep_until(told, every)

    def _sweep_until(self, told: SimpleQueue[int], every: float) -> None:
        files_at = 0.0
        while True:
            with_files = time.monotonic() >= files_at
            if with_files:
                files_at = time.monotonic() + FILES_EVERY_SECONDS
            try:
                close_old_connections()
                sweep_media(files=with_files)
                sweep_due.send_robust(sender=self.__class__)
            except DatabaseError as error:  # the database restarts: the next round will do
                self.stderr.write(f"sweep: {error}")
            try:
                told.get(timeout=every)
            except Empty:
                continue
            return
