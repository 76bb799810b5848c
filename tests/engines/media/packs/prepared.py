"""Prepared folders for packs, made once per run through the door of the engine."""

import tempfile
from functools import cache
from pathlib import Path

from PIL import Image

from kodipest.engines.media.prepare import prepare
from kodipest.engines.media.probe import probe
from tests.engines.media import footage

SOUND = "sine=frequency=500:sample_rate=44100"


@cache
def folder(size: str = "426x240", seconds: float = 6, sound: str = SOUND) -> Path:
    """Return the prepared folder of a drawn film."""
    source = footage.film(size=size, rate="25", seconds=seconds, sound=sound)
    return _prepared(source)


@cache
def of_source(source: Path, preset: str = "ultrafast") -> Path:
    """Return the prepared folder of a film that is given."""
    return _prepared(source, preset)


@cache
def of_sound(seconds: float = 3) -> Path:
    """Return the prepared folder of a sound without a picture."""
    return _prepared(footage.sound(seconds=seconds))


def _prepared(source: Path, preset: str = "ultrafast") -> Path:
    out = Path(tempfile.mkdtemp(prefix="kodipest-packs-", dir=source.parent)) / "out"
    prepare(source, out, probe=probe(source), preset=preset)
    return out


def picture(path: Path, size: tuple[int, int] = (600, 400)) -> Path:
    """Draw a green picture, as a caller supplies a cover or a card."""
    Image.new("RGB", size, (20, 120, 90)).save(path)
    return path
