"""The bucket of a hub: the store against a real server, its line cut, its room used up."""

import hashlib
import os
import socket
import threading
import tracemalloc
import urllib.error
import urllib.request
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from kodipest.engines.media import storage, stores, stores_bucket
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.stores_growth import Growing
from tests.deploy import bucket
from tests.factories.media import make_old

FOLDER, OTHER = f"{'a' * 32}-1", f"{'b' * 32}-1"
SEGMENT = bytes(range(256)) * 100


class Known:
    """What a database would say."""

    def __init__(self, originals=(), folders=(), at_work=()):
        self.originals, self.folders, self.at_work = set(originals), set(folders), set(at_work)

    def knows_original(self, sha256):
        return sha256 in self.originals

    def knows_folder(self, folder):
        return folder in self.folders

    def is_at_work(self, folder):
        return folder in self.at_work


@pytest.fixture
def store(hub):
    return stores.chosen()


def made(folder=FOLDER, **more):
    """Fill a local folder as an encoder leaves it."""
    out = storage.rendition_path(folder)
    (out / "480p").mkdir(parents=True)
    (out / "480p" / "0.m4s").write_bytes(SEGMENT)
    (out / "480p.m3u8").write_text("#EXTM3U\n480p/0.m4s\n")
    (out / "master.m3u8").write_text("#EXTM3U\n480p.m3u8\n")
    (out / "manifest.json").write_text("{}")
    (out / ".work").mkdir()
    (out / ".work" / "half.mp4").write_bytes(b"half")
    for name, content in more.items():
        (out / name.replace("_", ".")).write_bytes(content)
    return out


NAMES = ["480p.m3u8", "480p/0.m4s", "manifest.json", "master.m3u8"]


def original(content=b"a film as it came"):
    """Lay an original on this disk, as an upload leaves it."""
    sha256 = hashlib.sha256(content).hexdigest()
    path = storage.original_path(sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return sha256, path


def names(store, folder=FOLDER):
    return [name for name, _size in store.files(folder)]


def fetch(hub, key, query=""):
    """Fetch as a stranger; return the status and the body."""
    url = f"{hub['endpoint_url']}/{hub['bucket_name']}/{key}?{query}"
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, b""


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

    def copy_while_it_is_closed(folder):
        store.close([folder])
        copy(folder)

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


def test_an_original_that_lies_here_is_not_fetched(store):
    sha256, path = original()
    with store.original(sha256, path.stat().st_size) as found:
        assert found == path
    assert path.exists()


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


# --- lines that break, and servers that refuse


class Cutting:
    """A line to the bucket that ends after so many bytes, `cuts` times; then it holds."""

    def __init__(self, target, *, after, cuts):
        self.target, self.after, self.cuts = target.split(":"), after, cuts
        self.door = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.door.getsockname()[1]}"
        self.lock = threading.Lock()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                line, _who = self.door.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(line,), daemon=True).start()

    def _carry(self, line):
        host, port = self.target
        with line, socket.create_connection((host, int(port))) as far:
            back = threading.Thread(target=self._pump, args=(far, line), daemon=True)
            back.start()
            left = self.after
            while chunk := line.recv(65536):
                left -= len(chunk)
                if left < 0 and self._may_cut():
                    far.shutdown(socket.SHUT_RDWR)
                    return
                far.sendall(chunk)
            back.join(1)

    def _may_cut(self):
        with self.lock:
            self.cuts -= 1
            return self.cuts >= 0

    @staticmethod
    def _pump(source, sink):
        try:
            while chunk := source.recv(65536):
                sink.sendall(chunk)
        except OSError:
            pass


@pytest.fixture
def cutting(hub, weed, settings):
    """Put a line that breaks in between; returns a maker of it."""
    lines = []

    def make(**how):
        line = Cutting(weed.address, **how)
        lines.append(line)
        settings.MEDIA_BUCKET = hub | {"endpoint_url": f"http://{line.address}"}
        return line

    yield make
    for line in lines:
        line.door.close()


def large(megabytes):
    sha256, path = original(b"")
    block, digest = os.urandom(2**20), hashlib.sha256()
    with path.open("wb") as file:
        for _megabyte in range(megabytes):
            file.write(block)
            digest.update(block)
    sha256 = digest.hexdigest()
    target = storage.original_path(sha256)
    target.parent.mkdir(parents=True, exist_ok=True)
    path.replace(target)
    return sha256, target


def test_a_large_original_arrives_whole_over_a_line_that_breaks(cutting, hub, weed):
    line = cutting(after=3 * 2**20, cuts=4)
    sha256, path = large(50)
    stores.chosen().bring_away(Known([sha256]))
    path.unlink()

    assert line.cuts < 0  # all of them happened
    with stores.chosen().original(sha256, 50 * 2**20) as brought:
        assert storage.sha256_of(brought) == sha256
    assert not weed.client().list_multipart_uploads(Bucket=hub["bucket_name"]).get("Uploads")


def test_a_line_that_stays_broken_is_told_and_the_original_stays(cutting, hub, weed, settings):
    cutting(after=3 * 2**20, cuts=10**6)
    sha256, path = large(40)
    with pytest.raises(Unusable) as refused:
        stores.chosen().bring_away(Known([sha256]))

    assert refused.value.code == "store_away"
    assert path.stat().st_size == 40 * 2**20
    settings.MEDIA_BUCKET = hub
    assert stores.chosen().bring_away(Known([sha256])) == 1


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


def test_a_key_that_may_not_write_is_refused_in_words(store, hub, settings):
    name, secret = bucket.READER
    settings.MEDIA_BUCKET = hub | {"access_key": name, "secret_key": secret}
    with pytest.raises(Unusable, match="AccessDenied") as refused:
        stores.chosen().keep(FOLDER, made())

    assert refused.value.code == "store_away"


def test_a_server_that_is_gone_is_told(hub, settings):
    settings.MEDIA_BUCKET = hub | {"endpoint_url": "http://127.0.0.1:9"}
    settings.MEDIA_BUCKET_TRIES = 1
    for act in (
        lambda store: store.keep(FOLDER, made()),
        lambda store: store.files(FOLDER),
        lambda store: store.original_size("c" * 64),
        lambda store: store.opened(),
        lambda store: store.tidy(Known()),
    ):
        with pytest.raises(Unusable) as refused:
            act(stores.chosen())
        assert refused.value.code == "store_away"


def test_a_full_bucket_refuses_and_what_was_there_stays(hub, settings):
    with bucket.running(megabytes=4) as small:
        small.new_bucket("small")
        settings.MEDIA_BUCKET = hub | {"endpoint_url": small.url, "bucket_name": "small"}
        settings.MEDIA_BUCKET_TRIES = 1
        stores.chosen().keep(FOLDER, made())
        out = made(OTHER)
        for number in range(40):
            (out / f"{number}.m4s").write_bytes(os.urandom(2**20))
        with pytest.raises(Unusable) as refused:
            stores.chosen().keep(OTHER, out)

        assert refused.value.code == "store_away"
        with stores.chosen().folder(FOLDER) as brought:
            assert (brought / "480p" / "0.m4s").read_bytes() == SEGMENT


# --- what grows


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


def wait_until(condition, seconds=60):
    ended = threading.Event()
    for _tenth in range(seconds * 10):
        if condition():
            return
        ended.wait(0.1)
    raise AssertionError


# --- the disk of a node


def test_a_node_imports_nothing_of_a_bucket():
    import subprocess
    import sys

    program = """
import os, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
django.setup()
import config.urls
from kodipest.engines.media import stores
print(type(stores.chosen()).__name__, [name for name in ("boto3", "botocore", "storages") if name in sys.modules])
"""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    said = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, env=environment
    )
    assert said.stdout.decode().split("\n")[-2] == "Disk []"
