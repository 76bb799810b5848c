"""The inside of a version for those who work on it: player, pictures, book or text, by private address.

Public pages show the same things by public address (`stages.publication.cards`).
"""

from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString

from kodipest.engines.media.storage import private_url
from kodipest.kernel.text import article_html
from kodipest.works.models import Asset, Revision, Work

MASTER = "master.m3u8"  # the name a playlist has while its manifest is still to come


@dataclass(frozen=True)
class Film:
    """What the player needs to know of a film or a sound."""

    kind: str
    title: str
    playlist: str
    poster: str
    storyboard: str
    seconds: float | None
    width: int
    height: int
    is_growing: bool
    work_id: str
    download: str = ""
    download_bytes: int = 0
    rungs: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Picture:
    """One picture in the widths that were prepared."""

    src: str
    srcset: str
    width: int
    height: int


@dataclass(frozen=True)
class Preview:
    """What a page shows of a version; everything that is not there yet is empty."""

    kind: str
    title: str
    language: str
    synopsis: str
    text: SafeString | str = ""
    film: Film | None = None
    pictures: list[Picture] = field(default_factory=list)
    book: str = ""

    @property
    def is_film(self) -> bool:
        """Say whether a player shows it, now or when it is prepared."""
        return self.kind in {Work.Kind.VIDEO, Work.Kind.AUDIO}

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to look at yet."""
        return not (self.text or self.film or self.pictures or self.book)


def preview_of(revision: Revision) -> Preview:
    """Prepare the inside of `revision` (its files are read once)."""
    work, main = revision.work, revision.main
    is_film = work.kind in {Work.Kind.VIDEO, Work.Kind.AUDIO}
    return Preview(
        kind=work.kind,
        title=revision.title,
        language=work.language,
        synopsis=revision.synopsis,
        text=article_html(revision.body) if revision.body else "",
        film=film_of(revision, main) if is_film and main else None,
        pictures=[] if is_film else pictures_of(revision),
        book=book_of(main) if work.kind == Work.Kind.EBOOK and main else "",
    )


def manifest_of(asset: Asset | None) -> dict[str, Any]:
    """Return what was prepared from `asset`; empty while nothing is finished."""
    return (asset.transcode.manifest if asset else None) or {}


def film_of(revision: Revision, main: Asset) -> Film | None:
    """Say what the player plays; None while not even the first seconds are there."""
    transcode, manifest, probe = main.transcode, manifest_of(main), main.original.probe
    if not transcode.is_playable:
        return None
    board = (manifest.get("storyboard") or {}).get("vtt") or ""
    return Film(
        kind=revision.work.kind,
        title=revision.title,
        playlist=private_url(transcode, manifest.get("master") or MASTER),
        poster=poster_of(revision, "poster"),
        storyboard=private_url(transcode, board) if board else "",
        seconds=manifest.get("duration_seconds") or probe.get("duration_seconds"),
        width=manifest.get("width") or probe.get("width") or 16,
        height=manifest.get("height") or probe.get("height") or 9,
        is_growing=not transcode.is_done,
        work_id=str(revision.pk),  # a place remembered in one version means nothing in the next
        rungs=manifest.get("rungs") or [],
    )


def pictures_of(revision: Revision) -> list[Picture]:
    """List the prepared pictures among the main files, in order."""
    found = (picture_of(asset) for asset in revision.main_files)
    return [picture for picture in found if picture]


def picture_of(asset: Asset) -> Picture | None:
    """Return the widths of one picture, None while it is being prepared."""
    images = sorted(manifest_of(asset).get("images") or [], key=lambda image: image["width"])
    if not images:
        return None
    widest = images[-1]
    kind = widest["file"].rpartition(".")[2]
    addresses = [
        f"{private_url(asset.transcode, image['file'])} {image['width']}w"
        for image in images
        if image["file"].endswith(kind)
    ]
    return Picture(
        src=private_url(asset.transcode, widest["file"]),
        srcset=", ".join(addresses),
        width=widest["width"],
        height=widest["height"],
    )


def book_of(main: Asset) -> str:
    """Return where a book can be opened, or nothing while it is being prepared."""
    file = manifest_of(main).get("file")
    return private_url(main.transcode, file) if file else ""


def poster_of(revision: Revision, size: str = "poster_small") -> str:
    """Return the picture that stands for `revision`, or nothing when there is none yet."""
    asset = revision.cover
    name = manifest_of(asset).get(size)
    return private_url(asset.transcode, name) if asset and name else ""
