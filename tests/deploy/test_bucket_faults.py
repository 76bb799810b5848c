"""Lines that break, and servers that refuse, are gone or full."""

import os
import socket
import threading

import pytest

from kodipest.engines.media import storage, stores
from kodipest.engines.media.errors import Unusable
from tests.deploy import bucket
from tests.deploy.goods import FOLDER, OTHER, SEGMENT, Known, large, made


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
