"""Verbs about the files of a version."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy

from kodipest.engines.media.messages import refusal as media_refusal
from kodipest.engines.media.models import Arrival, Original
from kodipest.engines.media.operations import (
    adopt_arrival,
    adopt_upload,
    request_transcode,
    retry_transcode,
    settle_arrival,
)
from kodipest.kernel.errors import Refusal
from kodipest.kernel.permissions import require
from kodipest.people import audit
from kodipest.people.models import Person
from kodipest.works import words
from kodipest.works.models import Asset, Revision, Work
from kodipest.works.operations.versions import open_revision

MEDIA_FOR = {
    Work.Kind.VIDEO: "video",
    Work.Kind.AUDIO: "audio",
    Work.Kind.POSTER: "image",
    Work.Kind.COMIC: "image",
    Work.Kind.EBOOK: "document",
}
MEDIA_NAMES = {
    "video": gettext_lazy("a film"),
    "audio": gettext_lazy("a sound recording"),
    "image": gettext_lazy("a picture"),
    "document": gettext_lazy("a PDF or EPUB"),
}
MOST_PAGES = 200


def attach_file(
    *, work: Work, upload: Any, by: Person, role: Asset.Role = Asset.Role.MAIN
) -> Asset:
    """Take an uploaded file into the open revision and ask for its preparation.

    `upload` is what `engines.media.uploads` streamed to disk. A new main file or cover takes the
    place of the old one; a comic collects pages. Raises PermissionDenied unless `by` is an author;
    Refusal `sealed`, `wrong_kind`, `no_files`, `too_many`, and those of `adopt_upload`. On any of
    them the revision is as it was.
    """
    require_place(work=work, role=role, by=by)
    # Looking at a film takes seconds: not inside a transaction, in which nobody else could write.
    original = adopt_upload(upload=upload, by=by, quota_group=str(work.organisation_id))
    refuse_wrong_kind(work, role, original)
    return _place_file(work, original, upload.name, by=by, role=role)


def attach_arrival(
    *, work: Work, arrival: Arrival, by: Person, role: Asset.Role = Asset.Role.MAIN
) -> None:
    """Take a file that came in parts into the open revision, as `attach_file` does; twice is once.

    Raises what `attach_file` raises, and Refusal `arrival_unknown` when the file was sent for
    another place or by somebody else, `not_whole`, `arrival_busy`.
    """
    require_place(work=work, role=role, by=by)
    if arrival.owner_id != by.pk or arrival.target != target_of(work, role):
        raise media_refusal("arrival_unknown")
    original = adopt_arrival(arrival=arrival, by=by)
    try:
        refuse_wrong_kind(work, role, original)
    except Refusal:
        settle_arrival(arrival=arrival)  # dealt with: nobody is asked to go on with it
        raise
    with transaction.atomic():
        if settle_arrival(arrival=arrival):
            _place_file(work, original, arrival.name, by=by, role=role)


def require_place(*, work: Work, by: Person, role: Asset.Role | None = None) -> None:
    """Let `by` put a file there, as far as can be said before it comes; without `role`: anywhere.

    Raises PermissionDenied unless `by` is an author, Refusal `no_files`, `sealed`.
    """
    require(by, "works.change_work", work)
    if work.kind == Work.Kind.ARTICLE and role == Asset.Role.MAIN:
        raise Refusal(words.NO_FILES, code="no_files")
    if not Revision.objects.filter(work=work, sealed_at=None).exists():
        raise Refusal(words.SEALED, code="sealed")


def target_of(work: Work, role: Asset.Role) -> str:
    """Name a place for the media engine; `works.targets` reads it."""
    return f"work:{work.pk}:{role.value}"


@transaction.atomic
def _place_file(
    work: Work, original: Original, file_name: str, *, by: Person, role: Asset.Role
) -> Asset:
    revision = open_revision(work)
    position = 0
    if work.kind == Work.Kind.COMIC and role == Asset.Role.MAIN:
        pages = revision.assets.filter(role=role).order_by("position")
        last = pages.last()
        position = last.position + 1 if last else 0
        if pages.count() >= MOST_PAGES:
            raise Refusal(words.TOO_MANY, code="too_many", params={"limit": MOST_PAGES})
    else:
        revision.assets.filter(role=role).delete()
    asset = Asset.objects.create(
        revision=revision,
        original=original,
        transcode=request_transcode(original=original),
        role=role,
        position=position,
        file_name=file_name,
    )
    audit.record("attach_file", asset, by=by, sha256=original.sha256)
    return asset


@transaction.atomic
def remove_file(*, asset: Asset, by: Person) -> None:
    """Take a file out of an open revision; its original stays in store.

    Raises PermissionDenied unless `by` is an author, Refusal `sealed`. Twice is as good as once.
    """
    work = asset.revision.work
    require(by, "works.change_work", work)
    if open_revision(work).pk != asset.revision_id:
        raise Refusal(words.SEALED, code="sealed")
    removed, _rows = Asset.objects.filter(pk=asset.pk).delete()
    if removed:  # not in two tabs at once
        audit.record("remove_file", asset, by=by, sha256=asset.original.sha256)


@transaction.atomic
def try_file_again(*, asset: Asset, by: Person) -> None:
    """Ask once more for a preparation that failed; the original is untouched.

    Raises PermissionDenied unless `by` is an author, Refusal `nothing_to_retry`.
    """
    require(by, "works.change_work", asset.revision.work)
    retry_transcode(transcode=asset.transcode)
    audit.record("try_file_again", asset, by=by)


def refuse_wrong_kind(work: Work, role: Asset.Role, original: Original) -> None:
    """Raise Refusal `wrong_kind` unless the file fits into its place.

    The pages of a comic may come as one file, whose pages are drawn: a PDF or a CBZ.
    """
    wanted = "image" if role == Asset.Role.COVER else MEDIA_FOR[Work.Kind(work.kind)]
    container = original.probe.get("container")
    is_comic = role == Asset.Role.MAIN and work.kind == Work.Kind.COMIC
    fits = original.kind == wanted and container != "cbz"
    if not fits and not (is_comic and container in {"pdf", "cbz"}):
        names = {"wanted": MEDIA_NAMES[wanted], "found": MEDIA_NAMES[original.kind]}
        raise Refusal(words.WRONG_KIND, code="wrong_kind", params=names)
