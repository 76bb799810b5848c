"""Verbs about works, their credits, versions and moves."""

from collections.abc import Iterable
from functools import partial
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from kodipest.engines.media.operations import (
    end_addresses,
)
from kodipest.kernel.errors import Refusal
from kodipest.kernel.permissions import require
from kodipest.kernel.text import clean_line, clean_text, folded
from kodipest.people import audit
from kodipest.people.models import Organisation, Person, Role
from kodipest.works import sanad, words
from kodipest.works.journey import ALLOWED_MOVES, BACK_TO_THE_MAKER, Stage
from kodipest.works.models import Act, Asset, Attestation, Caption, Credit, Passage, Revision, Work
from kodipest.works.queries import folders_of
from kodipest.works.rules import is_coach_of


@transaction.atomic
def start_work(
    *, kind: Work.Kind, title: str, organisation: Organisation, by: Person, language: str = "id"
) -> Work:
    """Begin a work with its first open revision; `by` is its first author.

    Raises PermissionDenied unless `by` is a santri or mentor of `organisation`, and Refusal
    `title_missing`.
    """
    require(by, "works.start_work", organisation)
    title = clean_line(title)
    if not title:
        raise Refusal({"title": Refusal(words.NEEDS_TITLE, code="title_missing")})
    work = Work(kind=kind, title=title, organisation=organisation, language=language, created_by=by)
    work.title_folded = folded(title)
    work.slug = slug_of(work)
    work.full_clean()
    work.save(force_insert=True)
    Revision.objects.create(
        work=work, number=1, title=title, title_folded=work.title_folded, made_by=by
    )
    Credit.objects.create(work=work, person=by)
    audit.record("start_work", work, by=by, kind=kind)
    return work


def slug_of(work: Work) -> str:
    """Return the address part that the title gives; the tail of a UUIDv7 makes it unique anywhere."""
    return f"{slugify(work.title)[:70] or work.kind}-{work.pk.hex[-8:]}".lower()


@transaction.atomic
def credit_person(
    *, work: Work, person: Person, role: Credit.Role = Credit.Role.AUTHOR, by: Person
) -> Credit:
    """Name `person` in the credits of `work`; asking twice gives the same credit.

    Raises PermissionDenied unless `by` is an author; Refusal `not_at_desk` while others have the
    work: who stands in its credits decides whether the public may see it.
    """
    require(by, "works.change_work", work)
    lock(work)
    if work.stage != Stage.TRAINING:
        raise Refusal(words.NOT_AT_DESK, code="not_at_desk")
    credit, created = Credit.objects.get_or_create(
        work=work, person=person, role=role, defaults={"position": work.credits.count()}
    )
    if created:
        audit.record("credit_person", credit, by=by, person=person.pk, role=role)
    return credit


@transaction.atomic
def remove_credit(*, credit: Credit, by: Person) -> None:
    """Take a person named by mistake out of the credits; the audit trail keeps that it stood there.

    Raises PermissionDenied unless `by` is an author; Refusal `sealed` when no version is open: who
    stands in the credits of what was handed on decides whether the public may see it; `last_author`
    when nobody would be left who may change the work. Twice is as good as once.
    """
    work = credit.work
    require(by, "works.change_work", work)
    open_revision(work)
    others = Credit.objects.filter(work=work, role=Credit.Role.AUTHOR).exclude(pk=credit.pk)
    if credit.role == Credit.Role.AUTHOR and not others.exists():
        raise Refusal(words.LAST_AUTHOR, code="last_author")
    removed, _rows = Credit.objects.filter(pk=credit.pk).delete()
    if removed:
        audit.record("remove_credit", work, by=by, person=credit.person_id, role=credit.role)


@transaction.atomic
def change_text(
    *, work: Work, by: Person, title: str, synopsis: str = "", body: str = ""
) -> Revision:
    """Write the texts of the open revision.

    Raises PermissionDenied unless `by` is an author, Refusal `sealed` when it was handed on.
    """
    require(by, "works.change_work", work)
    revision = open_revision(work)
    revision.title = clean_line(title)
    revision.synopsis, revision.body = clean_text(synopsis), clean_text(body)
    if not revision.title:
        raise Refusal({"title": Refusal(words.NEEDS_TITLE, code="title_missing")})
    revision.clean_fields()
    titles = {"title": revision.title, "title_folded": folded(revision.title)}
    fields = titles | {"synopsis": revision.synopsis, "body": revision.body}
    if not Revision.objects.filter(pk=revision.pk, sealed_at=None).update(**fields):
        raise Refusal(words.SEALED, code="sealed")
    work.title = revision.title
    Work.objects.filter(pk=work.pk).update(**titles)
    # An address that the public knows stays. Until then it tells no title that was taken back.
    if not Attestation.objects.filter(work=work, act=Act.PUBLISHED).exists():
        work.slug = slug_of(work)
        Work.objects.filter(pk=work.pk).update(slug=work.slug)
    audit.record("change_text", revision, by=by)
    return revision


@transaction.atomic
def begin_revision(*, work: Work, by: Person) -> Revision:
    """Open the next version: a copy of the newest one, files included, which stays as it is.

    Raises PermissionDenied unless `by` is an author; Refusal `not_at_desk` while others have the
    work, `open_already` when a version is open.
    """
    require(by, "works.change_work", work)
    lock(work)
    newest = Revision.objects.filter(work=work).latest()
    if newest.is_open:
        raise Refusal(words.OPEN_ALREADY, code="open_already")
    if work.stage != Stage.TRAINING:
        raise Refusal(words.NOT_AT_DESK, code="not_at_desk")
    revision = Revision.objects.create(
        work=work,
        number=newest.number + 1,
        title=newest.title,
        title_folded=newest.title_folded,
        synopsis=newest.synopsis,
        body=newest.body,
        caption_languages=newest.caption_languages,
        made_by=by,
    )
    _copy_files(newest, revision, by)
    work.__dict__.pop("newest_revision", None)
    audit.record("begin_revision", revision, by=by)
    return revision


def _copy_files(newest: Revision, revision: Revision, by: Person) -> None:
    """Give the next version the files and captions of the newest one."""
    Asset.objects.bulk_create(
        Asset(
            revision=revision,
            original=asset.original,
            transcode=asset.transcode,
            role=asset.role,
            position=asset.position,
            file_name=asset.file_name,
        )
        for asset in newest.files
    )
    Caption.objects.bulk_create(
        Caption(revision=revision, language=each.language, cues=each.cues, changed_by=by)
        for each in newest.captions.all()
    )


def open_revision(work: Work) -> Revision:
    """Return the revision that may be changed, locked; Refusal `sealed` when there is none."""
    lock(work)
    revision = Revision.objects.filter(work=work, sealed_at=None).select_related("work").first()
    if revision is None:
        raise Refusal(words.SEALED, code="sealed")
    return revision


def newest_as_read(work: Work, read: UUID) -> Revision:
    """Return the newest version of a locked `work`, which must be the one with the id `read`.

    Raises Refusal `newer_version`: nobody vouches for, or publishes, what they have not seen.
    """
    newest = Revision.objects.select_related("work").filter(work=work).latest()
    if newest.pk != read:
        raise Refusal(words.NEWER_VERSION, code="newer_version")
    return newest


def lock(work: Work) -> None:
    """Let one writer at a time change `work`, and see how it stands now.

    `no_key`: rows of others that merely name the work need not wait.
    """
    fresh = Work.objects.select_for_update(no_key=True).get(pk=work.pk)
    work.stage, work.stage_since, work.title = fresh.stage, fresh.stage_since, fresh.title
    work.__dict__.pop("newest_revision", None)


def seal_revision(*, work: Work, by: Person) -> Revision:
    """Close the open revision for ever, and let `by` vouch that it was made here.

    Part of handing a work on: the caller holds the transaction and has checked the permission. A
    revision that is sealed already comes back as it is.
    """
    lock(work)
    revision = Revision.objects.select_related("work__organisation").filter(work=work).latest()
    if not revision.is_open:
        return revision
    revision.sealed_at, revision.content_hash = timezone.now(), sanad.hash_of(revision)
    revision.save(update_fields=["sealed_at", "content_hash"])
    maker = Role.COACH if is_coach_of(by, work) else Role.SANTRI
    sanad.attest(revision=revision, act=Act.MADE, person=by, role=maker, number=revision.number)
    return revision


@transaction.atomic
def move_work(*, work: Work, to: Stage, by: Person, why: str = "") -> Passage:
    """Move `work` one step along its journey and stamp its passport.

    The caller has checked who may do so. Raises Refusal `move_not_allowed` for a step the journey
    does not have, `moved_meanwhile` when somebody else was first. After commit the addresses of its
    files end where somebody who saw them may see them no longer.
    """
    here = Stage(work.stage)
    if to not in ALLOWED_MOVES[here]:
        raise Refusal(
            words.WRONG_STEP,
            code="move_not_allowed",
            params={"here": here.label, "there": Stage(to).label},
        )
    now = timezone.now()
    moved = Work.objects.filter(pk=work.pk, stage=here).update(stage=to, stage_since=now)
    if not moved:
        raise Refusal(words.MOVED_MEANWHILE, code="moved_meanwhile")
    work.stage, work.stage_since = to, now
    passage = Passage.objects.create(
        work=work,
        revision=Revision.objects.filter(work=work).latest(),
        from_stage=here,
        to_stage=to,
        by=by,
        at=now,
        why=clean_text(why),
    )
    audit.record("move_work", work, by=by, here=here, there=to)
    if here == Stage.CURATION or to == BACK_TO_THE_MAKER:
        transaction.on_commit(partial(end_addresses_of, [work]), robust=True)
    return passage


def end_addresses_of(works: Iterable[Work]) -> None:
    """End the private addresses of the files of `works` that were given out; pages sign new ones."""
    end_addresses(folders_of(works))
