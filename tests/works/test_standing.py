"""How a work stands: one word for every combination of stage, version and who vouched."""

import pytest

from kodipest.works.journey import ORDER, Stage
from kodipest.works.models import Act, Revision, Work
from kodipest.works.standing import (
    TONES,
    WHAT_NEXT,
    WITH_WHOM,
    YOUR_TURN,
    Standing,
    standing_of,
    stops_of,
)

OPEN_FIRST = Revision(number=1)
OPEN_LATER = Revision(number=3)
SEALED = Revision(number=3, sealed_at="2026-11-23T12:00Z", content_hash="sha256:aa")


@pytest.mark.parametrize(
    ("stage", "newest", "acts", "barred", "standing"),
    [
        (Stage.TRAINING, OPEN_FIRST, [], False, Standing.DRAFT),
        (Stage.TRAINING, OPEN_FIRST, [], True, Standing.DRAFT),
        (Stage.TRAINING, OPEN_LATER, [], False, Standing.REWORKED),
        (Stage.TRAINING, SEALED, [Act.MADE], False, Standing.RETURNED),
        (Stage.TRAINING, SEALED, [Act.MADE, Act.APPROVED, Act.PASSED], False, Standing.RETURNED),
        (Stage.COACHING, SEALED, [Act.MADE], False, Standing.WITH_MENTOR),
        (Stage.COACHING, SEALED, [Act.MADE, Act.APPROVED], False, Standing.APPROVED),
        (Stage.INCUBATION, SEALED, [Act.APPROVED], False, Standing.GROWING),
        (Stage.CURATION, SEALED, [Act.APPROVED], False, Standing.WITH_CURATORS),
        (Stage.CURATION, SEALED, [Act.APPROVED, Act.PASSED], True, Standing.PASSED),
        (Stage.PUBLICATION, SEALED, [Act.PUBLISHED], False, Standing.PUBLISHED),
        (Stage.PUBLICATION, SEALED, [Act.PUBLISHED], True, Standing.HELD),
    ],
)
def test_a_work_stands_as_what_happened_says(stage, newest, acts, barred, standing):
    assert standing_of(stage, newest, acts, is_barred=barred) == standing


def test_every_standing_has_its_words_for_makers_and_for_others():
    assert set(WHAT_NEXT) == set(WITH_WHOM) == set(Standing)
    assert YOUR_TURN | set(TONES) <= set(Standing)


@pytest.mark.parametrize(
    ("stage", "grew", "states"),
    [
        (Stage.TRAINING, False, ["now", "", "", "", ""]),
        (Stage.COACHING, False, ["done", "now", "", "", ""]),
        (Stage.INCUBATION, True, ["done", "done", "now", "", ""]),
        (Stage.CURATION, False, ["done", "done", "skipped", "now", ""]),
        (Stage.CURATION, True, ["done", "done", "done", "now", ""]),
        (Stage.PUBLICATION, False, ["done", "done", "skipped", "done", "done"]),
        (Stage.PUBLICATION, True, ["done", "done", "done", "done", "done"]),
    ],
)
def test_the_road_is_drawn_as_far_as_the_work_came(stage, grew, states):
    stops = stops_of(Work(stage=stage), grew=grew)

    assert [stop.stage for stop in stops] == ORDER
    assert [stop.state for stop in stops] == states
