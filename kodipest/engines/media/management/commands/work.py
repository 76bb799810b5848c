"""`manage.py work`: the worker of a node. It hears the doorbell, sweeps, and shows that it lives."""

import json
import logging
import os
import signal
import threading
import time
from datetime import timedelta
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections
from django.utils import timezone
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS, DEFAULT_TASK_QUEUE_NAME, TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from kodipest.engines.media import identity, storage
from kodipest.engines.media.operations import stop_encoding, sweep_media
from kodipest.engines.media.queries import beat_file
from kodipest.kernel.signals import sweep_due

logger = logging.getLogger(__name__)

BEAT_SECONDS = 5.0
HUNG_SECONDS = 60.0
SWEEP_SECONDS = 15.0
FILES_SECONDS = 600.0
RESULTS_KEPT = timedelta(days=7)


class NodeWorker(Worker):  # type: ignore[misc]  # its library is outside our type check
    """The queue's own worker, in turns with the sweep, and stopping its film when it must stop."""

    def __init__(self, *, interval: float) -> None:
        super().__init__(
            queue_names=[DEFAULT_TASK_QUEUE_NAME],
            interval=interval,
            batch=True,  # `run` comes back when the queue is empty; `serve` goes on
            backend_name=DEFAULT_TASK_BACKEND_ALIAS,
            startup_delay=False,
            max_tasks=None,
            worker_id=identity.of_this_process(),
            excluded_queue_names=[],
        )
        self._sweep_at = self._files_at = 0.0
        self._seen_at = time.monotonic()
        self._is_busy = False
        self._news = threading.Event()

    def serve(self) -> None:
        """Sweep, empty the queue, rest; until a signal comes."""
        beat = threading.Thread(target=self._beat, daemon=True)
        beat.start()
        while self.running:
            self._seen_at = time.monotonic()
            self._sweep_when_due()
            self.run()
            if self.running:
                time.sleep(self.interval)

    def run_task(self, db_task_result: Any) -> None:
        """Run one task; a long queue does not keep the sweep waiting."""
        self._show(is_busy=True)
        super().run_task(db_task_result)
        self._show(is_busy=False)
        self._sweep_when_due()

    def shutdown(self, signum: int, frame: FrameType | None) -> None:
        """End at once when idle; else stop the encoder, whose row goes back, and end then."""
        stop_encoding()
        super().shutdown(signum, frame)

    def _sweep_when_due(self) -> None:
        now = time.monotonic()
        if now < self._sweep_at or not self.running:
            return
        self._sweep_at = now + SWEEP_SECONDS
        with_files = now >= self._files_at
        try:
            close_old_connections()
            sweep_media(files=with_files)
            sweep_due.send_robust(sender=self.__class__)
            _return_tasks_of_the_dead()
            if with_files:
                _forget_old_results()
                self._files_at = now + FILES_SECONDS
        except DatabaseError as error:  # locked or away for a moment: the next round will do
            logger.warning("sweep put off: %s", error)

    def _show(self, *, is_busy: bool) -> None:
        self._seen_at = time.monotonic()
        self._is_busy = is_busy
        self._news.set()

    def _beat(self) -> None:
        """Show that the main thread goes its rounds, or is busy with a task, maybe for hours."""
        while True:
            self._news.clear()
            if self._is_busy or time.monotonic() - self._seen_at < HUNG_SECONDS:
                said = {"time": time.time(), "pid": os.getpid(), "busy": self._is_busy}
                try:
                    storage.write_whole(beat_file(), json.dumps(said))
                except OSError as error:
                    logger.warning("no sign of life could be left: %s", error)
            self._news.wait(BEAT_SECONDS)


def _return_tasks_of_the_dead() -> None:
    """Put tasks back whose worker was killed: they are idempotent, a letter is better late."""
    for result in DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING):
        if result.worker_ids and identity.is_surely_gone(result.worker_ids[-1]):
            running = DBTaskResult.objects.filter(pk=result.pk, status=TaskResultStatus.RUNNING)
            running.update(status=TaskResultStatus.READY)


def _forget_old_results() -> None:
    """Keep the queue's file small."""
    DBTaskResult.objects.finished().filter(finished_at__lt=timezone.now() - RESULTS_KEPT).delete()


class Command(BaseCommand):
    help = "Run background tasks of a node until told to stop."
    # Checks load every page of the site, which a worker never serves: they are for the web.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--interval", type=float, default=1.0, help="seconds between looks into an empty queue"
        )

    def handle(self, *_args: Any, interval: float = 1.0, **_options: Any) -> None:
        worker = NodeWorker(interval=interval)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, worker.shutdown)
        worker.serve()
