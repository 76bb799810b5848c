from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from kodipest.kernel.errors import Refusal
from kodipest.people.audit import audit_faults
from kodipest.people.models import AuditEntry, Role
from kodipest.stages.coaching.operations import return_to_makers
from kodipest.stages.curation import rubric
from kodipest.stages.curation.models import Submission, Verdict
from kodipest.stages.curation.operations import decide, send_back, submit_work
from kodipest.stages.incubation.operations import enter_incubation
from kodipest.works.journey import Stage
from kodipest.works.models import Act, Attestation, Passage, Work
from kodipest.works.operations import credit_person
from tests.factories.media import TranscodeFactory
from tests.factories.people import MembershipFactory, cast, somebody
from tests.factories.stages import (
    GOOD_SCORES,
    approved,
    handed_in,
    passed,
    published,
    reopened,
    started,
    started_film,
    submitted,
)

pytestmark = pytest.mark.django_db
PASSED, RETURNED = Verdict.Outcome.PASSED, Verdict.Outcome.RETURNED


def judge(submission, by, outcome=PASSED, **more):
    words = {"scores": GOOD_SCORES, "praise": "A voice of its own.", "advice": "Sing slower."}
    return decide(submission=submission, by=by, outcome=outcome, **words | more)


# --- submit_work


@pytest.mark.parametrize("grown", [False, True])
def test_submit_work_lays_the_approved_version_before_the_curators(grown):
    people = cast()
    work = approved(people)
    if grown:
        enter_incubation(work=work, by=people.aisyah)

    submission = submit_work(work=work, by=people.aisyah, note=" Bismillah\r\n")

    assert (submission.work, submission.revision) == (work, work.newest_revision)
    assert (submission.submitted_by, submission.note) == (people.aisyah, "Bismillah")
    assert str(submission) == str(submission.revision)
    assert work.stage == Work.objects.get().stage == Stage.CURATION
    line = AuditEntry.objects.latest("sequence")
    assert (line.act, line.facts) == (
        "submit_work",
        {"content": submission.revision.content_hash},
    )


def test_submit_work_needs_the_approval_of_this_very_version():
    people = cast()
    work = approved(people)
    return_to_makers(work=work, by=people.budi, text="One more verse.")
    reopened(people, work)
    handed_in(people, work)

    with pytest.raises(Refusal) as refusal:
        submit_work(work=work, by=people.aisyah)

    assert refusal.value.codes == ["not_approved"]
    assert Work.objects.get().stage == Stage.COACHING
    assert not Submission.objects.exists()


def test_submit_work_names_everything_that_is_missing():
    people = cast()
    work = handed_in(people, started_film(people))
    work.newest_revision.assets.update(transcode=TranscodeFactory(failed=True))

    with pytest.raises(Refusal) as refusal:
        submit_work(work=work, by=people.aisyah)

    assert refusal.value.codes == ["media_failed", "not_approved"]


def test_submit_work_with_a_page_that_is_old():
    people = cast()
    work = approved(people)
    stale = Work.objects.get()
    submit_work(work=work, by=people.aisyah)

    with pytest.raises(Refusal) as refusal:
        submit_work(work=stale, by=people.aisyah)

    assert refusal.value.codes == ["move_not_allowed"]
    assert Submission.objects.count() == 1


def test_two_tabs_submit_at_once(together):
    people = cast()
    work = approved(people)

    outcomes = together(
        *[lambda: submit_work(work=Work.objects.get(pk=work.pk), by=people.aisyah)] * 3
    )

    assert sum(isinstance(each, Submission) for each in outcomes) == 1
    assert [each.codes for each in outcomes if isinstance(each, Refusal)] == [
        ["move_not_allowed"]
    ] * 2
    assert Submission.objects.count() == 1
    assert list(audit_faults()) == []


def test_submit_work_refuses_strangers():
    people = cast()
    work = approved(people)

    for person in people[2:]:
        with pytest.raises(PermissionDenied):
            submit_work(work=work, by=person)
    assert Work.objects.get().stage == Stage.COACHING


# --- decide


def test_a_work_that_passes_stays_with_the_curators_and_gets_its_link():
    people = cast()
    submission = submitted(people)

    verdict = judge(submission, people.citra, advice="")

    verdict.refresh_from_db()
    assert (verdict.total, verdict.rubric_version) == (Decimal("92.50"), rubric.VERSION)
    assert (verdict.scores, verdict.praise) == (GOOD_SCORES, "A voice of its own.")
    assert str(verdict) == f"{submission}: {verdict.get_outcome_display()}"
    assert Work.objects.get().stage == Stage.CURATION
    link = Attestation.objects.get(act=Act.PASSED)
    assert (link.revision, link.person) == (submission.revision, people.citra)
    assert AuditEntry.objects.latest("sequence").facts == {"outcome": "passed"}


def test_a_work_that_is_returned_goes_to_its_makers_with_the_advice():
    people = cast()
    submission = submitted(people)

    judge(submission, people.citra, RETURNED, advice=" Sing\r\nslower. ")

    work = Work.objects.get()
    assert work.stage == submission.work.stage == Stage.TRAINING
    assert Passage.objects.last().why == "Sing\nslower."
    assert not Attestation.objects.filter(act=Act.PASSED).exists()


@pytest.mark.parametrize(
    ("outcome", "wrong", "code"),
    [
        (PASSED, {"scores": {}}, "scores_missing"),
        (RETURNED, {"scores": {}}, "scores_missing"),
        (PASSED, {"scores": GOOD_SCORES | {"beauty": 4}}, "scores_missing"),
        (PASSED, {"scores": GOOD_SCORES | {"craft": 0}}, "scores_missing"),
        (PASSED, {"scores": GOOD_SCORES | {"craft": 5}}, "scores_missing"),
        (PASSED, {"scores": GOOD_SCORES | {"craft": "4"}}, "scores_missing"),
        (PASSED, {"scores": GOOD_SCORES | {"craft": 3.0}}, "scores_missing"),
        (PASSED, {"scores": GOOD_SCORES | {"craft": True}}, "scores_missing"),
        (PASSED, {"scores": GOOD_SCORES | {"craft": None}}, "scores_missing"),
        (PASSED, {"praise": " \u202e"}, "praise_missing"),
        (RETURNED, {"praise": ""}, "praise_missing"),
        (RETURNED, {"advice": "\n"}, "advice_missing"),
        (PASSED, {"scores": {"message": 4, "craft": 4, "adab": 1}}, "gate_failed"),
        (PASSED, {"scores": {"message": 2, "craft": 3, "adab": 3}}, "below_the_bar"),
    ],
)
def test_a_verdict_must_be_founded(outcome, wrong, code):
    people = cast()
    submission = submitted(people)

    with pytest.raises(Refusal) as refusal:
        judge(submission, people.citra, outcome, **wrong)

    assert refusal.value.codes == [code]
    assert "%(" not in refusal.value.messages[0]
    assert not Verdict.objects.exists()
    assert Work.objects.get().stage == Stage.CURATION


@pytest.mark.parametrize(
    "scores",
    [
        {"message": 4, "craft": 4, "adab": 1},
        {"message": 1, "craft": 1, "adab": 1},
        {"message": 4, "craft": 4, "adab": 4},
    ],
)
def test_any_scores_may_be_returned(scores):
    people = cast()

    assert judge(submitted(people), people.citra, RETURNED, scores=scores)


@pytest.mark.parametrize("first", [PASSED, RETURNED])
@pytest.mark.parametrize("second", [PASSED, RETURNED])
def test_nothing_is_decided_twice(first, second):
    people = cast()
    submission = submitted(people)
    stale = Submission.objects.select_related("work").get()
    judge(submission, people.citra, first)
    stage = Work.objects.get().stage

    with pytest.raises(Refusal) as refusal:
        judge(stale, people.citra, second)

    assert refusal.value.codes == ["decided_already"]
    assert Verdict.objects.get().outcome == first
    assert Work.objects.get().stage == stage


def test_two_curators_decide_at_once(together):
    people = cast()
    submission = submitted(people)
    second = somebody("Umar", people.citra.living_memberships[0].organisation, Role.CURATOR)

    def one_decides(by, outcome):
        fresh = Submission.objects.select_related("work", "revision__work").get(pk=submission.pk)
        return judge(fresh, by, outcome)

    outcomes = together(
        lambda: one_decides(people.citra, PASSED),
        lambda: one_decides(second, RETURNED),
        lambda: one_decides(people.citra, PASSED),
    )

    assert sum(isinstance(each, Verdict) for each in outcomes) == 1
    assert [each.codes for each in outcomes if isinstance(each, Refusal)] == [
        ["decided_already"]
    ] * 2
    is_passed = Verdict.objects.get().outcome == PASSED
    assert Work.objects.get().stage == (Stage.CURATION if is_passed else Stage.TRAINING)
    assert Attestation.objects.filter(act=Act.PASSED).exists() == is_passed
    assert list(audit_faults()) == []


def test_a_work_that_is_not_with_the_curators_any_more_is_not_decided_on():
    people = cast()
    submission = submitted(people)
    Work.objects.update(stage=Stage.TRAINING)

    for outcome in (PASSED, RETURNED):
        with pytest.raises(Refusal) as refusal:
            judge(submission, people.citra, outcome)
        assert refusal.value.codes == ["moved_meanwhile"]
    assert not Verdict.objects.exists()


def test_only_a_curator_without_a_tie_decides():
    people = cast()
    submission = submitted(people)
    own_curator = somebody("Umar", people.house, Role.CURATOR)
    MembershipFactory(person=own_curator, role=Role.CURATOR)

    for person in (
        *(people.aisyah, people.budi, people.dewi, people.eka, people.farid),
        own_curator,
    ):
        with pytest.raises(PermissionDenied):
            judge(submission, person)
    assert not Verdict.objects.exists()


def test_a_curator_never_judges_the_own_work():
    people = cast()
    work = started(people)
    credit_person(work=work, person=people.citra, by=people.aisyah)

    with pytest.raises(PermissionDenied):
        judge(submitted(people, work), people.citra)


@pytest.mark.parametrize(
    "wrong", [{"outcome": PASSED, "total": 69}, {"outcome": RETURNED, "advice": ""}]
)
def test_the_database_refuses_an_unfounded_verdict(wrong):
    people = cast()
    verdict = judge(submitted(people), people.citra)

    with pytest.raises(IntegrityError), transaction.atomic():
        Verdict.objects.filter(pk=verdict.pk).update(**wrong)


# --- send_back


def test_a_passed_work_can_come_back():
    people = cast()
    work = passed(people)

    passage = send_back(work=work, by=people.farid, why=" A consent is missing. ")

    assert (passage.why, passage.to_stage) == ("A consent is missing.", Stage.TRAINING)
    reopened(people, work)
    passed(people, work)
    assert Submission.objects.count() == 2


def test_send_back_waits_for_the_verdict():
    people = cast()
    work = submitted(people).work

    with pytest.raises(Refusal) as refusal:
        send_back(work=work, by=people.farid, why="Too long.")

    assert refusal.value.codes == ["not_decided"]
    assert Work.objects.get().stage == Stage.CURATION


@pytest.mark.parametrize(
    ("bring", "why", "code"),
    [
        (passed, "\u202e", "reason_missing"),
        (approved, "Too long.", "not_in_curation"),
        (lambda people: published(people).work, "Too long.", "not_in_curation"),
    ],
)
def test_send_back_says_why_not(bring, why, code):
    people = cast()
    work = bring(people)
    before = work.stage

    with pytest.raises(Refusal) as refusal:
        send_back(work=work, by=people.farid, why=why)

    assert refusal.value.codes == [code]
    assert Work.objects.get().stage == before


def test_send_back_refuses_strangers():
    people = cast()
    work = passed(people)

    for person in people[1:-1]:
        with pytest.raises(PermissionDenied):
            send_back(work=work, by=person, why="Mine.")
    assert Work.objects.get().stage == Stage.CURATION
