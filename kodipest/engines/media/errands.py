"""Short tasks from the queue in the database: letters, mostly. Films have lanes of their own."""

from datetime import timedelta

from django.utils import timezone
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS, TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from kodipest.engines.media import identity

RESULTS_KEPT = timedelta(days=7)


class ErrandRunner(Worker):  # type: ignore[misc]  # its library is outside our type check
    """The queue's own worker; `run` comes back when the queue is empty."""

    def __init__(self, *, interval: float) -> None:
        super().__init__(
            queue_names=["*"],
            interval=interval,
            batch=True,
            backend_name=DEFAULT_TASK_BACKEND_ALIAS,
            startup_delay=False,
            max_tasks=None,
            worker_id=identity.of_this_process(),
            excluded_queue_names=[],
        )

    def end(self) -> None:
        """Take no further task; one that runs is brought to its end."""
        self.running = False


def tidy_queue() -> None:
    """Put tasks back whose worker was killed, and forget old results.

    Tasks are idempotent: a letter is better late.
    """
    for result in DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING):
        if result.worker_ids and identity.is_surely_gone(result.worker_ids[-1]):
            running = DBTaskResult.objects.filter(pk=result.pk, status=TaskResultStatus.RUNNING)
            running.update(status=TaskResultStatus.READY)
    DBTaskResult.objects.finished().filter(finished_at__lt=timezone.now() - RESULTS_KEPT).delete()
