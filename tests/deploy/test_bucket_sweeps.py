"""Sweeps of the bucket and of the disk before it."""

from datetime import timedelta

from django.utils import timezone

from kodipest.engines.media import storage, stores, stores_bucket
from tests.deploy.goods import FOLDER, NAMES, OTHER, Known, made, names, original
from tests.factories.media import make_old


def test_a_sweep_leaves_what_rows_name_and_what_is_young(store, settings, monkeypatch):
    settings.MEDIA_GRACE_SECONDS = 60
    store = stores.chosen()
    for folder in (FOLDER, OTHER):
        store.keep(folder, made(folder))
    kept, _path = original()
    stray, _path = original(b"whose row was never written")
    store.bring_away(Known([kept, stray]))
    known = Known([kept], [FOLDER])
    assert store.tidy(known) == 0

    storage.original_path(stray).unlink()
    tomorrow = timezone.now() + timedelta(days=2)
    monkeypatch.setattr(stores_bucket.timezone, "now", lambda: tomorrow)

    assert store.tidy(known) == 2
    assert (names(store), names(store, OTHER)) == (NAMES, [])
    assert store.original_size(kept) == 17
    assert store.original_size(stray) is None


def test_a_sweep_clears_this_disk_of_what_is_kept_elsewhere(store):
    fetched = storage.media_root() / "fetched"
    store.keep(FOLDER, made())
    for path in (made(OTHER), storage.rendition_path(FOLDER)):
        make_old(path)
    (fetched / "x").mkdir(parents=True)
    (fetched / "y").write_bytes(b"")
    make_old(fetched / "x")
    make_old(fetched / "y")
    store.tidy(Known(folders=[FOLDER, OTHER], at_work=[OTHER]))

    assert [path.name for path in storage.renditions().iterdir()] == [OTHER]
    assert list(fetched.iterdir()) == []
    assert names(store) == NAMES


def test_a_sweep_leaves_what_somebody_has_at_hand_for_days(store):
    sha256, path = original()
    store.keep(FOLDER, made())
    with store.original(sha256, 17) as source, store.folder(FOLDER) as brought:
        for at_hand in (source, brought):
            make_old(at_hand)
            make_old(at_hand.parent)
        store.tidy(Known([sha256], [FOLDER]))

        assert source.samefile(path)
        assert (brought / "master.m3u8").exists()


def test_an_upload_whose_sender_died_is_given_up_after_a_day(store, hub, weed, monkeypatch):
    client = weed.client()
    begun = client.create_multipart_upload(Bucket=hub["bucket_name"], Key="originals/aa/x")
    part = {"Key": "originals/aa/x", "UploadId": begun["UploadId"], "PartNumber": 1}
    client.upload_part(Bucket=hub["bucket_name"], Body=b"half", **part)
    assert store.tidy(Known()) == 0

    tomorrow = timezone.now() + timedelta(days=2)
    monkeypatch.setattr(stores_bucket.timezone, "now", lambda: tomorrow)
    assert store.tidy(Known()) == 1
    assert not client.list_multipart_uploads(Bucket=hub["bucket_name"]).get("Uploads")
