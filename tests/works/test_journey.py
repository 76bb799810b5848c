from itertools import pairwise

import pytest
from django.db import transaction
from django.test import TestCase
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kodipest.kernel.errors import Refusal
from kodipest.works.journey import ALLOWED_MOVES, BACK_TO_THE_MAKER, ORDER, Stage
from kodipest.works.models import Passage, Work
from kodipest.works.operations import move_work
from tests.factories.people import PersonFactory
from tests.factories.works import WorkFactory


def test_every_stage_has_its_moves():
    assert set(ALLOWED_MOVES) == set(Stage)


def test_the_road_leads_forward_and_only_incubation_may_be_skipped():
    forward = {
        (here, there)
        for here, moves in ALLOWED_MOVES.items()
        for there in moves
        if ORDER.index(there) > ORDER.index(here)
    }

    assert forward == {*pairwise(ORDER), (Stage.COACHING, Stage.CURATION)}


@pytest.mark.parametrize("here", [stage for stage in Stage if stage != BACK_TO_THE_MAKER])
def test_from_every_stage_a_work_can_come_back_and_nowhere_else_backwards(here):
    back = {there for there in ALLOWED_MOVES[here] if ORDER.index(there) < ORDER.index(here)}

    assert back == {BACK_TO_THE_MAKER}


@pytest.mark.parametrize("here", Stage)
def test_from_every_stage_a_work_can_reach_the_public(here):
    reached, seen = {here}, set()
    while reached - seen:
        seen |= reached
        reached |= {there for stage in seen for there in ALLOWED_MOVES[stage]}

    assert Stage.PUBLICATION in reached


class Journey(RuleBasedStateMachine):
    """Moves a work about at random and keeps its own book."""

    def __init__(self):
        super().__init__()
        self.story = transaction.atomic()
        self.story.__enter__()
        self.work, self.by = WorkFactory(), PersonFactory()
        self.road = [Stage.TRAINING]

    def teardown(self):
        transaction.set_rollback(True)
        self.story.__exit__(None, None, None)

    @rule(to=st.sampled_from(Stage))
    def move(self, to):
        here = self.road[-1]
        if to in ALLOWED_MOVES[here]:
            move_work(work=self.work, to=to, by=self.by)
            self.road.append(to)
            return
        with pytest.raises(Refusal) as refusal:
            move_work(work=self.work, to=to, by=self.by)
        assert refusal.value.codes == ["move_not_allowed"]

    @rule(to=st.sampled_from(Stage), seen=st.sampled_from(Stage))
    def move_from_a_page_that_is_old(self, to, seen):
        here = self.road[-1]
        old_copy = Work.objects.get(pk=self.work.pk)
        old_copy.stage = seen
        if seen == here or to not in ALLOWED_MOVES[seen]:
            return
        with pytest.raises(Refusal) as refusal:
            move_work(work=old_copy, to=to, by=self.by)
        assert refusal.value.codes == ["moved_meanwhile"]

    @invariant()
    def the_passport_tells_the_road(self):
        passages = Passage.objects.filter(work=self.work)
        stamps = [(stamp.from_stage, stamp.to_stage) for stamp in passages]
        assert stamps == [*zip(self.road, self.road[1:], strict=False)]
        assert Work.objects.get(pk=self.work.pk).stage == self.work.stage == self.road[-1]


class TestJourney(Journey.TestCase, TestCase):
    """The journeys, each in a transaction that is rolled back."""

    settings = hypothesis_settings(max_examples=20, stateful_step_count=15, deadline=None)


@given(st.lists(st.sampled_from(Stage), max_size=30))
def test_no_sequence_of_legal_moves_gets_stuck(wishes):
    here = Stage.TRAINING
    for wish in wishes:
        here = wish if wish in ALLOWED_MOVES[here] else here
        assert ALLOWED_MOVES[here]
