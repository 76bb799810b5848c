import pytest
from django.db import transaction

from kodipest.kernel import freshness


@pytest.mark.django_db
def test_bump_counts_every_change():
    assert freshness.generation() == 0

    freshness.bump()
    freshness.bump()

    assert freshness.generation() == 2


@pytest.mark.django_db
def test_a_change_that_did_not_happen_is_not_counted():
    freshness.bump()

    with transaction.atomic():
        freshness.bump()
        transaction.set_rollback(True)

    assert freshness.generation() == 1


@pytest.mark.django_db
def test_generation_is_one_query(django_assert_num_queries):
    freshness.bump()

    with django_assert_num_queries(1):
        freshness.generation()


def test_changes_at_the_same_moment_all_count(together):
    together(*[freshness.bump] * 6)

    assert freshness.generation() == 6
