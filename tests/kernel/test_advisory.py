import threading

import pytest
from django.db import connection, transaction

from kodipest.kernel import advisory


def test_one_transaction_at_a_time_holds_a_name(together):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite needs none of it")
    is_held, may_go = threading.Event(), threading.Event()

    @transaction.atomic
    def hold():
        advisory.hold("a film")
        is_held.set()
        may_go.wait(30)

    def ask():
        is_held.wait(30)
        with transaction.atomic():
            found = [advisory.try_to_hold(name) for name in ("a film", "another film")]
        may_go.set()
        with transaction.atomic():
            advisory.hold("a film")
            return [*found, advisory.try_to_hold("a film")]

    assert together(hold, ask) == [None, [False, True, True]]


@pytest.mark.django_db
def test_whoever_is_alone_holds_it():
    advisory.hold("a film")
    assert advisory.try_to_hold("a film")
