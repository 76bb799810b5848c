from pathlib import Path

import pytest
from PIL import Image

from kodipest.web import icons


def test_the_icons_in_the_house_are_those_the_program_draws(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = icons.FOLDER
    monkeypatch.setattr(icons, "FOLDER", tmp_path / "icons")

    icons.main()

    drawn = {path.name: path for path in (tmp_path / "icons").iterdir()}
    assert set(drawn) == {path.name for path in kept.iterdir()}
    for name, path in drawn.items():
        if path.suffix == ".png":
            with Image.open(path) as new, Image.open(kept / name) as old:
                assert new.size == old.size
                assert new.convert("RGBA").getpixel((0, 0)) == old.convert("RGBA").getpixel((0, 0))


def test_the_maskable_star_stays_inside_the_circle_that_is_never_cut() -> None:
    icon = icons.draw(100, reach=0.54, corner=0.0).convert("RGB")
    leaf = icon.getpixel((2, 2))

    outside = [
        (x, y)
        for x in range(100)
        for y in range(100)
        if (x - 50) ** 2 + (y - 50) ** 2 > 40**2 and icon.getpixel((x, y)) != leaf
    ]

    assert outside == []
