"""What is put into a bucket, and how it is looked at from outside."""

import hashlib
import os
import threading
import urllib.error
import urllib.request

from kodipest.engines.media import storage

FOLDER, OTHER = f"{'a' * 32}-1", f"{'b' * 32}-1"
SEGMENT = bytes(range(256)) * 100
NAMES = ["480p.m3u8", "480p/0.m4s", "manifest.json", "master.m3u8"]


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


def wait_until(condition, seconds=60):
    ended = threading.Event()
    for _tenth in range(seconds * 10):
        if condition():
            return
        ended.wait(0.1)
    raise AssertionError
