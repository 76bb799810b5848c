from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodipest.stages.curation import rubric

KEYS = [criterion.key for criterion in rubric.CRITERIA]
POINTS = range(rubric.LOWEST, rubric.HIGHEST + 1)
scores = st.fixed_dictionaries({key: st.sampled_from(POINTS) for key in KEYS})


def test_the_weights_make_a_hundred_and_keys_are_told_apart():
    assert sum(criterion.weight for criterion in rubric.CRITERIA) == 100
    assert len(set(KEYS)) == len(KEYS)


def test_the_best_is_a_hundred_and_the_least_a_quarter_of_it():
    assert rubric.total(dict.fromkeys(KEYS, rubric.HIGHEST)) == 100
    assert rubric.total(dict.fromkeys(KEYS, rubric.LOWEST)) == 25


@given(scores, st.sampled_from(KEYS))
def test_a_better_score_never_makes_a_worse_total(given_scores, key):
    better = given_scores | {key: min(given_scores[key] + 1, rubric.HIGHEST)}

    assert 25 <= rubric.total(given_scores) <= rubric.total(better) <= 100


def test_every_total_is_exact_in_two_places():
    """It is stored with two decimals: rounding must not lift a work over the mark."""
    for points in product(POINTS, repeat=len(KEYS)):
        total = rubric.total(dict(zip(KEYS, points, strict=True)))
        assert total == round(total, 2)


@given(scores)
def test_a_gate_stops_a_work_at_the_lowest_score_only(given_scores):
    assert [gate.key for gate in rubric.failed_gates(given_scores)] == [
        key for key in ["adab"] if given_scores[key] == 1
    ]


@pytest.mark.parametrize("language", ["id", "en", "zh-hans"])
def test_criteria_have_words(language):
    for criterion in rubric.CRITERIA:
        assert str(criterion.name)
        assert str(criterion.question)
