"""The real model on a real face: Eileen Collins, NASA, 1993, in the public domain."""

from pathlib import Path

import pytest
from PIL import Image

from kodipest.engines.media.checks import looks
from kodipest.engines.media.checks.findings import Finding
from kodipest.engines.media.checks.looks import look
from kodipest.engines.media.encoder import Limits

FACE = Path(__file__).parent / "face.jpg"


@pytest.fixture
def frames(tmp_path: Path) -> list[Path]:
    """Nobody, one face, the same face twice."""
    with Image.open(FACE) as opened:
        face = opened.convert("RGB")
    empty, twice = (
        Image.new("RGB", face.size, "grey"),
        Image.new("RGB", (face.width * 2, face.height)),
    )
    twice.paste(face)
    twice.paste(face.transpose(Image.Transpose.FLIP_LEFT_RIGHT), (face.width, 0))
    for name, picture in (("a", empty), ("b", face), ("c", twice)):
        picture.save(tmp_path / f"{name}.jpg", quality=90)
    return sorted(tmp_path.glob("*.jpg"))


def test_faces_are_counted_and_told_where_most_of_them_are(frames: list[Path]) -> None:
    assert look(frames, [1.0, 5.0, 9.0]) == [Finding("faces", "note", start=9.0, value=2)]


def test_a_look_at_nobody_finds_nothing(frames: list[Path]) -> None:
    assert look(frames[:1], [1.0]) == []


def test_bare_skin_is_advice_from_a_certain_confidence_on_and_never_more() -> None:
    seen = [{"faces": 0, "skin": 0.2}, {"faces": 0, "skin": 0.91}]

    assert looks._findings(seen, [1.0, 2.0]) == [Finding("nudity", "advice", start=2.0, value=0.91)]
    assert looks._findings(seen[:1], [1.0]) == []


def test_without_a_model_nobody_has_looked(
    frames: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looks, "is_installed", lambda: False)

    assert look(frames, [1.0, 5.0, 9.0]) is None


def test_no_frames_no_look() -> None:
    assert look([], []) is None


def test_a_model_that_dies_is_no_reason_to_withhold_a_film(
    frames: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real death: the leash gives it less memory than it needs."""
    monkeypatch.setattr(looks, "LIMITS", Limits(memory_bytes=30_000_000))

    assert look(frames, [1.0, 5.0, 9.0]) is None


def test_a_frame_that_is_no_picture_is_no_reason_either(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"no picture")

    assert look([tmp_path / "a.jpg"], [1.0]) is None
