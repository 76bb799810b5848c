import pytest
from django.core.exceptions import PermissionDenied

from kodipest.kernel.errors import Refusal
from kodipest.people.audit import audit_faults
from kodipest.people.models import AuditEntry, Role
from kodipest.stages.coaching.models import Advice, Approval
from kodipest.stages.coaching.operations import (
    advise,
    approve,
    ask_for_coaching,
    return_to_makers,
)
from kodipest.works.journey import Stage
from kodipest.works.models import Act, Attestation, Passage, Revision, Work
from kodipest.works.operations import credit_person, move_work, start_work
from tests.factories.media import TranscodeFactory
from tests.factories.people import cast, somebody
from tests.factories.stages import approved, handed_in, reopened, started, started_film
from tests.factories.works import asset

pytestmark = pytest.mark.django_db


def acts():
    return [*AuditEntry.objects.order_by("sequence").values_list("act", flat=True)]


# --- ask_for_coaching


def test_ask_for_coaching_seals_the_version_and_lays_it_before_the_mentors():
    people = cast()
    work = started(people)

    passage = ask_for_coaching(work=work, by=people.aisyah)

    revision = Revision.objects.get()
    assert not revision.is_open
    assert work.stage == Work.objects.get().stage == Stage.COACHING
    assert (passage.revision, passage.by) == (revision, people.aisyah)
    assert [link.act for link in work.attestations.all()] == [Act.MADE]
    assert acts()[-1] == "move_work"


@pytest.mark.parametrize(
    ("state", "code"),
    [({}, "media_not_ready"), ({"failed": True}, "media_failed")],
)
def test_ask_for_coaching_waits_for_the_film(state, code):
    people = cast()
    work = started_film(people)
    asset(work.newest_revision, "image", role="cover", transcode=TranscodeFactory(**state))

    with pytest.raises(Refusal) as refusal:
        ask_for_coaching(work=work, by=people.aisyah)

    assert refusal.value.codes == [code]
    assert Revision.objects.get().is_open
    assert not Passage.objects.exists()


def test_ask_for_coaching_names_what_is_missing():
    people = cast()
    work = start_work(kind="video", title="Sawah", organisation=people.house, by=people.aisyah)

    with pytest.raises(Refusal) as refusal:
        ask_for_coaching(work=work, by=people.aisyah)

    assert refusal.value.codes == ["file_missing"]


def test_a_work_that_came_back_needs_a_new_version_first():
    people = cast()
    work = handed_in(people)
    return_to_makers(work=work, by=people.budi, text="Sing it once more.")

    with pytest.raises(Refusal) as refusal:
        ask_for_coaching(work=work, by=people.aisyah)
    assert refusal.value.codes == ["unchanged"]

    reopened(people, work)
    ask_for_coaching(work=work, by=people.aisyah)
    assert [revision.is_open for revision in work.revisions.all()] == [False, False]


def test_ask_for_coaching_refuses_strangers():
    people, others = cast(), cast()
    work = started(people)

    for person in (*people[2:], others.aisyah, others.budi):
        with pytest.raises(PermissionDenied):
            ask_for_coaching(work=work, by=person)
    assert Work.objects.get().stage == Stage.TRAINING


def test_ask_for_coaching_with_a_page_that_is_old():
    people = cast()
    work = started(people)
    stale = Work.objects.get()
    ask_for_coaching(work=work, by=people.aisyah)

    with pytest.raises(Refusal) as refusal:
        ask_for_coaching(work=stale, by=people.aisyah)

    assert refusal.value.codes == ["move_not_allowed"]
    assert Passage.objects.count() == Attestation.objects.count() == 1


def test_two_tabs_hand_a_work_in_at_once(together):
    people = cast()
    work = started(people)

    outcomes = together(
        *[lambda: ask_for_coaching(work=Work.objects.get(pk=work.pk), by=people.aisyah)] * 3
    )

    assert sum(isinstance(each, Passage) for each in outcomes) == 1
    assert {code for each in outcomes if isinstance(each, Refusal) for code in each.codes} == {
        "move_not_allowed"
    }
    assert Attestation.objects.count() == 1
    assert list(audit_faults()) == []


# --- advise, return_to_makers


def test_advise_writes_a_word_and_leaves_the_work_where_it_is():
    people = cast()
    work = handed_in(people)

    advice = advise(work=work, by=people.budi, text=" Sing\r\nslower.\u202e ")

    assert (advice.text, advice.coach, advice.revision) == (
        "Sing\nslower.",
        people.budi,
        work.newest_revision,
    )
    assert Work.objects.get().stage == Stage.COACHING
    assert str(advice) == advice.text
    assert acts()[-1] == "advise"


def test_return_to_makers_moves_it_with_the_advice():
    people = cast()
    work = handed_in(people)

    passage = return_to_makers(work=work, by=people.budi, text="Sing slower.")

    assert work.stage == Work.objects.get().stage == Stage.TRAINING
    assert passage.why == Advice.objects.get().text == "Sing slower."


def test_an_approved_work_may_still_come_back_from_the_mentor():
    people = cast()
    work = approved(people)

    return_to_makers(work=work, by=people.budi, text="One word is wrong after all.")

    assert work.stage == Stage.TRAINING


@pytest.mark.parametrize("operation", [advise, return_to_makers])
def test_a_word_is_needed(operation):
    people = cast()
    work = handed_in(people)

    with pytest.raises(Refusal) as refusal:
        operation(work=work, by=people.budi, text=" \u202e\n")

    assert refusal.value.codes == ["text_missing"]
    assert not Advice.objects.exists()
    assert Work.objects.get().stage == Stage.COACHING


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage != Stage.COACHING])
def test_a_work_elsewhere_is_neither_returned_nor_approved(stage):
    people = cast()
    work = handed_in(people)
    stale = Work.objects.get()
    Work.objects.update(stage=stage)

    for copy in (work, stale):
        with pytest.raises(Refusal) as refusal:
            return_to_makers(work=copy, by=people.budi, text="Slower.")
        assert refusal.value.codes == ["not_in_coaching"]
        with pytest.raises(Refusal) as refusal:
            approve(work=copy, read=copy.newest_revision.pk, by=people.budi)
        assert refusal.value.codes == ["not_in_coaching"]
    assert not Advice.objects.exists()
    assert not Approval.objects.exists()


# --- approve


def test_approve_vouches_for_the_exact_version():
    people = cast()
    work = handed_in(people)

    approval = approve(work=work, read=work.newest_revision.pk, by=people.budi)

    assert (approval.revision, approval.coach) == (work.newest_revision, people.budi)
    assert str(approval) == f"{approval.revision}: Ustaz Budi"
    assert [link.act for link in work.attestations.all()] == [Act.MADE, Act.APPROVED]
    assert Work.objects.get().stage == Stage.COACHING
    line = AuditEntry.objects.latest("sequence")
    assert (line.act, line.facts) == ("approve", {"content": approval.revision.content_hash})


def test_approve_twice_says_that_nothing_more_is_needed():
    people = cast()
    work = approved(people)

    with pytest.raises(Refusal) as refusal:
        approve(work=work, read=work.newest_revision.pk, by=people.budi)

    assert refusal.value.codes == ["approved_already"]
    assert Attestation.objects.filter(act=Act.APPROVED).count() == 1
    assert acts().count("approve") == 1


def test_two_mentors_approve_at_once(together):
    people = cast()
    work = handed_in(people)
    second = somebody("Ustazah Salma", people.house, Role.COACH)

    outcomes = together(
        *[
            lambda by=by: approve(
                work=Work.objects.get(pk=work.pk), read=work.newest_revision.pk, by=by
            )
            for by in (people.budi, second, people.budi)
        ]
    )

    assert sum(isinstance(each, Approval) for each in outcomes) == 1
    assert [each.codes for each in outcomes if isinstance(each, Refusal)] == [
        ["approved_already"]
    ] * 2
    assert Attestation.objects.filter(act=Act.APPROVED).count() == 1


def test_one_mentor_approves_while_another_returns(together):
    people = cast()
    work = handed_in(people)

    outcomes = together(
        lambda: approve(
            work=Work.objects.get(pk=work.pk), read=work.newest_revision.pk, by=people.budi
        ),
        lambda: return_to_makers(
            work=Work.objects.get(pk=work.pk), by=people.budi, text="Not yet."
        ),
    )

    assert isinstance(outcomes[1], Passage)
    assert Work.objects.get().stage == Stage.TRAINING
    assert Approval.objects.exists() == isinstance(outcomes[0], Approval)
    assert list(audit_faults()) == []


def test_a_new_version_is_approved_anew():
    people = cast()
    work = approved(people)
    return_to_makers(work=work, by=people.budi, text="One more verse.")
    reopened(people, work)

    approved(people, work)

    assert [approval.revision.number for approval in Approval.objects.order_by("given_at")] == [
        1,
        2,
    ]


@pytest.mark.parametrize(
    "operation",
    [
        lambda work, by: advise(work=work, by=by, text="Slower."),
        lambda work, by: return_to_makers(work=work, by=by, text="Slower."),
        lambda work, by: approve(work=work, read=work.newest_revision.pk, by=by),
    ],
)
def test_only_a_mentor_of_the_house_coaches(operation):
    people, others = cast(), cast()
    work = handed_in(people)

    for person in (
        *(people.aisyah, people.citra, people.dewi, people.eka, people.farid),
        others.budi,
    ):
        with pytest.raises(PermissionDenied):
            operation(work, person)
    assert (Advice.objects.count(), Approval.objects.count()) == (0, 0)


def test_nobody_vouches_for_what_they_made_themselves():
    people = cast()
    work = started(people)
    credit_person(work=work, person=people.budi, by=people.aisyah)
    handed_in(people, work)

    read = work.newest_revision.pk
    for operation in (
        lambda **named: approve(**named, read=read),
        lambda **named: advise(**named, text="Mine."),
    ):
        with pytest.raises(PermissionDenied):
            operation(work=Work.objects.get(), by=people.budi)


def test_a_mentor_who_lost_the_role_coaches_no_more():
    people = cast()
    work = handed_in(people)
    people.budi.is_active = False

    with pytest.raises(PermissionDenied):
        approve(work=work, read=work.newest_revision.pk, by=people.budi)


def test_a_film_that_went_out_to_incubation_is_not_coached(django_assert_max_num_queries):
    people = cast()
    work = approved(people)
    move_work(work=work, to=Stage.INCUBATION, by=people.aisyah)

    with django_assert_max_num_queries(8), pytest.raises(Refusal):
        approve(work=work, read=work.newest_revision.pk, by=people.budi)
