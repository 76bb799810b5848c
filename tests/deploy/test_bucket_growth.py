"""Folders that are sent while they still grow."""

from kodipest.engines.media import storage, stores
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.stores_growth import Growing
from tests.deploy import bucket
from tests.deploy.goods import FOLDER, SEGMENT, fetch, names, wait_until


def test_playlists_come_after_what_they_name(tmp_path):
    sent = []
    (tmp_path / "480p").mkdir()
    (tmp_path / "480p" / "0.m4s").write_bytes(b"0")
    (tmp_path / "480p.m3u8").write_text("480p/0.m4s\n")
    (tmp_path / "master.m3u8").write_text("480p.m3u8\n")
    (tmp_path / "480p" / ".1.m4s").write_bytes(b"half")
    (tmp_path / "480p" / "1.m4s.tmp").write_bytes(b"half")
    growing = Growing(
        tmp_path, lambda name, _path: sent.append(name), lambda name, _bytes: sent.append(name)
    )
    assert not growing.is_playable
    growing.send()
    growing.send()
    assert sent == ["480p/0.m4s", "480p.m3u8", "master.m3u8"]
    assert growing.is_playable

    (tmp_path / "480p" / "1.m4s").write_bytes(b"1")
    (tmp_path / "480p.m3u8").write_text("480p/0.m4s\n480p/1.m4s\n")
    growing.send()
    assert sent[3:] == ["480p/1.m4s", "480p.m3u8"]


def test_a_growing_folder_is_seen_from_elsewhere(store, hub):
    out = storage.rendition_path(FOLDER)
    out.mkdir()
    with store.growing(FOLDER) as growing:
        (out / "0.m4s").write_bytes(SEGMENT)
        (out / "master.m3u8").write_text("0.m4s\n")
        wait_until(lambda: growing.is_playable)
        growing.check()

        assert names(store) == ["0.m4s", "master.m3u8"]
        lent = store.lend(FOLDER, "master.m3u8", "GET")
        assert fetch(hub, f"renditions/{FOLDER}/master.m3u8", lent) == (200, b"0.m4s\n")


def test_an_encoder_learns_that_nobody_keeps_its_work(store, hub, settings):
    name, secret = bucket.READER
    settings.MEDIA_BUCKET = hub | {"access_key": name, "secret_key": secret}
    out = storage.rendition_path(FOLDER)
    out.mkdir()
    (out / "0.m4s").write_bytes(SEGMENT)

    def is_told():
        try:
            growing.check()
        except Unusable as unusable:
            return unusable.code == "store_away"
        return False

    with stores.chosen().growing(FOLDER) as growing:
        wait_until(is_told)
