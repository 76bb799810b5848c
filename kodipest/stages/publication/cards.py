"""How a published work is shown: as a card in a list, as a film on its page."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.text import Truncator

from kodipest.engines.media.models import Transcode
from kodipest.engines.media.storage import public_url
from kodipest.kernel.text import is_arabic
from kodipest.stages.publication.models import Edition
from kodipest.works.models import Asset, Revision, Work

EXCERPT = 140
MARKS = re.compile(r"[*_`#>\[\]]")  # CommonMark signs, for plain text
MASTER = "master.m3u8"  # the name a playlist has while its manifest is still to come


@dataclass(frozen=True)
class Card:
    """One work in a list."""

    title: str
    url: str
    kind: str
    kind_label: str
    house: str
    published_at: datetime
    poster: str
    is_portrait: bool
    seconds: float | None
    is_arabic: bool
    excerpt: str
    is_growing: bool
    language: str


@dataclass(frozen=True)
class Picture:
    """One picture in several widths, widest last."""

    src: str
    srcset: str
    width: int
    height: int


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
    work_id: str
    download: str = ""
    download_bytes: int = 0
    rungs: list[dict[str, Any]] = field(default_factory=list)


def cards_of(editions: Iterable[Edition]) -> list[Card]:
    """Make a card of each of `editions`, which come with their files (`queries.with_files`)."""
    return [card_of(edition) for edition in editions]


def any_growing(shown: Iterable[Card]) -> bool:
    """Say whether a file of one of the works shown is still being prepared."""
    return any(card.is_growing for card in shown)


def card_of(edition: Edition) -> Card:
    """Say in a few words what `edition` is."""
    revision, work = edition.revision, edition.work
    poster, is_portrait = poster_of(revision)
    manifest = manifest_of(revision.main)
    return Card(
        title=revision.title,
        url=reverse("work", args=[work.slug]),
        kind=edition.kind,
        kind_label=str(Work.Kind(edition.kind).label),
        house=work.organisation.name,
        published_at=edition.published_at,
        poster=poster,
        is_portrait=is_portrait,
        seconds=manifest.get("duration_seconds"),
        is_arabic=is_arabic(revision.title),
        excerpt=excerpt_of(revision) if edition.kind == Work.Kind.ARTICLE and not poster else "",
        is_growing=any(not asset.transcode.is_done for asset in revision.files),
        language=work.language,
    )


def excerpt_of(revision: Revision) -> str:
    """Return the first words of an article, for a card without a picture."""
    opening = revision.synopsis or MARKS.sub("", revision.body[: EXCERPT * 2])
    return Truncator(" ".join(opening.split())).chars(EXCERPT)


def manifest_of(asset: Asset | None) -> dict[str, Any]:
    """Return what was prepared from `asset`; empty while nothing is finished."""
    return (asset.transcode.manifest if asset is not None else None) or {}


def poster_of(revision: Revision) -> tuple[str, bool]:
    """Return the address of the small picture that stands for `revision`, and whether it is tall."""
    cover = revision.cover
    manifest = manifest_of(cover)
    if cover is None or not (name := manifest.get("poster_small") or manifest.get("poster")):
        return "", False
    is_tall = (manifest.get("height") or 0) > (manifest.get("width") or 0)
    return public_url(cover.transcode, name), is_tall


def film_of(edition: Edition) -> Film | None:
    """Say what the player plays; None while not even the first seconds are there."""
    asset = edition.revision.main
    if asset is None or not asset.transcode.is_playable:
        return None
    transcode, manifest = asset.transcode, manifest_of(asset)
    storyboard = (manifest.get("storyboard") or {}).get("vtt") or ""
    name = manifest.get("file") or ""
    probe = asset.original.probe
    return Film(
        kind=edition.kind,
        title=edition.revision.title,
        playlist=public_url(transcode, manifest.get("master") or MASTER),
        poster=large_poster(edition.revision),
        storyboard=public_url(transcode, storyboard) if storyboard else "",
        seconds=manifest.get("duration_seconds") or probe.get("duration_seconds"),
        width=manifest.get("width") or probe.get("width") or 16,
        height=manifest.get("height") or probe.get("height") or 9,
        is_growing=not transcode.is_done,
        work_id=str(edition.work_id),
        download=public_url(transcode, name, download_as=asset.file_name) if name else "",
        rungs=manifest.get("rungs") or [],
    )


def large_poster(revision: Revision) -> str:
    """Return the address of the large picture that stands for `revision`."""
    cover = revision.cover
    name = manifest_of(cover).get("poster")
    return public_url(cover.transcode, name) if cover is not None and name else ""


def pictures_of(revision: Revision) -> list[Picture]:
    """Return the picture of a poster, or the pages of a comic, in order."""
    found = (picture_of(asset.transcode) for asset in revision.main_files)
    return [picture for picture in found if picture is not None]


def picture_of(transcode: Transcode) -> Picture | None:
    """Return one picture in the widths that were prepared."""
    images = sorted(
        (transcode.manifest or {}).get("images") or [], key=lambda image: image["width"]
    )
    if not images:
        return None
    widest = images[-1]
    srcset = ", ".join(
        f"{public_url(transcode, image['file'])} {image['width']}w"
        for image in images
        if image["file"].endswith(widest["file"].rpartition(".")[2])
    )
    return Picture(public_url(transcode, widest["file"]), srcset, widest["width"], widest["height"])


def book_of(edition: Edition) -> dict[str, Any] | None:
    """Say where the file of an e-book is, how big, and of how many pages."""
    asset = edition.revision.main
    manifest = manifest_of(asset)
    if asset is None or not (name := manifest.get("file")):
        return None
    return {
        "url": public_url(asset.transcode, name),
        "download": public_url(asset.transcode, name, download_as=asset.file_name),
        "bytes": asset.original.size_bytes,
        "pages": asset.original.probe.get("pages"),
        "is_pdf": name.endswith(".pdf"),
    }
