import pytest
from django_tasks import default_task_backend

from kodipest.engines.media.operations import clocks, transcodes
from tests.factories.media import film


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_GRACE_SECONDS = 0
    settings.ENCODER_PRESET = "ultrafast"
    settings.ENCODER_ADDITIONS = []
    clocks._seen.clear()
    default_task_backend.clear()
    yield
    transcodes.go_on_encoding()


@pytest.fixture(scope="session")
def clip(tmp_path_factory):
    return film(tmp_path_factory.mktemp("clip") / "clip.mp4", seconds=1)
