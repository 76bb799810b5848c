from uuid import UUID

from kodipest.kernel.ids import natural_id, new_id


def test_new_ids_are_uuid7_and_come_in_order():
    ids = [new_id() for _ in range(1000)]

    assert {each.version for each in ids} == {7}
    assert ids == sorted(set(ids))
    assert isinstance(ids[0], UUID)


def test_natural_id_is_the_same_for_the_same_key():
    assert natural_id("learner", 7) == natural_id("learner", 7)
    assert natural_id("learner", 7) != natural_id("learner7")
    assert natural_id("learner", 7).version == 5
