"""What was prepared from the files of a version, as pages show it: film, pictures, poster.

Public pages and the desks of makers show the same things under different addresses, so whoever asks
says how an address is made: `engines.media.storage.public_url` or `private_url`; so for captions.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from kodipest.engines.media import reading, stores
from kodipest.engines.media.models import Transcode
from kodipest.works.models import LANGUAGES, Asset, Revision

MASTER = "master.m3u8"  # the name a playlist has while its manifest is still to come
NAMES = dict(LANGUAGES)
KINDS_OF_PICTURES = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg"}
PLAIN_KINDS = ("jpg", "webp")  # a screen that knows neither AVIF nor WebP gets the first of these
Address = Callable[[Transcode, str], str]
CaptionAddress = Callable[[str], str]  # of a language


@dataclass(frozen=True)
class Track:
    """The captions of a film in one language."""

    language: str
    label: str
    src: str


@dataclass(frozen=True)
class Download:
    """A file to keep, and what kind it is, in the letters people know it by."""

    url: str
    kind: str


@dataclass(frozen=True)
class Film:
    """What a player needs to know of a film or a sound."""

    kind: str
    title: str
    playlist: str
    poster: str
    storyboard: str
    seconds: float | None
    width: int
    height: int
    is_growing: bool
    work_id: str  # under which a browser remembers where its owner stopped
    download: str = ""
    captions: list[Track] = field(default_factory=list)
    downloads: list[Download] = field(default_factory=list)
    wave: str = ""  # the strokes of a sound, for a drawing 160 wide and 100 high


@dataclass(frozen=True)
class Source:
    """The widths of a picture in one kind of file."""

    mime: str
    srcset: str


@dataclass(frozen=True)
class Picture:
    """One picture in the widths that were prepared, with the widest as its own address.

    `src` and `srcset` are JPEG, which every screen shows; `sources` are the smaller kinds, the
    smallest first.
    """

    src: str
    srcset: str
    width: int
    height: int
    sources: list[Source] = field(default_factory=list)


def manifest_of(asset: Asset | None) -> dict[str, Any]:
    """Return what was prepared from `asset`; empty while nothing is finished."""
    return (asset.transcode.manifest if asset is not None else None) or {}


def film_of(
    revision: Revision, address: Address, caption: CaptionAddress, *, remembered_as: str
) -> Film | None:
    """Say what the player plays; None while not even the first seconds are there."""
    main = revision.main
    if main is None or not main.transcode.is_playable:
        return None
    transcode, manifest, probe = main.transcode, manifest_of(main), main.original.probe
    board = (manifest.get("storyboard") or {}).get("vtt") or ""
    return Film(
        kind=revision.work.kind,
        title=revision.title,
        playlist=address(transcode, manifest.get("master") or MASTER),
        poster=poster_of(revision, address, "poster"),
        storyboard=address(transcode, board) if board else "",
        seconds=manifest.get("duration_seconds") or probe.get("duration_seconds"),
        width=manifest.get("width") or probe.get("width") or 16,
        height=manifest.get("height") or probe.get("height") or 9,
        is_growing=not transcode.is_done,
        work_id=remembered_as,
        wave=wave_of(manifest.get("peaks") or []),
        captions=[
            Track(language, str(NAMES[language]), caption(language))
            for language in revision.caption_languages
        ],
    )


def wave_of(peaks: list[int]) -> str:
    """Draw one stroke for each figure, from the middle up and down; the quietest is still a dot."""
    strokes = (f"M{at}.5 {50 - max(peak, 2) / 2:g}v{max(peak, 2)}" for at, peak in enumerate(peaks))
    return "".join(strokes)


def pictures_of(revision: Revision, address: Address) -> list[Picture]:
    """List the prepared pictures among the main files, in order; a comic may come as one file."""
    found: list[Picture] = []
    for asset in revision.main_files:
        single = picture_of(asset, address)
        found += [single] if single else drawn_pages(asset, address)
    return found


def drawn_pages(asset: Asset, address: Address) -> list[Picture]:
    """List the pages of a document as pictures; none of anything else."""
    told = manifest_of(asset).get("reader") or {}
    if told.get("kind") != "pages":
        return []
    numbers = range(1, told["parts"] + 1)
    names = (reading.part_file(number) for number in numbers)
    folder = stores.chosen().small(asset.transcode.folder, *names)
    parts = (reading.read_part(number, folder) for number in numbers)
    return [drawn_page(page, asset, address) for part in parts for page in part.pages]


def drawn_page(page: reading.Page, asset: Asset, address: Address) -> Picture:
    """Give a drawn page its addresses, the widest as its own."""
    places = {width: address(asset.transcode, page.file(width)) for width in page.widths}
    srcset = ", ".join(f"{place} {width}w" for width, place in places.items())
    return Picture(places[page.widths[-1]], srcset, page.width, page.height)


def picture_of(asset: Asset, address: Address) -> Picture | None:
    """Return one picture in its widths, None while it is being prepared."""
    images = sorted(manifest_of(asset).get("images") or [], key=lambda image: image["width"])
    if not images:
        return None
    sets = {kind: srcset_of(asset, images, kind, address) for kind in KINDS_OF_PICTURES}
    plain = next(kind for kind in (*PLAIN_KINDS, *KINDS_OF_PICTURES) if sets[kind])
    widest = [image for image in images if image["file"].endswith(plain)][-1]
    return Picture(
        src=address(asset.transcode, widest["file"]),
        srcset=sets[plain],
        width=widest["width"],
        height=widest["height"],
        sources=[
            Source(KINDS_OF_PICTURES[kind], told)
            for kind, told in sets.items()
            if told and kind != plain
        ],
    )


def srcset_of(asset: Asset, images: list[dict[str, Any]], kind: str, address: Address) -> str:
    """List the widths of one kind, as an `img` wants them."""
    return ", ".join(
        f"{address(asset.transcode, image['file'])} {image['width']}w"
        for image in images
        if image["file"].endswith(f".{kind}")
    )


def poster_of(revision: Revision, address: Address, size: str = "poster_small") -> str:
    """Return the picture that stands for `revision`, or nothing when there is none yet."""
    cover = revision.cover
    name = manifest_of(cover).get(size)
    return address(cover.transcode, name) if cover is not None and name else ""


def is_upright(revision: Revision) -> bool:
    """Say whether the picture that stands for `revision` is taller than wide."""
    manifest = manifest_of(revision.cover)
    return bool((manifest.get("height") or 0) > (manifest.get("width") or 0))
