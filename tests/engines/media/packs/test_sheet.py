"""A page of stills with their times."""

from pathlib import Path

import pytest
from PIL import Image

from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.packs import make_pack
from kodipest.engines.media.packs.sheet import COLUMNS, GAP, LABEL, clock
from tests.engines.media.packs import prepared


def test_a_sheet_tells_the_whole_film(tmp_path: Path) -> None:
    pack = make_pack("sheet", prepared.folder(), tmp_path / "out")
    (file,) = pack.files
    with Image.open(tmp_path / "out" / file.file) as sheet:
        assert sheet.size == (file.width, file.height)
        assert file.width == COLUMNS * (400 + GAP) + GAP
        still = sheet.crop((GAP, GAP, GAP + 400, file.height // 5 - LABEL))
        assert len(still.getcolors(400 * 400) or [None] * 999) > 100  # a picture, not a blank field
    assert not list((tmp_path / "out").glob("still-*"))


def test_a_sound_has_nothing_to_see(tmp_path: Path) -> None:
    with pytest.raises(Unusable) as refused:
        make_pack("sheet", prepared.of_sound(), tmp_path / "out")
    assert refused.value.code == "unsupported"


@pytest.mark.parametrize(("seconds", "said"), [(0.4, "0:00"), (65.9, "1:05"), (3725, "1:02:05")])
def test_times_are_written_as_people_read_them(seconds: float, said: str) -> None:
    assert clock(seconds) == said
