import io
import struct

import pytest
from PIL import Image

from kodipest.engines.media.bare import bare_jpeg, bare_jpeg2000, bare_picture
from kodipest.engines.media.errors import Unusable

from . import paper


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def pixels(data: bytes) -> bytes:
    return opened(data).convert("RGB").tobytes()


def gif() -> bytes:
    frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "green", "blue")]
    buffer = io.BytesIO()
    frames[0].save(
        buffer,
        "GIF",
        save_all=True,
        append_images=frames[1:],
        duration=70,
        loop=0,
        comment=paper.NAME,
    )
    return buffer.getvalue()


def webp() -> bytes:
    exif = Image.Exif()
    exif[0x8298] = paper.NAME
    buffer = io.BytesIO()
    image = Image.new("RGBA", (30, 20), (200, 30, 30, 120))
    image.save(buffer, "WEBP", lossless=True, exif=exif, xmp=paper.NAME.encode())
    return buffer.getvalue()


@pytest.mark.parametrize(
    "told", [paper.jpeg(), paper.png_with_name(), gif(), webp()], ids=["jpeg", "png", "gif", "webp"]
)
def test_a_picture_loses_its_words_and_no_pixel(told: bytes) -> None:
    assert paper.holds(told)

    bare = bare_picture(told)

    assert not paper.holds(bare)
    assert pixels(bare) == pixels(told)
    assert bare_picture(bare) == bare


def test_which_side_is_up_stays_with_a_photograph() -> None:
    assert dict(opened(bare_jpeg(paper.jpeg(orientation=8))).getexif()) == {0x0112: 8}
    assert not opened(bare_jpeg(paper.jpeg(orientation=1))).getexif()
    assert not opened(bare_jpeg(paper.jpeg(orientation=8), keep_orientation=False)).getexif()


def test_an_animation_goes_on() -> None:
    image = opened(bare_picture(gif()))

    assert (image.n_frames, image.info["duration"], image.info["loop"]) == (3, 70, 0)


def test_a_progressive_photograph_in_four_colours_keeps_its_scans() -> None:
    buffer = io.BytesIO()
    Image.effect_noise((64, 64), 60).convert("CMYK").save(
        buffer, "JPEG", progressive=True, comment=paper.NAME
    )

    bare = bare_picture(buffer.getvalue())

    assert opened(bare).mode == "CMYK"
    assert opened(bare).tobytes() == opened(buffer.getvalue()).tobytes()
    assert not paper.holds(bare)


def test_broken_words_about_a_photograph_do_not_cost_it() -> None:
    whole = paper.jpeg(named=False)
    broken = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 900)
    piece = b"\xff\xe1" + struct.pack(">H", len(broken) + 2) + broken

    assert pixels(bare_picture(whole[:2] + piece + whole[2:])) == pixels(whole)


def test_wavelets_lose_comments_and_foreign_boxes() -> None:
    told = paper.jpeg2000()
    assert paper.holds(told)

    bare = bare_jpeg2000(told)

    assert not paper.holds(bare)
    assert pixels(bare) == pixels(told)
    stream = told[told.index(b"\xff\x4f\xff\x51") : told.rindex(b"\xff\xd9") + 2]
    assert not paper.holds(bare_jpeg2000(stream))


@pytest.mark.parametrize(
    "data",
    [
        paper.jpeg(named=False)[:-200].replace(b"\xff\xdb\x00\x43", b"\xff\xdb\xff\xff", 1),
        b"\xff\xd8plain words",
        b"\xff\xd8\xff",
        paper.png_with_name()[:40],
        b"GIF89a\x01\0\x01\0\0\0\0!",
        b"GIF89a\x01\0\x01\0\0\0\0?",
        webp()[:40],
        b"RIFF",
    ],
)
def test_a_broken_picture_is_damaged(data: bytes) -> None:
    with pytest.raises(Unusable) as refused:
        bare_picture(data)

    assert refused.value.code == "damaged"


def test_another_kind_is_not_taken() -> None:
    with pytest.raises(Unusable) as refused:
        bare_picture(b"BM nothing")

    assert refused.value.code == "unsupported"


@pytest.mark.parametrize("data", [b"", b"words in place of boxes", b"\xff\x4f\xff\x51\0\0\0\0"])
def test_broken_wavelets_are_told(data: bytes) -> None:
    with pytest.raises((ValueError, IndexError)):
        bare_jpeg2000(data)
