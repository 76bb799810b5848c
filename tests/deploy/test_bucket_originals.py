"""Originals in the bucket: brought away, and back when a machine needs them."""

import tracemalloc

import pytest

from kodipest.engines.media import stores
from kodipest.engines.media.errors import Unusable
from tests.deploy.goods import Known, large, original
from tests.factories.media import make_old


def test_an_original_goes_into_the_bucket_and_comes_back(store, settings, tmp_path):
    sha256, path = original()
    assert store.original_size(sha256) == 17
    assert store.bring_away(Known([sha256])) == 1
    assert path.exists()  # for some minutes more

    make_old(path)
    assert store.bring_away(Known([sha256])) == 0
    assert not path.exists()

    settings.MEDIA_ROOT = tmp_path / "another machine"
    assert stores.chosen().original_size(sha256) == 17
    with stores.chosen().original(sha256, 17) as brought:
        assert brought.read_bytes() == b"a film as it came"
    assert not brought.exists()


def test_an_original_that_lies_here_is_not_fetched_and_does_not_go_while_it_is_used(store):
    sha256, path = original()
    with store.original(sha256, path.stat().st_size) as found:
        assert found.samefile(path)
        path.unlink()
        assert found.read_bytes() == b"a film as it came"
    assert not found.exists()


def test_an_original_that_has_not_come_yet_is_not_there(store):
    with pytest.raises(Unusable) as refused, store.original("c" * 64, 17):
        pass
    assert refused.value.code == "store_away"


def test_an_original_that_changed_in_the_bucket_is_not_used(store, hub, weed):
    sha256, path = original()
    store.bring_away(Known([sha256]))
    path.unlink()
    key = f"originals/{sha256[:2]}/{sha256}"
    weed.client().put_object(Bucket=hub["bucket_name"], Key=key, Body=b"a film as it cast")

    with pytest.raises(Unusable, match="hash to"), store.original(sha256, 17):
        pass


def test_an_original_that_does_not_fit_here_is_not_fetched(store, settings):
    sha256, path = original()
    store.bring_away(Known([sha256]))
    path.unlink()
    settings.MEDIA_RESERVE_BYTES = 2**60

    with pytest.raises(Unusable) as refused, stores.chosen().original(sha256, 17):
        pass
    assert refused.value.code == "no_space"


def test_a_large_file_takes_little_memory(store):
    sha256, _path = large(160)
    store.tidy(Known())  # whatever is imported and cached at the first time
    tracemalloc.start()
    try:
        store.bring_away(Known([sha256]))
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 110 * 2**20
