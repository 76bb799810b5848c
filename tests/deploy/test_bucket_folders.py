"""Folders of what was made: kept in the bucket, brought back, opened and closed."""

from django.core.cache import cache

from kodipest.engines.media import storage
from tests.deploy.goods import FOLDER, NAMES, OTHER, SEGMENT, fetch, made, names


def test_a_folder_is_kept_and_brought_back(store):
    store.keep(FOLDER, made())
    store.keep(FOLDER, storage.rendition_path(FOLDER))  # twice is as good as once

    assert names(store) == NAMES
    with store.folder(FOLDER) as brought:
        assert (brought / "480p" / "0.m4s").read_bytes() == SEGMENT
        assert sorted(name for name, _size in storage.files_in(brought)) == NAMES
    assert not brought.exists()


def test_what_changed_in_place_is_sent_again(store):
    out = made()
    store.keep(FOLDER, out)
    (out / "master.m3u8").write_text("#EXTM3U\n720p.m3u8\n")  # as long as before
    (out / "720p.m3u8").write_text("#EXTM3U\n")
    store.keep(FOLDER, out)

    with store.folder(FOLDER) as brought:
        assert "720p" in (brought / "master.m3u8").read_text()
    assert names(store) == sorted([*NAMES, "720p.m3u8"])


def test_small_files_are_brought_once(store):
    store.keep(FOLDER, made())
    here = store.small(FOLDER, "manifest.json", "nothing.json")
    (here / "manifest.json").write_text("kept")
    again = store.small(FOLDER, "manifest.json")

    assert (again / "manifest.json").read_text() == "kept"
    assert [name for name, _size in storage.files_in(here)] == ["manifest.json"]


def test_every_machine_knows_how_a_lock_was_turned_last(store, hub, settings, tmp_path):
    transcode = type("Row", (), {"folder": FOLDER})
    first = storage.private_url(transcode, "master.m3u8").split("/")[3]
    assert storage.opens_folder(first, FOLDER)
    storage.turn_lock(FOLDER)
    second = storage.private_url(transcode, "master.m3u8").split("/")[3]

    cache.clear()
    settings.MEDIA_ROOT = tmp_path / "another machine"
    assert not storage.opens_folder(first, FOLDER)
    assert storage.opens_folder(second, FOLDER)
    storage.forget_lock(FOLDER)
    assert storage.opens_folder(first, FOLDER)


def test_a_folder_is_removed_here_and_there(store):
    store.keep(FOLDER, made())
    store.keep(OTHER, made(OTHER))
    store.remove(FOLDER)
    store.remove(FOLDER)

    assert (names(store), names(store, OTHER)) == ([], NAMES)
    assert not storage.rendition_path(FOLDER).exists()


def test_only_what_is_opened_is_read_by_a_stranger(store, hub):
    store.keep(FOLDER, made())
    assert fetch(hub, f"public/{FOLDER}/480p/0.m4s")[0] == 404
    assert fetch(hub, f"renditions/{FOLDER}/480p/0.m4s")[0] == 403
    store.open([FOLDER])
    store.open([FOLDER])

    assert store.opened() == {FOLDER}
    assert fetch(hub, f"public/{FOLDER}/480p/0.m4s") == (200, SEGMENT)
    assert fetch(hub, f"public/{FOLDER}/manifest.json")[0] == 404
    assert fetch(hub, f"renditions/{FOLDER}/480p/0.m4s")[0] == 403
    assert fetch(hub, "", "list-type=2")[0] == 403

    store.close([FOLDER])
    assert store.opened() == set()
    assert fetch(hub, f"public/{FOLDER}/480p/0.m4s")[0] == 404
    assert names(store) == NAMES


def test_an_addition_reaches_the_public_side(store, hub):
    out = made()
    store.keep(FOLDER, out)
    store.open([FOLDER])
    (out / "high").mkdir()
    (out / "high" / "0.m4s").write_bytes(SEGMENT[:100])
    (out / "master.m3u8").write_text("#EXTM3U\nhigh\n")
    store.keep(FOLDER, out)

    assert fetch(hub, f"public/{FOLDER}/high/0.m4s") == (200, SEGMENT[:100])
    assert fetch(hub, f"public/{FOLDER}/master.m3u8") == (200, b"#EXTM3U\nhigh\n")


def test_a_folder_that_was_opened_in_part_is_told(store, hub, weed):
    for folder in (FOLDER, OTHER):
        store.keep(folder, made(folder))
        store.open([folder])
    weed.client().put_object(Bucket=hub["bucket_name"], Key=f"opened/{OTHER}", Body=b"?")

    assert store.opened() == {FOLDER, OTHER}
    assert store.opened(whole=True) == {FOLDER}


def test_an_addition_that_meets_a_withdrawal_stays_closed(store, hub, monkeypatch):
    out = made()
    store.keep(FOLDER, out)
    store.open([FOLDER])
    copy = store._copy_new

    def copy_while_it_is_closed(folder, *words):
        store.close([folder])
        copy(folder, *words)

    monkeypatch.setattr(store, "_copy_new", copy_while_it_is_closed)
    store.keep(FOLDER, out)
    assert fetch(hub, f"public/{FOLDER}/master.m3u8")[0] == 404


def test_what_still_grows_is_not_opened(store):
    out = made()
    (out / "manifest.json").unlink()
    store.keep(FOLDER, out)
    store.open([FOLDER])

    assert store.opened() == set()


def test_a_lent_signature_opens_one_file_for_a_while(store, hub):
    store.keep(FOLDER, made())
    lent = store.lend(FOLDER, "480p/0.m4s", "GET")

    assert fetch(hub, f"renditions/{FOLDER}/480p/0.m4s", lent) == (200, SEGMENT)
    assert fetch(hub, f"renditions/{FOLDER}/master.m3u8", lent)[0] == 403
    assert fetch(hub, f"renditions/{FOLDER}/480p/0.m4s", lent[:-1])[0] == 403
