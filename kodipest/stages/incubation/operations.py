"""Verbs of incubation."""

from django.db import transaction
from django.utils.translation import gettext as _

from kodipest.kernel.errors import Refusal
from kodipest.kernel.permissions import require
from kodipest.kernel.text import clean_text
from kodipest.people.models import Person
from kodipest.works.journey import BACK_TO_THE_MAKER, Stage
from kodipest.works.models import Act, Attestation, Passage, Revision, Work
from kodipest.works.operations import lock, move_work


@transaction.atomic
def enter_incubation(*, work: Work, by: Person) -> Passage:
    """Let an approved work grow before it is judged.

    Raises PermissionDenied unless `by` is an author; Refusal `not_approved`, those of `move_work`.
    """
    require(by, "incubation.enter_incubation", work)
    lock(work)
    revision = Revision.objects.filter(work=work).latest()
    if not Attestation.objects.filter(revision=revision, act=Act.APPROVED).exists():
        raise Refusal(_("Your mentor has to approve this version first."), code="not_approved")
    return move_work(work=work, to=Stage.INCUBATION, by=by)


@transaction.atomic
def send_back(*, work: Work, by: Person, why: str) -> Passage:
    """Give a work in incubation back to its makers with a reason.

    Raises PermissionDenied unless `by` manages the programme; Refusal `reason_missing`,
    `not_in_incubation`.
    """
    require(by, "incubation.send_back", work)
    lock(work)
    if not clean_text(why):
        raise Refusal({"why": Refusal(_("Say what should change."), code="reason_missing")})
    if work.stage != Stage.INCUBATION:
        raise Refusal(
            _("This work is not in incubation any more. Nothing was changed."),
            code="not_in_incubation",
        )
    return move_work(work=work, to=BACK_TO_THE_MAKER, by=by, why=why)
