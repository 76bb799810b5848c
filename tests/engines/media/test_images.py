from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from kodipest.engines.media import images
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.manifest import Manifest
from kodipest.engines.media.prepare import prepare
from kodipest.engines.media.probe import probe

from . import footage

RED, BLUE = (200, 30, 30), (30, 30, 200)
PLACE_AND_CAMERA = {0x010F: "Kamera", 0x8298: "Aisyah", 0x0132: "2026:11:23 10:00:00"}


def picture(name: str, size: tuple[int, int] = (40, 20), mode: str = "RGB", **options) -> Path:
    """Save a picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", size, BLUE)
    image.paste(RED, (0, 0, size[0] // 2, size[1]))
    buffer = BytesIO()
    image.convert(mode).save(buffer, Path(name).suffix[1:].replace("jpg", "jpeg"), **options)
    return footage.written(name, buffer.getvalue())


def made_from(source: Path, out: Path) -> Manifest:
    return prepare(source, out, probe=probe(source))


@pytest.mark.parametrize(
    ("name", "mime"),
    [
        ("a.jpg", "image/jpeg"),
        ("a.png", "image/png"),
        ("a.gif", "image/gif"),
        ("a.webp", "image/webp"),
        ("a.avif", "image/avif"),
    ],
)
def test_pictures_are_known_by_content(name: str, mime: str) -> None:
    found = probe(picture(name))

    assert (found.kind, found.mime, found.width, found.height) == ("image", mime, 40, 20)
    assert found.duration_seconds == 0


def test_widths_go_up_to_the_source(tmp_path: Path) -> None:
    manifest = made_from(picture("wide.jpg", (2000, 1000)), tmp_path / "out")

    assert [(p.file, p.width, p.height) for p in manifest.images] == [
        ("480.avif", 480, 240),
        ("480.webp", 480, 240),
        ("480.jpg", 480, 240),
        ("960.avif", 960, 480),
        ("960.webp", 960, 480),
        ("960.jpg", 960, 480),
        ("1600.avif", 1600, 800),
        ("1600.webp", 1600, 800),
        ("1600.jpg", 1600, 800),
    ]
    assert (manifest.width, manifest.height, manifest.master) == (2000, 1000, None)
    for made in manifest.images:
        with Image.open(tmp_path / "out" / made.file) as image:
            assert image.size == (made.width, made.height)
    with Image.open(tmp_path / "out" / manifest.poster) as poster:
        assert poster.size == (1280, 640)


def test_a_small_picture_is_not_blown_up(tmp_path: Path) -> None:
    manifest = made_from(picture("small.png"), tmp_path / "out")

    assert [p.file for p in manifest.images] == ["40.avif", "40.webp", "40.jpg"]


def test_orientation_is_applied_and_the_rest_of_exif_stays_behind(tmp_path: Path) -> None:
    exif = Image.Exif()
    for tag, value in (PLACE_AND_CAMERA | {0x0112: 6}).items():
        exif[tag] = value
    exif.get_ifd(0x8825)[2] = (7.0, 45.0, 0.0)
    source = picture("turned.jpg", (400, 200), exif=exif)
    found = probe(source)
    assert (found.width, found.height, found.rotation) == (200, 400, 90)

    made_from(source, tmp_path / "out")

    for path in (tmp_path / "out").glob("*.jpg"):
        with Image.open(path) as image:
            assert not image.getexif()
            assert image.width < image.height
            assert image.getpixel((image.width // 2, 5)) == pytest.approx(RED, abs=12)
        assert b"Aisyah" not in path.read_bytes()
        assert b"Kamera" not in path.read_bytes()


def test_transparency_lives_in_webp_and_lies_on_white_in_jpeg(tmp_path: Path) -> None:
    buffer = BytesIO()
    Image.new("RGBA", (40, 20), (200, 30, 30, 0)).save(buffer, "PNG")

    made_from(footage.written("clear.png", buffer.getvalue()), tmp_path / "out")

    with Image.open(tmp_path / "out" / "40.webp") as image:
        assert image.convert("RGBA").getpixel((5, 5))[3] == 0
    with Image.open(tmp_path / "out" / "40.jpg") as image:
        assert image.getpixel((5, 5)) == pytest.approx((255, 255, 255), abs=2)


def test_an_animation_gives_its_first_frame(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (40, 20), colour) for colour in (RED, BLUE, BLUE)]
    buffer = BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=100)

    made_from(footage.written("moves.gif", buffer.getvalue()), tmp_path / "out")

    with Image.open(tmp_path / "out" / "40.jpg") as image:
        assert image.getpixel((20, 10)) == pytest.approx(RED, abs=12)


@pytest.mark.parametrize(("name", "mode"), [("print.jpg", "CMYK"), ("pale.png", "L")])
def test_other_colour_modes_become_rgb(name: str, mode: str, tmp_path: Path) -> None:
    made_from(picture(name, mode=mode), tmp_path / "out")

    with Image.open(tmp_path / "out" / "40.jpg") as image:
        assert image.mode == "RGB"


def test_sixteen_bit_grey_is_scaled_not_clipped(tmp_path: Path) -> None:
    buffer = BytesIO()
    Image.new("I;16", (40, 20), 128 * 256).save(buffer, "PNG")
    source = footage.written("deep.png", buffer.getvalue())
    assert probe(source).bit_depth == 16

    made_from(source, tmp_path / "out")

    with Image.open(tmp_path / "out" / "40.jpg") as image:
        assert image.getpixel((5, 5)) == pytest.approx((128, 128, 128), abs=3)


def test_a_colour_profile_is_applied_and_a_broken_one_ignored(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for name, icc in (("good.jpg", profile), ("bad.jpg", b"not a profile")):
        out = tmp_path / name
        made_from(picture(name, icc_profile=icc), out)
        with Image.open(out / "40.jpg") as image:
            assert "icc_profile" not in image.info
            assert image.getpixel((5, 5)) == pytest.approx(RED, abs=12)


def test_too_many_pixels_are_refused_before_they_are_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(images, "MAX_PIXELS", 799)

    with pytest.raises(Unusable, match="40 x 20") as refused:
        probe(picture("a.jpg"))

    assert refused.value.code == "too_large"


def test_a_bomb_of_a_picture_is_refused() -> None:
    """Forty kilobytes that unpack to 400 million pixels."""
    buffer = BytesIO()
    Image.new("1", (20_000, 20_000)).save(buffer, "PNG", optimize=False, compress_level=9)

    with pytest.raises(Unusable) as refused:
        probe(footage.written("bomb.png", buffer.getvalue()))

    assert refused.value.code == "too_large"


@pytest.mark.parametrize("name", ["cut.jpg", "cut.png", "cut.webp"])
def test_half_a_picture_is_damaged(name: str) -> None:
    whole = picture(name, (400, 300))

    with pytest.raises(Unusable) as refused:
        probe(footage.cut(whole, 0.5, f"half-{name}"))

    assert refused.value.code == "damaged"


def test_broken_words_about_a_picture_do_not_cost_the_picture(tmp_path: Path) -> None:
    source = picture("exif.jpg", exif=b"Exif\x00\x00MM\x00*\x00\x00\xff\xff" + bytes(20))

    assert made_from(source, tmp_path / "out").images


def test_a_disk_that_cannot_be_read_is_not_blamed_on_the_picture(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()

    with pytest.raises(IsADirectoryError):
        images.make_image(tmp_path / "folder", tmp_path, print, container="jpeg")


def test_a_picture_of_an_iphone_is_taken_and_tells_nobody(tmp_path: Path) -> None:
    source = Path(__file__).parent / "samples" / "phone.heic"
    assert b"Aisyah" in source.read_bytes()
    found = probe(source)
    assert (found.kind, found.mime, found.width, found.height) == ("image", "image/heic", 96, 64)

    manifest = prepare(source, tmp_path / "out", probe=found)

    assert [made.file for made in manifest.images] == ["96.avif", "96.webp", "96.jpg"]
    for made in manifest.images:
        path = tmp_path / "out" / made.file
        with Image.open(path) as image:
            shown = image.convert("RGB")
            assert shown.getpixel((8, 8)) == pytest.approx(RED, abs=16)
            assert shown.getpixel((88, 56)) == pytest.approx(BLUE, abs=16)
            assert not image.getexif()
        assert b"Aisyah" not in path.read_bytes()


def test_half_a_picture_of_an_iphone_is_damaged() -> None:
    whole = Path(__file__).parent / "samples" / "phone.heic"

    with pytest.raises(Unusable) as refused:
        probe(footage.cut(whole, 0.7, "half.heic"))

    assert refused.value.code == "damaged"
