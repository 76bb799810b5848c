"""Verbs of coaching; the only writers of this app."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kodipest.kernel.errors import Refusal
from kodipest.kernel.permissions import require
from kodipest.kernel.text import clean_text
from kodipest.people import audit
from kodipest.people.models import Person, Role
from kodipest.stages.coaching.models import Advice, Approval
from kodipest.works import sanad
from kodipest.works.journey import BACK_TO_THE_MAKER, Stage
from kodipest.works.models import Act, Passage, Revision, Work
from kodipest.works.operations import lock, move_work, newest_as_read, seal_revision
from kodipest.works.queries import obstacles_to_handing_on


@transaction.atomic
def ask_for_coaching(*, work: Work, by: Person) -> Passage:
    """Close the open version and lay it before the mentors of the pesantren.

    Raises PermissionDenied unless `by` is an author; Refusal `unchanged` when no new version has
    been made since the work came back, and those of `obstacles_to_handing_on`, `move_work`.
    """
    require(by, "coaching.ask_for_coaching", work)
    lock(work)
    revision = Revision.objects.select_related("work").filter(work=work).latest()
    if obstacles := obstacles_to_handing_on(revision):
        raise Refusal(obstacles)
    if work.stage == Stage.TRAINING and not revision.is_open:
        raise Refusal(
            _("Start a new version and change it before you hand the work in again."),
            code="unchanged",
        )
    passage = move_work(work=work, to=Stage.COACHING, by=by)
    seal_revision(work=work, by=by)
    return passage


@transaction.atomic
def advise(*, work: Work, by: Person, text: str) -> Advice:
    """Write a word to the makers; the work stays where it is.

    Raises PermissionDenied unless `by` is a mentor there and not an author; Refusal `text_missing`.
    """
    require(by, "coaching.coach_work", work)
    text = clean_text(text)
    if not text:
        raise Refusal({"text": Refusal(_("Write what should change."), code="text_missing")})
    revision = Revision.objects.filter(work=work).latest()
    advice = Advice.objects.create(revision=revision, coach=by, text=text)
    audit.record("advise", advice, by=by)
    return advice


@transaction.atomic
def return_to_makers(*, work: Work, by: Person, text: str) -> Passage:
    """Give the work back with advice, so that its makers open a new version.

    Refusals as of `advise` and `move_work`; `not_in_coaching` when the work is elsewhere.
    """
    require(by, "coaching.coach_work", work)
    refuse_unless_in_coaching(work)
    advice = advise(work=work, by=by, text=text)
    return move_work(work=work, to=BACK_TO_THE_MAKER, by=by, why=advice.text)


@transaction.atomic
def approve(*, work: Work, read: UUID, by: Person) -> Approval:
    """Vouch for the exact version handed in: a link of the sanad. The work is then its makers' to pass on.

    `read` is the id of the version that `by` has seen. Raises PermissionDenied unless `by` is a
    mentor there and not an author; Refusal `not_in_coaching`, `newer_version`, `approved_already`.
    """
    require(by, "coaching.coach_work", work)
    refuse_unless_in_coaching(work)
    revision = newest_as_read(work, read)
    try:
        with transaction.atomic():
            approval = Approval.objects.create(revision=revision, coach=by)
    except IntegrityError as error:
        raise Refusal(
            _("This version was approved a moment ago; nothing more is needed."),
            code="approved_already",
        ) from error
    sanad.attest(revision=revision, act=Act.APPROVED, person=by, role=Role.COACH)
    audit.record("approve", approval, by=by, content=revision.content_hash)
    return approval


def refuse_unless_in_coaching(work: Work) -> None:
    """Raise Refusal `not_in_coaching` unless `work` stands there now; locks it."""
    lock(work)
    if work.stage != Stage.COACHING:
        raise Refusal(
            _("This work is not in coaching any more. Look at it again; nothing was changed."),
            code="not_in_coaching",
        )
