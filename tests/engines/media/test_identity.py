"""Who holds a lease, and whether that process is gone."""

import threading

import pytest

from kodipest.engines.media import identity
from tests.factories.media import GONE

pytestmark = pytest.mark.django_db(transaction=True)


def test_this_process_is_alive():
    assert not identity.is_surely_gone(identity.of_this_process())


@pytest.mark.parametrize(
    ("holder", "gone"),
    [
        (GONE, True),
        (f"{identity.machine()}/1/1", True),  # that number runs, but started at another time
        ("elsewhere/1/1", False),
        (f"{identity.machine()}/1/?", False),
        (f"{identity.machine()}/one/1", False),
        ("", False),
        ("demo", False),
    ],
)
def test_only_what_is_sure_counts(holder, gone):
    assert identity.is_surely_gone(holder) is gone


def test_without_proc_nobody_is_told_gone(monkeypatch, tmp_path):
    identity.machine.cache_clear()
    monkeypatch.setattr(identity, "PROC", tmp_path)
    try:
        me = identity.of_this_process()
        assert me.endswith("/?")
        assert not identity.is_surely_gone(me)
    finally:
        identity.machine.cache_clear()


def test_threads_of_one_process_share_its_name():
    names = []
    thread = threading.Thread(target=lambda: names.append(identity.of_this_process()))
    thread.start()
    thread.join()

    assert names == [identity.of_this_process()]
