import copy
import shutil
from contextlib import contextmanager

import pytest
from django_tasks import default_task_backend

from kodipest.engines.media import prepare
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


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    """Give a block in which what was encoded before, in an earlier one, is copied and told again.

    For what a test stands on, never for what it looks at.
    """
    folder, kept, really = tmp_path_factory.mktemp("made_once"), {}, prepare.prepare

    def made(source, out, *, recipe, on_progress, **words):
        key = (source.name, repr(recipe))
        if key not in kept:
            told = []

            def listen(progress):
                told.append(progress)
                on_progress(progress)

            manifest = really(source, out, recipe=recipe, on_progress=listen, **words)
            whole = shutil.copytree(out, folder / str(len(kept)))
            kept[key] = (whole, told, copy.deepcopy(manifest))
            return manifest
        whole, told, manifest = kept[key]
        shutil.copytree(whole, out, dirs_exist_ok=True)
        for progress in told:
            on_progress(progress)
        return copy.deepcopy(manifest)

    @contextmanager
    def block():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(prepare, "prepare", made)
            yield

    return block
