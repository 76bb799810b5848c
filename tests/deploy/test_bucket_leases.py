"""Whoever talks to the bucket for long is heard, and learns when it is in vain."""

import gc
import socket
import threading
import time
import warnings

import pytest

from kodipest.engines.media import storage, stores
from kodipest.engines.media.operations.leases import Interrupted, Lease
from tests.deploy.goods import FOLDER, SEGMENT, Known, large, made
from tests.factories.media import TranscodeFactory

CHUNK = 2**16


class Slow:
    """A line to the bucket that brings back a mebibyte a second, whoever shares it."""

    def __init__(self, target):
        self.target = target.split(":")
        self.door = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.door.getsockname()[1]}"
        self.turn = threading.Lock()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                line, _who = self.door.accept()
            except OSError:
                return
            host, port = self.target
            far = socket.create_connection((host, int(port)))
            for ends, rest in (((line, far), 0), ((far, line), CHUNK / 2**20)):
                threading.Thread(target=self._pump, args=(*ends, rest), daemon=True).start()

    def _pump(self, source, sink, rest):
        with source, sink:
            try:
                while chunk := source.recv(CHUNK):
                    sink.sendall(chunk)
                    with self.turn:
                        time.sleep(rest)
            except OSError:
                pass


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_heard", [True, False])
def test_a_slow_original_keeps_its_lease_while_it_comes(hub, weed, settings, monkeypatch, is_heard):
    sha256, path = large(4)
    stores.chosen().bring_away(Known([sha256]))
    path.unlink()
    line = Slow(weed.address)
    settings.MEDIA_BUCKET = hub | {"endpoint_url": f"http://{line.address}"}
    settings.MEDIA_LEASE_SECONDS = 0.4
    monkeypatch.setattr("kodipest.engines.media.operations.leases.SILENCE_SECONDS", 2.0)
    row = TranscodeFactory(running=True)
    with line.door, Lease(row, stopping=threading.Event()) as lease:
        on_bytes = lease.hear_or_stop if is_heard else None
        began = time.monotonic()
        with stores.chosen().original(sha256, 4 * 2**20, on_bytes):
            assert time.monotonic() - began > 3

        assert lease._lost.is_set() is not is_heard


def test_every_byte_is_heard(store):
    out, came, went = made(), [], []
    store.keep(FOLDER, out, went.append)
    with store.folder(FOLDER, came.append) as brought:
        size = sum(size for _name, size in storage.files_in(brought))

    assert sum(went) == sum(came) == size > len(SEGMENT)


def interrupt(_count):
    raise Interrupted


@pytest.fixture
def quiet():
    """Collect the connections of downloads that ended in the middle: their library leaves them open."""
    yield
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        gc.collect()


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_what_is_in_vain_ends_with_its_own_name(store, quiet):
    sha256, path = large(20)  # in two parts
    store.bring_away(Known([sha256]))
    path.unlink()
    store.keep(FOLDER, made())
    (storage.rendition_path(FOLDER) / "0.m4s").write_bytes(SEGMENT)
    began = time.monotonic()

    with pytest.raises(Interrupted), store.original(sha256, 20 * 2**20, interrupt):
        pass
    with pytest.raises(Interrupted), store.folder(FOLDER, interrupt):
        pass
    with pytest.raises(Interrupted):
        store.keep(FOLDER, storage.rendition_path(FOLDER), interrupt)
    store.open([FOLDER])
    with pytest.raises(Interrupted):
        store.copy(f"renditions/{FOLDER}/480p/0.m4s", "public/x", interrupt)
    assert time.monotonic() - began < 30
    assert list((storage.media_root() / "fetched").iterdir()) == []
