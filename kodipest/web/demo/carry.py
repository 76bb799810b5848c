"""Carries a work through the stages as its people would: by operations alone.

Every step looks first at where the work stands, so that it may be broken off and begun again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from kodipest.engines.media.models import Transcode
from kodipest.engines.media.operations import transcode_next
from kodipest.people.models import Person
from kodipest.stages.coaching.operations import advise, approve, ask_for_coaching, return_to_makers
from kodipest.stages.coaching.queries import advice_on, approval_of_newest
from kodipest.stages.curation import rubric
from kodipest.stages.curation.models import Submission, Verdict
from kodipest.stages.curation.operations import decide, submit_work
from kodipest.stages.incubation.operations import enter_incubation
from kodipest.stages.publication.models import Channel
from kodipest.stages.publication.operations import publish_work
from kodipest.works.journey import Stage
from kodipest.works.models import Revision, Work

POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Company:
    """Who stands around a work, and what they say.

    `rests` says that the work stays at its last stage with an answer: given back with advice at the
    desk of its makers, passed and waiting for a channel in curation.
    """

    author: Person
    coach: Person | None = None
    curator: Person | None = None
    manager: Person | None = None
    channel: Channel | None = None
    advice: str = ""
    note: str = ""
    praise: str = ""
    improve: str = ""
    scores: dict[str, int] = field(default_factory=dict)
    rests: bool = False


class Preparing(Exception):
    """A file of the work could not be prepared; the message says why."""


def wait_until_playable(work: Work) -> None:
    """Return once every file of the newest version can be played."""
    wait_until(lambda transcode: transcode.is_playable, work)


def wait_until_done(work: Work) -> None:
    """Return once every file of the newest version is prepared to its end."""
    wait_until(lambda transcode: transcode.is_done, work)


def wait_until(is_ready: Callable[[Transcode], bool], work: Work) -> None:
    """Return once all files are ready; raise Preparing when one cannot be prepared.

    Helps the worker instead of only waiting for it, so that it also ends where none runs.
    """
    while True:
        files = Revision.objects.filter(work=work).latest().files
        waiting = [asset.transcode for asset in files if not is_ready(asset.transcode)]
        for transcode in waiting:
            if transcode.is_failed or transcode.is_cancelled:
                raise Preparing(transcode.error_detail or transcode.error_code or transcode.state)
        if not waiting:
            return
        if transcode_next(worker="demo") is None:
            time.sleep(POLL_SECONDS)


def to_training(work: Work, company: Company) -> None:
    """A mentor has looked at it once and given it back."""
    if company.rests and company.coach and company.advice and work.newest_revision.is_open:
        wait_until_playable(work)
        ask_for_coaching(work=work, by=company.author)
        return_to_makers(work=work, by=company.coach, text=company.advice)


def to_coaching(work: Work, company: Company) -> None:
    """The author hands the work in; the mentor says a word."""
    if work.stage == Stage.TRAINING:
        wait_until_playable(work)
        ask_for_coaching(work=work, by=company.author)
    if company.advice and company.coach and not advice_on(work).exists():
        advise(work=work, by=company.coach, text=company.advice)


def to_incubation(work: Work, company: Company) -> None:
    """The mentor approves; the author lets the work grow."""
    approve_once(work, company)
    if work.stage == Stage.COACHING:
        enter_incubation(work=work, by=company.author)


def to_curation(work: Work, company: Company) -> None:
    """The mentor approves; the author lays the work before the curators."""
    approve_once(work, company)
    if work.stage in {Stage.COACHING, Stage.INCUBATION}:
        submit_work(work=work, by=company.author, note=company.note)
    if company.rests:
        judge(work, company)


def to_publication(work: Work, company: Company) -> None:
    """A curator passes the work; the manager brings it out."""
    judge(work, company)
    if company.manager and company.channel and work.stage == Stage.CURATION:
        publish_work(
            work=work,
            read=work.newest_revision.pk,
            channel=company.channel,
            by=company.manager,
        )


def judge(work: Work, company: Company) -> None:
    """The curator passes the work, unless that was done before."""
    submission = (
        Submission.objects.select_related("work", "revision")
        .filter(work=work)
        .latest("submitted_at")
    )
    if company.curator and not Verdict.objects.filter(submission=submission).exists():
        decide(
            submission=submission,
            by=company.curator,
            outcome=Verdict.Outcome.PASSED,
            scores=company.scores or {each.key: rubric.HIGHEST for each in rubric.CRITERIA},
            praise=company.praise,
            advice=company.improve,
        )


def approve_once(work: Work, company: Company) -> None:
    """The mentor vouches for the newest version, unless that was done before."""
    if company.coach and work.stage == Stage.COACHING and approval_of_newest(work) is None:
        approve(work=work, read=work.newest_revision.pk, by=company.coach)


STEPS: dict[Stage, tuple[Callable[[Work, Company], None], ...]] = {
    Stage.TRAINING: (to_training,),
    Stage.COACHING: (to_coaching,),
    Stage.INCUBATION: (to_coaching, to_incubation),
    Stage.CURATION: (to_coaching, to_curation),
    Stage.PUBLICATION: (to_coaching, to_curation, to_publication),
}


def carry(work: Work, company: Company, *, until: Stage) -> dict[str, float]:
    """Carry `work` as far as `until`; return the seconds each step took, by name."""
    seconds = {}
    for step in STEPS[until]:
        began = time.perf_counter()
        work = Work.objects.select_related("organisation").get(pk=work.pk)
        step(work, company)
        seconds[step.__name__] = round(time.perf_counter() - began, 3)
    return seconds
