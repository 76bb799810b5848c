"""Pictures: probe them and cut them to the widths of phones and desks."""

import io
import struct
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image, ImageCms, ImageOps

from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.facts import Probe
from kodipest.engines.media.manifest import Picture
from kodipest.engines.media.sniff import Sniffed

MAX_PIXELS = 80_000_000
MAX_IMAGE_SIDE = 16_383  # the most that WebP can say
WIDTHS = (480, 960, 1600)
POSTER = "poster.jpg"
POSTER_SMALL = "poster-480.jpg"
POSTER_WIDTH = 1280
POSTER_SMALL_WIDTH = 480
JPEG_QUALITY = 82
WEBP_QUALITY = 80
# Equal to that WebP by eye and by PSNR at a fifth fewer bytes; the speed costs twice WebP's time.
AVIF_QUALITY, AVIF_SPEED = 55, 8
# Pillow is told the one format that the bytes announced, so no other parser runs.
_PILLOW = {
    "jpeg": "JPEG",
    "png": "PNG",
    "gif": "GIF",
    "webp": "WEBP",
    "avif": "AVIF",
    "heic": "HEIF",
}
IN_SOUNDS = ("JPEG", "PNG")
IN_BOOKS = ("JPEG", "PNG", "GIF", "WEBP")
_TURNED = {5, 6, 7, 8}
_ORIENTATION = 0x0112
# RuntimeError is how libavif says that a picture is broken.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, TypeError, struct.error, RuntimeError)
Tell = Callable[[float], None]
_DEGREES = {3: 180, 4: 180, 5: 90, 6: 90, 7: 270, 8: 270}


def probe_image(path: Path, sniffed: Sniffed) -> Probe:
    """Return the facts of a picture, decoding it once to prove that it is whole.

    Raises Unusable: `damaged`, `too_large` or `unsupported`.
    """
    with _open(path, sniffed.container) as image:
        _load(image)
        orientation = _orientation(image)
        width, height = image.size
        bits = 16 if image.mode.startswith(("I;16", "I", "F")) else 8
    if orientation in _TURNED:
        width, height = height, width
    return Probe(
        kind="image",
        container=sniffed.container,
        mime=sniffed.mime,
        width=width,
        height=height,
        rotation=_DEGREES.get(orientation, 0),
        bit_depth=bits,
    )


def _open(path: Path, container: str) -> Image.Image:
    if container == "heic":
        from pi_heif import register_heif_opener  # iPhones; loaded only when one comes

        register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
    return open_picture(path, [_PILLOW[container]])


def open_picture(source: Path | BinaryIO, formats: Sequence[str] = IN_BOOKS) -> Image.Image:
    """Open a picture of one of `formats`, without decoding it. Raises Unusable, OSError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # we count the pixels ourselves
            image = Image.open(source, formats=list(formats))
    except Image.DecompressionBombError as error:
        raise Unusable("too_large", str(error)) from error
    except _BROKEN as error:
        raise _damaged(error) from error
    width, height = image.size
    if width * height > MAX_PIXELS or max(width, height) > MAX_IMAGE_SIDE:
        image.close()
        raise Unusable("too_large", f"{width} x {height}, at most {MAX_PIXELS} pixels")
    return image


def _load(image: Image.Image) -> None:
    """Decode the first frame; later frames of an animation are not looked at."""
    try:
        image.seek(0)
        image.load()
    except _BROKEN as error:
        raise _damaged(error) from error


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation; words about a picture that are broken do not cost the picture."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            told = image.getexif().get(_ORIENTATION, 1)
    except _BROKEN:
        return 1
    return told if isinstance(told, int) else 1


def _damaged(error: Exception) -> Exception:
    """Tell a broken picture from a broken disk: Pillow's own complaints carry no errno."""
    if isinstance(error, OSError) and error.errno is not None:
        return error
    return Unusable("damaged", f"{type(error).__name__}: {error}")


def make_image(source: Path, out: Path, tell: Tell, *, container: str) -> dict[str, Any]:
    """Write `out`/<width>.avif, .webp and .jpg for each width up to the source's own, and posters.

    Orientation is applied, colours become sRGB, and every other word of metadata (place, camera,
    owner) stays behind in the original. Of an animation the first frame is shown.
    """
    with _open(source, container) as opened:
        image = upright_srgb(opened)
    pictures = []
    widths = _widths(image.width)
    for number, width in enumerate(widths, 1):
        small = to_width(image, width)
        for kind, save in (("avif", save_avif), ("webp", save_webp), ("jpg", save_jpeg)):
            save(small, out / f"{width}.{kind}")
            pictures.append(asdict(Picture(f"{width}.{kind}", small.width, small.height)))
        tell(number / (len(widths) + 1))
    write_posters(image, out)
    tell(1.0)
    return {"images": pictures, "width": image.width, "height": image.height, "has_poster": True}


def make_cover(source: Path, out: Path, tell: Tell) -> dict[str, Any]:
    """Write the posters of a sound from the cover that was taken out of it. Runs apart.

    Raises Unusable.
    """
    with open_picture(source, IN_SOUNDS) as opened:
        write_posters(upright_srgb(opened), out)
    tell(1.0)
    return {}


def _widths(own: int) -> list[int]:
    return [width for width in WIDTHS if width < own] + ([own] if own <= WIDTHS[-1] else [])


def upright_srgb(image: Image.Image) -> Image.Image:
    """Return the first frame as every screen shows it: turned upright, sRGB, 8 bits a colour.

    Raises Unusable(`damaged`).
    """
    _load(image)
    upright = ImageOps.exif_transpose(image) if _orientation(image) > 1 else image
    profile = image.info.get("icc_profile")
    if profile and upright.mode in {"RGB", "RGBA", "CMYK", "L"}:
        upright = _to_srgb(upright, profile)
    has_alpha = upright.mode in {"RGBA", "LA", "PA"} or "transparency" in upright.info
    if upright.mode.startswith("I"):  # 16-bit grey: Pillow clips instead of scaling
        upright = upright.point(lambda level: level / 256).convert("L")
    return upright.convert("RGBA" if has_alpha else "RGB")


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Convert by the embedded profile; a broken profile is ignored, as browsers do."""
    mode = "RGBA" if image.mode == "RGBA" else "RGB"
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        made = ImageCms.profileToProfile(
            image, own, ImageCms.createProfile("sRGB"), outputMode=mode
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image
    return made or image


def to_width(image: Image.Image, width: int) -> Image.Image:
    """Return the picture at `width`, or as it is when it is narrower."""
    if width >= image.width:
        return image
    height = max(1, round(image.height * width / image.width))
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)


def save_jpeg(image: Image.Image, path: Path) -> None:
    """Save without metadata, transparent parts on white, and never half a file under the name."""
    if image.mode == "RGBA":
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    bare = image.convert("RGB")
    _save(bare, path, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)


def save_avif(image: Image.Image, path: Path) -> None:
    """Save for the newer half of the phones; one thread, as other encoders share the cores."""
    options = {"quality": AVIF_QUALITY, "speed": AVIF_SPEED, "max_threads": 1}
    _save(image, path, "AVIF", **options)


def save_webp(image: Image.Image, path: Path) -> None:
    _save(image, path, "WEBP", quality=WEBP_QUALITY, method=4)


def save_page(image: Image.Image, path: Path) -> None:
    """Save a page of a book: mostly letters on one ground, so the quick method does."""
    _save(image, path, "WEBP", quality=70, method=2)


def _save(image: Image.Image, path: Path, kind: str, **options: int) -> None:
    part = path.with_name(path.name + ".part")
    image.info.clear()  # Pillow would carry the EXIF and the profile over
    image.save(part, kind, **options)
    part.replace(path)


def write_posters(image: Image.Image, out: Path) -> None:
    """Write both posters, never larger than the picture itself."""
    save_jpeg(to_width(image, POSTER_WIDTH), out / POSTER)
    save_jpeg(to_width(image, POSTER_SMALL_WIDTH), out / POSTER_SMALL)
