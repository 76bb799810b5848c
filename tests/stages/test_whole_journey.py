"""Any story of right and wrong presses: the work stays in one legal state, and can always come back."""

from django.db import transaction
from django.test import TestCase
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kodipest.engines.sanad.chain import verify
from kodipest.kernel.errors import Refusal
from kodipest.people.audit import audit_faults
from kodipest.people.models import Purpose
from kodipest.stages.coaching.operations import (
    approve,
    ask_for_coaching,
    return_to_makers,
)
from kodipest.stages.curation.models import Submission, Verdict
from kodipest.stages.curation.operations import decide, send_back, submit_work
from kodipest.stages.incubation import operations as incubation
from kodipest.stages.publication.models import Edition
from kodipest.stages.publication.operations import publish_work, withdraw_work
from kodipest.works.journey import ALLOWED_MOVES, Stage
from kodipest.works.models import Act, Passage, Revision, Work
from kodipest.works.operations import begin_revision, change_text
from kodipest.works.sanad import export_sanad, hash_of, site_key
from tests.factories.people import cast, consent
from tests.factories.stages import GOOD_SCORES, ChannelFactory, started


class Story(RuleBasedStateMachine):
    """Everyone presses their buttons in any order, often on a page that is old."""

    def __init__(self):
        super().__init__()
        self.story = transaction.atomic()
        self.story.__enter__()

    @initialize(is_consented=st.booleans())
    def begin(self, is_consented):
        self.people = cast()
        self.channel = ChannelFactory()
        self.work = started(self.people)
        self.old_page = Work.objects.get()
        if is_consented:
            consent(self.people.aisyah, Purpose.PUBLIC)

    def teardown(self):
        if hasattr(self, "work"):
            self.bring_it_back()
        transaction.set_rollback(True)
        self.story.__exit__(None, None, None)

    def press(self, operation, **named):
        """Press a button; a refusal changes nothing."""
        before = self.state()
        try:
            with transaction.atomic():
                operation(**named)
        except Refusal:
            assert self.state() == before

    def state(self):
        work = Work.objects.get()
        return (
            work.stage,
            Passage.objects.count(),
            work.attestations.count(),
            Edition.objects.count(),
        )

    def page(self, is_old):
        return self.old_page if is_old else Work.objects.get()

    def version(self, is_old):
        """Say which version stood on that page."""
        versions = Work.objects.get().revisions.order_by("number" if is_old else "-number")
        return versions.values_list("pk", flat=True)[0]

    @rule(is_old=st.booleans())
    def hand_in(self, is_old):
        self.press(ask_for_coaching, work=self.page(is_old), by=self.people.aisyah)

    @rule(body=st.sampled_from(["Every evening we sing.", "Every morning we sing."]))
    def write(self, body):
        self.press(begin_revision, work=Work.objects.get(), by=self.people.aisyah)
        self.press(
            change_text, work=Work.objects.get(), by=self.people.aisyah, title="Sholawat", body=body
        )

    @rule(is_old=st.booleans())
    def vouch(self, is_old):
        self.press(approve, work=self.page(is_old), read=self.version(is_old), by=self.people.budi)

    @rule(is_old=st.booleans())
    def advise_and_return(self, is_old):
        self.press(return_to_makers, work=self.page(is_old), by=self.people.budi, text="Again.")

    @rule(is_old=st.booleans())
    def let_it_grow(self, is_old):
        self.press(incubation.enter_incubation, work=self.page(is_old), by=self.people.aisyah)

    @rule(is_old=st.booleans())
    def end_its_growing(self, is_old):
        self.press(incubation.send_back, work=self.page(is_old), by=self.people.farid, why="Now.")

    @rule(is_old=st.booleans())
    def submit(self, is_old):
        self.press(submit_work, work=self.page(is_old), by=self.people.aisyah)

    @rule(outcome=st.sampled_from(Verdict.Outcome), is_oldest=st.booleans())
    def judge(self, outcome, is_oldest):
        submissions = Submission.objects.select_related("work", "revision__work")
        submission = submissions.order_by("submitted_at" if is_oldest else "-submitted_at").first()
        if submission:
            words = {"praise": "Good.", "advice": "Slower.", "scores": GOOD_SCORES}
            self.press(
                decide, submission=submission, by=self.people.citra, outcome=outcome, **words
            )

    @rule(is_old=st.booleans())
    def give_back_what_passed(self, is_old):
        self.press(send_back, work=self.page(is_old), by=self.people.farid, why="Too long.")

    @rule(is_old=st.booleans())
    def bring_out(self, is_old):
        work = self.page(is_old)
        read = self.version(is_old)
        self.press(publish_work, work=work, read=read, channel=self.channel, by=self.people.farid)

    @rule(is_old=st.booleans())
    def take_off(self, is_old):
        self.press(withdraw_work, work=self.page(is_old), by=self.people.dewi, why="Not like this.")

    @rule()
    def go_on(self):
        """Press what leads on from here, so that stories also reach the public."""
        stage = Work.objects.get().stage
        if stage == Stage.TRAINING:
            self.write("Every evening we sing.")
            self.hand_in(is_old=False)
        elif stage == Stage.CURATION:
            self.judge(Verdict.Outcome.PASSED, is_oldest=False)
            self.bring_out(is_old=False)
        else:
            self.vouch(is_old=False)
            self.submit(is_old=False)

    @rule()
    def look_at_the_page(self):
        self.old_page = Work.objects.get()

    @invariant()
    def the_work_is_where_its_passport_says(self):
        stamps = [(Stage(each.from_stage), Stage(each.to_stage)) for each in Passage.objects.all()]
        assert all(there in ALLOWED_MOVES[here] for here, there in stamps)
        road = [Stage.TRAINING, *(there for _here, there in stamps)]
        assert [here for here, _there in stamps] == road[:-1]
        assert Work.objects.get().stage == road[-1]

    @invariant()
    def only_the_makers_have_an_open_version_and_sealed_ones_never_change(self):
        stage = Work.objects.get().stage
        for revision in Revision.objects.select_related("work"):
            assert revision.is_open is (revision.content_hash == "")
            assert not revision.is_open or stage == Stage.TRAINING
            assert revision.is_open or revision.content_hash == hash_of(revision)

    @invariant()
    def what_is_out_was_made_approved_and_passed(self):
        out = Edition.objects.filter(withdrawn_at=None)
        is_published = Work.objects.get().stage == Stage.PUBLICATION
        assert out.count() == is_published
        for edition in out:
            acts = [link.act for link in edition.revision.attestations.all()]
            assert acts == [Act.MADE, Act.APPROVED, Act.PASSED, Act.PUBLISHED]

    @invariant()
    def the_chains_hold(self):
        assert list(audit_faults()) == []
        newest = Revision.objects.select_related("work").latest()
        if newest.attestations.exists():
            report = verify(export_sanad(newest, {}), trusted=[site_key().public])
            assert report.is_valid

    def bring_it_back(self):
        """From wherever the story ended, the work can go home, and set out again."""
        work, people = Work.objects.get(), self.people
        if work.stage == Stage.COACHING:
            return_to_makers(work=work, by=people.budi, text="Home.")
        elif work.stage == Stage.INCUBATION:
            incubation.send_back(work=work, by=people.farid, why="Home.")
        elif work.stage == Stage.PUBLICATION:
            withdraw_work(work=work, by=people.farid, why="Home.")
        elif work.stage == Stage.CURATION:
            waiting = Submission.objects.filter(verdict=None).first()
            if waiting:
                words = {"praise": "Good.", "advice": "Home.", "scores": GOOD_SCORES}
                outcome = Verdict.Outcome.RETURNED
                decide(submission=waiting, by=people.citra, outcome=outcome, **words)
            else:
                send_back(work=work, by=people.farid, why="Home.")
        work = Work.objects.get()
        assert work.stage == Stage.TRAINING
        if not Revision.objects.latest().is_open:
            begin_revision(work=work, by=people.aisyah)
        ask_for_coaching(work=work, by=people.aisyah)


class TestStory(Story.TestCase, TestCase):
    """The stories, each in a transaction that is rolled back."""

    settings = hypothesis_settings(max_examples=12, stateful_step_count=25, deadline=None)
