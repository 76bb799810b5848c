"""Posters as people send them: drawn here, saved again at another size and in another format."""

import random
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from kodipest.engines.media.checks.examine import check
from kodipest.engines.media.checks.findings import Finding
from kodipest.engines.media.checks.likeness import SAME_PICTURE_BITS, Likeness, same_frames
from kodipest.engines.media.probe import probe

FACE = Path(__file__).parent / "face.jpg"


def poster(seed: int, size: tuple[int, int] = (1200, 1600)) -> Image.Image:
    dice, image = random.Random(seed), Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    for _ in range(14):
        x, y = dice.randrange(size[0]), dice.randrange(size[1])
        colour = tuple(dice.randrange(256) for _ in range(3))
        pen.ellipse((x - 200, y - 300, x + 200, y + 300), fill=colour)
    return image


def told(path: Path) -> dict[str, object]:
    return check(path, probe=probe(path))


def likeness(path: Path) -> Likeness:
    found = told(path)["likeness"]
    assert isinstance(found, dict)
    return Likeness.from_dict(found)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "poster.png"
    poster(1).save(path)
    return path


def test_the_same_poster_smaller_and_in_another_format_is_known_again(
    saved: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.jpg"
    poster(1).resize((600, 800)).save(copy, quality=40)
    one, other = likeness(saved), likeness(copy)

    assert one.own_marks() & other.all_marks()
    assert same_frames(one, other) == 1


def test_a_picture_held_upright_by_its_exif_is_the_same(saved: Path, tmp_path: Path) -> None:
    turned = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    poster(1).rotate(90, expand=True).save(turned, exif=exif)

    assert same_frames(likeness(saved), likeness(turned)) == 1


def test_another_poster_is_not(saved: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.png"
    poster(2).save(other)

    assert same_frames(likeness(saved), likeness(other)) == 0


def test_a_picture_is_never_like_a_film_that_shows_it(saved: Path) -> None:
    picture = likeness(saved)
    film = Likeness(picture.frames)

    assert picture.frames
    assert same_frames(picture, film) == 0
    assert same_frames(film, picture) == 0


@pytest.mark.parametrize("seed", range(20))
def test_whatever_counts_as_the_same_shares_a_mark(seed: int) -> None:
    dice = random.Random(seed)
    frame = dice.getrandbits(128)
    worn = frame
    for place in dice.sample(range(128), SAME_PICTURE_BITS):
        worn ^= 1 << place
    one, other = (Likeness((it,), is_picture=True) for it in (frame, worn))

    assert same_frames(one, other) == 1
    assert one.own_marks() & other.all_marks()
    assert not one.own_marks() & Likeness((frame,)).all_marks()
    assert max(one.own_marks()) < 2**63


def test_a_plain_picture_is_like_nothing(tmp_path: Path) -> None:
    path = tmp_path / "plain.png"
    Image.new("RGB", (1000, 1000), "white").save(path)
    plain = likeness(path)

    assert plain.frames == ()
    assert same_frames(plain, plain) == 0


def test_what_it_is_known_by_travels_as_json(saved: Path) -> None:
    one = likeness(saved)

    assert one.is_picture
    assert Likeness.from_dict(one.as_dict()) == one


@pytest.mark.parametrize(
    ("size", "severity"), [((720, 900), None), ((719, 900), "note"), ((900, 479), "advice")]
)
def test_a_small_picture_is_told(tmp_path: Path, size: tuple[int, int], severity: str) -> None:
    path = tmp_path / "small.png"
    poster(1, size).save(path)
    small = [one for one in told(path)["findings"] if one["code"] == "small"]  # type: ignore[attr-defined]

    wanted = {"code": "small", "severity": severity, "value": min(size), "text": "picture"}
    assert small == ([wanted] if severity else [])


def test_a_face_is_a_hint_without_a_time() -> None:
    found = told(FACE)

    assert found["looked"]
    assert Finding("faces", "note", value=1).as_dict() in found["findings"]  # type: ignore[operator]
