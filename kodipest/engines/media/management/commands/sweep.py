"""`manage.py sweep`: pick up after dead workers and uploads, once or for ever (on a hub)."""

import signal
import threading
import time
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
        ended = threading.Event()

        def end(_number: int, _frame: FrameType | None) -> None:
            ended.set()

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, end)
        self._sweep_until(ended, every)

    def _sweep_until(self, ended: threading.Event, every: float) -> None:
        files_at = 0.0
        while not ended.is_set():
            with_files = time.monotonic() >= files_at
            if with_files:
                files_at = time.monotonic() + FILES_EVERY_SECONDS
            try:
                close_old_connections()
                sweep_media(files=with_files)
                sweep_due.send_robust(sender=self.__class__)
            except DatabaseError as error:  # the database restarts: the next round will do
                self.stderr.write(f"sweep: {error}")
            ended.wait(every)
