"""Copies of a file of this computer."""

import pytest

from kodipest.engines.media import uploads
from kodipest.kernel.errors import Refusal
from tests.engines.media.uploads import desk
from tests.engines.media.uploads.hands import CONTENT, parts

pytestmark = [pytest.mark.django_db, pytest.mark.urls(desk.__name__)]


def test_a_copy_that_does_not_fit(tmp_path, settings):
    (tmp_path / "f").write_bytes(b"x")
    settings.MEDIA_RESERVE_BYTES = 2**60

    with pytest.raises(Refusal) as refused:
        uploads.take_copy(tmp_path / "f")
    assert refused.value.code == "no_space"


def test_a_copy_that_breaks_off_leaves_nothing(tmp_path, monkeypatch):
    (tmp_path / "f").write_bytes(CONTENT)

    def stop(_part, _chunk):
        raise KeyboardInterrupt

    monkeypatch.setattr(uploads.Part, "write", stop)
    with pytest.raises(KeyboardInterrupt):
        uploads.take_copy(tmp_path / "f")
    assert parts() == []
