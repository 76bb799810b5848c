"""The inside of a version for those who work on it: player, pictures, book or text, by private address.

Public pages show the same things by public address (`stages.publication.cards`).
"""

from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.safestring import SafeString

from kodipest.engines.media.storage import private_url
from kodipest.kernel.text import article_html
from kodipest.works import exhibits
from kodipest.works.exhibits import Film, Picture, manifest_of
from kodipest.works.models import Asset, Revision, Work
from kodipest.works.reading.books import has_reader


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
        # A place remembered in one version means nothing in the next.
        film=exhibits.film_of(
            revision,
            private_url,
            lambda language: reverse("captions_vtt", args=[revision.pk, language]),
            remembered_as=str(revision.pk),
        )
        if is_film
        else None,
        pictures=[] if is_film else exhibits.pictures_of(revision, private_url),
        book=book_of(main) if work.kind == Work.Kind.EBOOK and main else "",
    )


def book_of(main: Asset) -> str:
    """Return where a book can be opened, or nothing while it is being prepared."""
    if has_reader(main):
        return reverse("read_version", args=[main.revision_id])
    file = manifest_of(main).get("file")
    return private_url(main.transcode, file) if file else ""


def poster_of(revision: Revision, size: str = "poster_small") -> str:
    """Return the picture that stands for `revision`, or nothing when there is none yet."""
    return exhibits.poster_of(revision, private_url, size)
