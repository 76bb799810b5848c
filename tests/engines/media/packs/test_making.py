"""What holds for every pack: whole or not there, stopped by its listener, nothing overwritten."""

from pathlib import Path

import pytest

from kodipest.engines.media.packs import NAMES, make_pack
from tests.engines.media.packs import prepared


@pytest.mark.parametrize("name", NAMES)
def test_a_stopped_pack_is_not_whole(tmp_path: Path, name: str) -> None:
    def stop(_seconds: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_pack(name, prepared.folder(), tmp_path / "out", on_seconds=stop)
    assert not (tmp_path / "out/pack.json").exists()
    assert not (tmp_path / "out/.work").exists()


def test_a_listener_hears_how_far_it_is(tmp_path: Path) -> None:
    heard: list[float] = []
    make_pack("whatsapp", prepared.folder(), tmp_path / "out", on_seconds=heard.append)
    assert heard[0] >= 0
    assert heard.count(6.0) >= 2  # the end of the sound, the end of the film
    assert max(heard) == 6.0
