"""Verbs of publication; the only writers of this app."""

import logging
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from kodipest.engines.media.chapters import chapters_in
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.messages import words_for_transcode
from kodipest.engines.media.models import Transcode
from kodipest.engines.media.operations import hurry_high, request_pack, set_public_folders
from kodipest.kernel import failpoints, freshness
from kodipest.kernel.errors import Refusal
from kodipest.kernel.journal import Entry
from kodipest.kernel.permissions import require
from kodipest.kernel.text import clean_line, clean_text
from kodipest.people import audit, journal
from kodipest.people.models import Person, Role
from kodipest.people.queries import recorder_of
from kodipest.stages.publication.last_card import last_card
from kodipest.stages.publication.models import Channel, Edition
from kodipest.stages.publication.packs import PACKS_OF_KIND
from kodipest.stages.publication.podcast_cover import podcast_cover
from kodipest.stages.publication.queries import (
    files_shown_elsewhere,
    files_without_pack,
    obstacles_to_publication,
    packs_about_others,
    public_folders,
    withdrawal_entry,
)
from kodipest.works import sanad
from kodipest.works.journey import BACK_TO_THE_MAKER, Stage
from kodipest.works.models import Act, Asset, Work
from kodipest.works.operations import lock, move_work, newest_as_read

logger = logging.getLogger(__name__)

PACKS_AT_ONCE = 4


@transaction.atomic
def open_channel(*, name: str, by: Person, about: str = "") -> Channel:
    """Open a channel. Raises PermissionDenied unless `by` manages the programme; `name_missing`."""
    require(by, "publication.open_channel")
    name = clean_line(name)
    if not name:
        raise Refusal({"name": Refusal(_("Give the channel a name."), code="name_missing")})
    channel = Channel(name=name, about=clean_text(about))
    slug = slugify(name)[:60]
    own_slug = f"{slug or 'kanal'}-{channel.pk.hex[-8:]}"  # no other channel can have this one
    taken = not slug or Channel.objects.filter(slug=slug).exists()
    channel.slug = own_slug if taken else slug
    channel.full_clean(validate_unique=False)  # the address is ours to find
    try:
        with transaction.atomic():
            channel.save(force_insert=True)
    except IntegrityError:  # somebody opened one of the same name a moment ago
        channel.slug = own_slug
        channel.save(force_insert=True)
    audit.record("open_channel", channel, by=by)
    freshness.bump()
    return channel


@transaction.atomic
def publish_work(*, work: Work, read: UUID, channel: Channel, by: Person) -> Edition:
    """Bring the passed version of `work` before the public in `channel`.

    `read` is the id of the version that `by` has seen: no other one comes out. Raises
    PermissionDenied unless `by` manages the programme; Refusal `newer_version`, `not_passed`,
    `consent_missing`, those of `obstacles_to_handing_on` and `move_work`. After commit the files
    are opened to the public.
    """
    require(by, "publication.publish_work", work)
    lock(work)
    revision = newest_as_read(work, read)
    if obstacles := obstacles_to_publication(work):
        raise Refusal(obstacles)
    move_work(work=work, to=Stage.PUBLICATION, by=by)
    edition = Edition.objects.create(
        work=work, revision=revision, channel=channel, kind=work.kind, published_by=by
    )
    sanad.attest(
        revision=revision,
        act=Act.PUBLISHED,
        person=by,
        role=Role.PROGRAMME_MANAGER,
        channel=channel.slug,
    )
    for asset in revision.main_files:
        if asset.original.kind == "video":
            hurry_high(transcode=asset.transcode)  # a channel shows it large, and now people come
        _renew_packs(asset)
    audit.record("publish_work", edition, by=by, content=revision.content_hash)
    freshness.bump()
    transaction.on_commit(_open_what_was_committed, robust=True)
    return edition


@transaction.atomic
def withdraw_work(*, work: Work, by: Person, why: str) -> Edition:
    """Take the edition of `work` off every public page and give the work back to its makers.

    Raises PermissionDenied unless `by` manages the programme or leads the pesantren; Refusal
    `reason_missing`, `not_out`. After commit its files are closed.
    """
    require(by, "publication.withdraw_work", work)
    lock(work)
    if not clean_text(why):
        raise Refusal({"why": Refusal(_("Say why the work is taken down."), code="reason_missing")})
    edition = Edition.objects.filter(work=work, withdrawn_at=None).first()
    if edition is None:
        raise Refusal(_("This work is not public."), code="not_out")
    edition.work = work
    _take_off(edition, timezone.now(), by, why)
    audit.record("withdraw_work", edition, by=by)
    journal.note(withdrawal_entry(edition))
    return edition


@transaction.atomic
def withdraw_work_again(withdrawn: Entry) -> None:
    """Take an edition off that the journal knows as withdrawn and an older copy of the database does not.

    Nobody is asked: it was decided long ago. Whoever did it may be missing here; the line in the
    audit trail names them all the same.
    """
    editions = Edition.objects.select_related("work", "published_by")
    edition = editions.get(pk=withdrawn.thing)
    lock(edition.work)
    if not editions.filter(pk=edition.pk, withdrawn_at=None).exists():
        return
    by = recorder_of(withdrawn) or edition.published_by
    why = _("It was taken down before; the copy that was brought back did not know that yet.")
    _take_off(edition, datetime.fromisoformat(withdrawn.at), by, why)
    audit.record("withdraw_work_again", edition, by=None, withdrawn_by=withdrawn.by)


def _take_off(edition: Edition, at: datetime, by: Person, why: str) -> None:
    edition.withdrawn_at, edition.withdrawn_by = at, by
    edition.save(update_fields=["withdrawn_at", "withdrawn_by"])
    move_work(work=edition.work, to=BACK_TO_THE_MAKER, by=by, why=why)
    for asset in files_shown_elsewhere(edition):
        _renew_packs(asset)
    freshness.bump()
    transaction.on_commit(_open_what_was_committed, robust=True)


def _open_what_was_committed() -> None:
    failpoints.reach("public_files_unset")
    open_public_files()


def open_public_files() -> None:
    """Let the public fetch exactly the files of what it sees; close every other one. Idempotent.

    Called after each change and by every sweep, so that a crash in between heals by itself. Looks
    again until nothing changed in between: two at once must not open what the later one closed.
    """
    seen = None
    while seen != (now := freshness.generation()):
        seen = now
        set_public_folders(public_folders())


@transaction.atomic
def ask_for_pack(*, work: Work, name: str, by: Person) -> Transcode:
    """Have a pack made of the film or sound of `work` that is out; asking twice is asking once.

    Raises PermissionDenied unless `by` manages the programme or leads the pesantren; Refusal
    `not_out`, `no_such_pack`, `not_ready`, `store_away`.
    """
    require(by, "publication.ask_for_pack", work)
    edition = Edition.objects.filter(work=work, withdrawn_at=None).first()
    if edition is None:
        raise Refusal(_("This work is not public."), code="not_out")
    main = edition.revision.main
    if main is None or name not in PACKS_OF_KIND.get(main.original.kind, ()):
        raise Refusal(_("There is no such pack of this work."), code="no_such_pack")
    try:
        wishes = wishes_for(main, name)
    except Unusable as unusable:
        raise Refusal(words_for_transcode(unusable.code), code=unusable.code) from unusable
    asked = request_pack(transcode=main.transcode, name=name, wishes=wishes)
    audit.record("ask_for_pack", edition, by=by, pack=name)
    return asked


def ask_for_packs() -> int:
    """Have the packs made that published works of each kind are taken away in; return how many.

    Called by every sweep: a few at a time, so that a site with a long past asks for them bit by bit.
    A pack says the title and the house, which everybody sees, and names no person. Idempotent. One
    whose cover cannot be fetched now is left to the next sweep.
    """
    asked = 0
    for kind, names in settings.PACKS_OF_PUBLISHED.items():
        for name in names:
            for asset in files_without_pack(kind, name)[:PACKS_AT_ONCE]:
                try:
                    wishes = wishes_for(asset, name)
                except Unusable as unusable:
                    logger.warning("pack %s of %s: %s", name, asset.pk, unusable)
                    continue
                request_pack(transcode=asset.transcode, name=name, wishes=wishes)
                asked += 1
    return asked


def _renew_packs(asset: Asset) -> None:
    """Have the packs of a file made anew that tell of another version, or of a work that went.

    The same bytes may belong to several works and versions: a pack tells of one of them.
    """
    for pack in packs_about_others(asset):
        try:
            wishes = wishes_for(asset, pack.part)
        except Unusable as unusable:  # no page shows the old one
            logger.warning("pack %s of %s: %s", pack.part, asset.pk, unusable)
            continue
        request_pack(transcode=asset.transcode, name=pack.part, wishes=wishes)


def wishes_for(asset: Asset, name: str) -> dict[str, Any]:
    """Say what a pack may tell about a work, and of which version. Raises Unusable `store_away`."""
    title, house = asset.revision.title, asset.revision.work.organisation.name
    told: dict[str, Any] = {"of": str(asset.revision_id), "title": title, "artist": house}
    if name == "whatsapp":
        told["card"] = last_card(title, house)
    elif name == "podcast":
        seconds = asset.original.probe.get("duration_seconds", 0)
        if chapters := chapters_in(asset.revision.synopsis, seconds=seconds):
            told["chapters"] = chapters
        if cover := podcast_cover(asset):
            told["cover"] = cover
    return told
