import pytest
from django.db import connection

from kodipest.engines.media import tasks
from kodipest.engines.media.management.commands import work
from kodipest.engines.media.operations import clocks, transcodes


@pytest.fixture
def on_a_file():
    """Threads of one shared connection would trip: on SQLite the kill tests run a worker on a file."""
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("one shared connection")


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.HOME = tmp_path
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    settings.ENCODER_PRESET = "ultrafast"
    settings.ENCODER_ADDITIONS = []
    clocks._seen.clear()
    tasks.heard.clear()
    yield
    transcodes.go_on_encoding()


@pytest.fixture
def foreman(settings):
    foreman = work.Foreman(interval=0.01)
    yield foreman
    foreman._ended.set()
