"""How a published work is shown: as a card in a list, as a film on its page."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from kodipest.engines.media.storage import public_url
from kodipest.kernel.text import is_arabic
from kodipest.stages.publication.models import Edition
from kodipest.stages.publication.packs import packs_about
from kodipest.works import exhibits
from kodipest.works.exhibits import Download, Film, Picture, manifest_of
from kodipest.works.models import Asset, Revision, Work
from kodipest.works.reading.books import has_reader

EXCERPT = 140
KINDS_OF_FILES = {".m4a": "M4A", ".opus": "Opus"}  # as people know them
# Pack, role and ending of what is taken away, and what it is called: the lightest first.
PACKS = (
    ("whatsapp", "sound", ".m4a", _("for WhatsApp, sound only")),
    ("whatsapp", "film", ".mp4", _("for WhatsApp")),
    ("podcast", "sound", ".mp3", "MP3"),
)
MARKS = re.compile(r"[*_`#>\[\]]")  # CommonMark signs, for plain text


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


def cards_of(editions: Iterable[Edition]) -> list[Card]:
    """Make a card of each of `editions`, which come with their files (`queries.with_files`)."""
    return [card_of(edition) for edition in editions]


def any_growing(shown: Iterable[Card]) -> bool:
    """Say whether a file of one of the works shown is still being prepared."""
    return any(card.is_growing for card in shown)


def card_of(edition: Edition) -> Card:
    """Say in a few words what `edition` is."""
    revision, work = edition.revision, edition.work
    poster = exhibits.poster_of(revision, public_url)
    return Card(
        title=revision.title,
        url=reverse("work", args=[work.slug]),
        kind=edition.kind,
        kind_label=str(Work.Kind(edition.kind).label),
        house=work.organisation.name,
        published_at=edition.published_at,
        poster=poster,
        is_portrait=exhibits.is_upright(revision),
        seconds=manifest_of(revision.main).get("duration_seconds"),
        is_arabic=is_arabic(revision.title),
        excerpt=excerpt_of(revision) if edition.kind == Work.Kind.ARTICLE and not poster else "",
        is_growing=any(not asset.transcode.is_done for asset in revision.files),
        language=work.language,
    )


def excerpt_of(revision: Revision) -> str:
    """Return the first words of an article, for a card without a picture."""
    opening = revision.synopsis or MARKS.sub("", revision.body[: EXCERPT * 2])
    return Truncator(" ".join(opening.split())).chars(EXCERPT)


def film_of(edition: Edition) -> Film | None:
    """Say what the player plays; None while not even the first seconds are there."""
    film = exhibits.film_of(
        edition.revision,
        public_url,
        lambda language: reverse("work_captions", args=[edition.work.slug, language]),
        remembered_as=str(edition.work_id),
    )
    main = edition.revision.main
    if film is None or main is None:
        return film
    manifest = manifest_of(main)
    kept = [
        Download(download_url(edition, main, each), KINDS_OF_FILES[PurePosixPath(each).suffix])
        for each in manifest.get("downloads") or []
    ]
    whole = manifest.get("file")
    return replace(
        film,
        download=download_url(edition, main, whole) if whole else "",
        downloads=[*kept, *packs_of(edition, main)],
    )


def packs_of(edition: Edition, main: Asset) -> list[Download]:
    """List what can be taken away to WhatsApp or a podcast program, each with its weight."""
    packs = packs_about(edition)
    return [
        Download(
            download_url(edition, main, file["file"]),
            f"{label} · {filesizeformat(file['bytes'])}",
        )
        for name, role, suffix, label in PACKS
        for file in (packs.get(name) or {}).get("files") or []
        if file["role"] == role and file["file"].endswith(suffix)
    ]


def download_url(edition: Edition, asset: Asset, name: str) -> str:
    """Return where `name` is fetched to be kept, named after the work.

    Never after the file its maker sent: people write their names into those.
    """
    kept_as = f"{edition.work.slug}{PurePosixPath(name).suffix}"
    return public_url(asset.transcode, name, download_as=kept_as)


def large_poster(revision: Revision) -> str:
    """Return the address of the large picture that stands for `revision`."""
    return exhibits.poster_of(revision, public_url, "poster")


def pictures_of(revision: Revision) -> list[Picture]:
    """Return the picture of a poster, or the pages of a comic, in order."""
    return exhibits.pictures_of(revision, public_url)


def book_of(edition: Edition) -> dict[str, Any] | None:
    """Say where the file of an e-book is, how big, and of how many pages."""
    asset = edition.revision.main
    manifest = manifest_of(asset)
    if asset is None or not (name := manifest.get("file")):
        return None
    return {
        "url": public_url(asset.transcode, name),
        "download": download_url(edition, asset, name),
        "read": reverse("work_read", args=[edition.work.slug]) if has_reader(asset) else "",
        "bytes": asset.original.size_bytes,
        "pages": manifest.get("pages") or asset.original.probe.get("pages"),
        "is_pdf": name.endswith(".pdf"),
    }
