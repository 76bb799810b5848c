"""The queue in the database of a node, and none on a hub."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks import TaskResultStatus, task_backends
from django_tasks_db.models import DBTaskResult

from kodipest.engines.media import identity
from kodipest.engines.media.errands import tidy_queue
from kodipest.engines.media.management.commands import work
from kodipest.engines.media.tasks import ring
from tests.factories.media import GONE

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_settings_of_a_test_reach_the_queue():
    assert type(task_backends["default"]).__name__ == "DatabaseBackend"


def test_tasks_of_the_dead_are_put_back():
    for holder in (GONE, identity.of_this_process(), "elsewhere/1/1", None):
        ring.enqueue()
        row = DBTaskResult.objects.filter(status=TaskResultStatus.READY, worker_ids=[]).last()
        row.status = TaskResultStatus.RUNNING
        row.worker_ids = [holder] if holder else []
        row.save()
    tidy_queue()

    put_back = DBTaskResult.objects.filter(status=TaskResultStatus.READY)
    assert [row.worker_ids for row in put_back] == [[GONE]]


def test_old_results_are_forgotten():
    for days in (1, 8):
        ring.enqueue()
        DBTaskResult.objects.filter(status=TaskResultStatus.READY).update(
            status=TaskResultStatus.SUCCESSFUL, finished_at=timezone.now() - timedelta(days=days)
        )
    tidy_queue()

    assert DBTaskResult.objects.count() == 1


def test_on_a_hub_the_queue_is_elsewhere(settings, monkeypatch):
    monkeypatch.setattr(work.apps, "is_installed", lambda name: name != "django_tasks_db")
    foreman = work.Foreman(interval=0.01)
    foreman.go_round()

    assert foreman.errands is None
    assert not foreman.is_busy
    assert foreman.is_going_round()
