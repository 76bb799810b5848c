"""Send one big film over a line that is cut again and again: nothing lost, little sent twice, memory flat.

    .venv/bin/python bench/resumed.py [--megabytes 2000] [--cuts 50] [--json FILE]

A signed-in santri sends over tus 1.0.0 through a proxy that cuts the line, in turns in good order and
by a reset, and asks after each cut from where to go on. The film is a true short one with a `free`
box behind it that makes it as big as asked. Figures stand in uploads.md.
"""

import argparse
import base64
import hashlib
import http.client
import json
import secrets
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uploads
from instruments import machine, site

BLOCK = 64 * 1024
TOKEN = secrets.token_hex(16)


class Film:
    """Bytes of any number that are never in memory at once."""

    def __init__(self, short: bytes, megabytes: int) -> None:
        box = 16 + megabytes * len(uploads.BLOCK)
        self.head = short + (1).to_bytes(4) + b"free" + box.to_bytes(8)
        self.length = len(self.head) + megabytes * len(uploads.BLOCK)

    def blocks(self, start: int) -> Iterator[bytes]:
        """Yield the bytes from `start` on."""
        while start < len(self.head):
            block = self.head[start : start + BLOCK]
            start += len(block)
            yield block
        while start < self.length:
            within = (start - len(self.head)) % len(uploads.BLOCK)
            block = uploads.BLOCK[within : within + BLOCK]
            start += len(block)
            yield block

    def sha256(self) -> str:
        """Hash all of them."""
        digest = hashlib.sha256()
        for block in self.blocks(0):
            digest.update(block)
        return digest.hexdigest()


class Sender:
    """What a browser does: one request for all that is left, and a question after each cut."""

    def __init__(self, port: int, cookie: str) -> None:
        self.port = port
        self.headers = {
            "Tus-Resumable": "1.0.0",
            "Cookie": f"{cookie}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
        }
        self.requests = 0

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send one request; return the answer, read to its end, or nothing when the line was cut."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        self.requests += 1
        try:
            line.request(method, path, body=body, headers=self.headers | named)
            answer = line.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            line.close()
        return answer

    def begin(self, film: Film, target: str) -> str:
        """Reserve room; return the path of the upload."""
        metadata = f"filename {encoded('besar.mp4')},target {encoded(target)}"
        answer = self.ask(
            "POST", "/unggahan/", Upload_Length=str(film.length), Upload_Metadata=metadata
        )
        if answer is None or answer.status != 201:
            raise SystemExit(f"not begun: {answer and answer.status}")
        return str(answer.getheader("Location"))

    def send(self, film: Film, path: str) -> None:
        """Send until all of it is there."""
        offset = 0
        while offset < film.length:
            answer = self.ask(
                "PATCH",
                path,
                film.blocks(offset),
                Upload_Offset=str(offset),
                Content_Type="application/offset+octet-stream",
                Content_Length=str(film.length - offset),
            )
            while answer is None or answer.status >= 300:
                answer = self.ask("HEAD", path)
            offset = int(answer.getheader("Upload-Offset"))


def encoded(text: str) -> str:
    """Write a value of Upload-Metadata."""
    return base64.b64encode(text.encode()).decode()


def main() -> None:
    """Send the film and print what it cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=2000)
    parser.add_argument("--cuts", type=int, default=50)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    home = site.open_site()
    try:
        film = Film(uploads.short_film(home), asked.megabytes)
        page, cookie = uploads.somebody_at_a_desk()
        with site.served() as (address, pid):
            found = measure(film, asked.cuts, address, pid, page, cookie)
    finally:
        site.clear_site(home)
    text = json.dumps(found | {"machine": machine.described()}, indent=1)
    print(text)
    if asked.json:
        asked.json.write_text(text)


def measure(
    film: Film, cuts: int, address: str, pid: int, page: str, cookie: str
) -> dict[str, float]:
    """Send `film` through a line with `cuts` cuts while the memory of the server is watched."""
    from tests.factories.lines import cutting

    port = urlsplit(address).port or 80
    straight = Sender(port, cookie)
    straight.ask("GET", page.removesuffix("unggah/"))  # everything is imported now
    path = straight.begin(film, f"work:{page.split('/')[-3]}:main")
    watch = uploads.Watch(machine.family(pid)[-1])
    before, cpu = watch.process.memory_info().rss, machine.cpu_seconds(pid)
    watcher = threading.Thread(target=watch.run)
    watcher.start()
    with cutting(port, cuts=cuts, every=film.length // (cuts + 2)) as line:
        sender = Sender(line.port, cookie)
        began = time.monotonic()
        sender.send(film, path)
        took = time.monotonic() - began
    streamed = len(watch.seen)
    spent = machine.cpu_seconds(pid) - cpu
    adopted_seconds = take_in(straight, page, path)
    watch.is_over.set()
    watcher.join()
    require_whole(film)
    return {
        "megabytes": round(film.length / 1e6),
        "cuts": line.cuts,
        "requests": sender.requests,
        "seconds": round(took, 2),
        "sent_twice_percent": round(100 * (line.sent_up - film.length) / film.length, 3),
        "cpu_seconds": round(spent, 2),
        "rss_before_mb": round(before / 1e6, 1),
        "rss_peak_while_streaming_mb": round(max(watch.seen[:streamed]) / 1e6, 1),
        "rss_peak_at_the_last_step_mb": round(max(watch.seen[streamed:]) / 1e6, 1),
        "last_step_seconds": round(adopted_seconds, 2),
    }


def take_in(sender: Sender, page: str, path: str) -> float:
    """Press Send; return how long hashing and looking took."""
    began = time.monotonic()
    body = f"role=main&arrival={path.split('/')[-2]}".encode()
    answer = sender.ask("POST", page, body, Content_Type="application/x-www-form-urlencoded")
    if answer is None or answer.status != 302:
        raise SystemExit(f"not taken: {answer and answer.status}")
    return time.monotonic() - began


def require_whole(film: Film) -> None:
    """Compare what lies there with what was sent."""
    from kodipest.engines.media import storage
    from kodipest.engines.media.models import Original

    original, wanted = Original.objects.get(), film.sha256()
    if not wanted == original.sha256 == storage.sha256_of(original.path):
        raise SystemExit(f"{original.sha256} lies there, {wanted} was sent")


if __name__ == "__main__":
    sys.exit(main())
