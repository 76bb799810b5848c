"""How many lines may send at once."""

import pytest

from kodipest.engines.media.arrivals import lines
from tests.engines.media.arrivals.hands import code

pytestmark = pytest.mark.django_db


def test_nobody_takes_every_line(tus, settings, aisyah):
    settings.UPLOAD_LINES_OF_ONE = 1
    address = tus.begun(100)

    with lines.held_for(aisyah.pk):
        answer = tus.send(address, b"x")
        assert code(answer) == (503, "lines_busy")
        assert answer["Retry-After"]

    assert tus.send(address, b"x").status_code == 204


def test_pages_keep_threads_for_themselves(tus, settings):
    settings.UPLOAD_LINES = 2
    address = tus.begun(100)

    with lines.held_for("budi"), lines.held_for("citra"):
        assert code(tus.send(address, b"x")) == (503, "lines_busy")
    assert tus.send(address, b"x").status_code == 204
    assert not lines._held
