"""Verbs of curation; the only writers of this app."""

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kodipest.kernel.errors import Refusal
from kodipest.kernel.permissions import require
from kodipest.kernel.text import clean_text
from kodipest.people import audit
from kodipest.people.models import Person, Role
from kodipest.stages.curation import rubric
from kodipest.stages.curation.models import Submission, Verdict
from kodipest.stages.curation.queries import obstacles_to_curation
from kodipest.works import sanad, words
from kodipest.works.journey import BACK_TO_THE_MAKER, Stage
from kodipest.works.models import Act, Passage, Revision, Work
from kodipest.works.operations import lock, move_work


@transaction.atomic
def submit_work(*, work: Work, by: Person, note: str = "") -> Submission:
    """Lay the newest, approved version before the curators.

    Raises PermissionDenied unless `by` is an author; Refusal `not_approved`, those of
    `obstacles_to_handing_on` and `move_work`.
    """
    require(by, "curation.submit_work", work)
    lock(work)
    revision = Revision.objects.select_related("work").filter(work=work).latest()
    if obstacles := obstacles_to_curation(revision):
        raise Refusal(obstacles)
    move_work(work=work, to=Stage.CURATION, by=by)
    submission = Submission.objects.create(
        work=work, revision=revision, note=clean_text(note), submitted_by=by
    )
    audit.record("submit_work", submission, by=by, content=revision.content_hash)
    return submission


@transaction.atomic
def decide(
    *,
    submission: Submission,
    by: Person,
    outcome: Verdict.Outcome,
    scores: Mapping[str, int],
    praise: str,
    advice: str = "",
) -> Verdict:
    """Judge a submission by the rubric: it passes, a link of the sanad, or goes back to its makers.

    Raises PermissionDenied unless `by` is a curator without a tie to the makers; Refusal
    `scores_missing`, `praise_missing`, `advice_missing` (by field), `below_the_bar`, `gate_failed`,
    `decided_already`, `moved_meanwhile` when the work is not with the curators any more.
    """
    work = submission.work
    require(by, "curation.decide", work)
    lock(work)
    verdict = Verdict(
        submission=submission,
        curator=by,
        outcome=outcome,
        rubric_version=rubric.VERSION,
        scores=dict(scores),
        praise=clean_text(praise),
        advice=clean_text(advice),
    )
    refuse_unfounded(verdict)
    verdict.total = rubric.total(scores)
    write_first(verdict)
    if work.stage != Stage.CURATION:
        raise Refusal(words.MOVED_MEANWHILE, code="moved_meanwhile")
    carry_out(verdict, work)
    audit.record("decide", verdict, by=by, outcome=outcome)
    return verdict


def write_first(verdict: Verdict) -> None:
    """Write `verdict` down, unless another one on the submission stands there already."""
    try:
        with transaction.atomic():
            verdict.save(force_insert=True)
    except IntegrityError as error:
        raise Refusal(
            _("Another curator has just decided on this work. Your notes were not saved."),
            code="decided_already",
        ) from error


def carry_out(verdict: Verdict, work: Work) -> None:
    """Sign a link of the sanad for what passed; give what did not back to its makers."""
    if verdict.outcome == Verdict.Outcome.PASSED:
        sanad.attest(
            revision=verdict.submission.revision,
            act=Act.PASSED,
            person=verdict.curator,
            role=Role.CURATOR,
            rubric=rubric.VERSION,
        )
    else:
        move_work(work=work, to=BACK_TO_THE_MAKER, by=verdict.curator, why=verdict.advice)


@transaction.atomic
def send_back(*, work: Work, by: Person, why: str) -> Passage:
    """Give a work that passed, but cannot come out as it is, back to its makers with a reason.

    A consent that never comes, or a channel that needs another length, is no dead end. Raises
    PermissionDenied unless `by` manages the programme; Refusal `reason_missing`, `not_in_curation`,
    `not_decided` while the verdict is the curators' to give.
    """
    require(by, "curation.send_back", work)
    lock(work)
    if not clean_text(why):
        raise Refusal({"why": Refusal(_("Say what should change."), code="reason_missing")})
    if work.stage != Stage.CURATION:
        raise Refusal(
            _("This work is not in curation any more. Nothing was changed."),
            code="not_in_curation",
        )
    if Submission.objects.filter(work=work, verdict=None).exists():
        raise Refusal(
            _("The curators have not decided yet. Wait for their verdict."), code="not_decided"
        )
    return move_work(work=work, to=BACK_TO_THE_MAKER, by=by, why=why)


def refuse_unfounded(verdict: Verdict) -> None:
    """Raise Refusal unless the scores are whole and carry the outcome, and the words are there."""
    keys = {criterion.key for criterion in rubric.CRITERIA}
    allowed = range(rubric.LOWEST, rubric.HIGHEST + 1)
    if verdict.scores.keys() != keys or any(
        type(score) is not int or score not in allowed for score in verdict.scores.values()
    ):
        raise Refusal(_("Give each criterion a score from 1 to 4."), code="scores_missing")
    if not verdict.praise:
        raise Refusal({"praise": Refusal(_("Name one thing that is good."), code="praise_missing")})
    if verdict.outcome == Verdict.Outcome.RETURNED:
        if not verdict.advice:
            raise Refusal(
                {"advice": Refusal(_("Name one thing to improve."), code="advice_missing")}
            )
        return
    if gates := rubric.failed_gates(verdict.scores):
        raise Refusal(
            _("A score of 1 on “%(gate)s” stops the work. Return it with your advice."),
            code="gate_failed",
            params={"gate": gates[0].name},
        )
    if rubric.total(verdict.scores) < rubric.PASS_MARK:
        raise Refusal(
            _("The total is below %(mark)s of 100. Return the work with your advice."),
            code="below_the_bar",
            params={"mark": rubric.PASS_MARK},
        )
