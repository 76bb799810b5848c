"""Send one big film into the site and watch the web server: memory must stay flat.

    .venv/bin/python bench/uploads.py [--megabytes 1000] [--json FILE]

The film is a true short one with a `free` box behind it that makes it as big as asked; it is sent
over one connection, the way a browser does, by a signed-in santri. Figures stand in uploads.md.
"""

import argparse
import http.client
import json
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from instruments import machine, site

BLOCK = secrets.token_bytes(2**20)
EVERY_SECONDS = 0.05
BOUNDARY = "kodipest-bench"


@dataclass
class Watch:
    """Reads the memory of the web worker until told to stop."""

    process: psutil.Process
    seen: list[int] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Look twenty times a second."""
        while not self.is_over.wait(EVERY_SECONDS):
            self.seen.append(self.process.memory_info().rss)


def main() -> None:
    """Send the film and print what it cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    home = site.open_site()
    try:
        film = short_film(home)
        target, cookie = somebody_at_a_desk()
        with site.served() as (address, pid):
            found = send(address, pid, target, cookie, film, asked.megabytes)
    finally:
        site.clear_site(home)
    text = json.dumps(found | {"machine": machine.described()}, indent=1)
    print(text)
    if asked.json:
        asked.json.write_text(text)


def short_film(home: Path) -> bytes:
    """Render two seconds of test picture and tone."""
    import imageio_ffmpeg

    path = home / "short.mp4"
    sources = [
        *("-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=25:duration=2"),
        *("-f", "lavfi", "-i", "sine=duration=2"),
    ]
    made = [imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", *sources, "-shortest", str(path)]
    subprocess.run(made, check=True)
    return path.read_bytes()


def somebody_at_a_desk() -> tuple[str, str]:
    """Make a santri with a new film; return where its file goes and a cookie that signs in."""
    from django.conf import settings
    from django.test import Client
    from django.urls import reverse

    from kodipest.people.models import Membership, Organisation, Person, Role
    from kodipest.works.models import Work
    from kodipest.works.operations import start_work

    house = Organisation.objects.create(kind="pesantren", slug="rumah", name="Rumah")
    santri = Person.objects.create(username="aisyah", name="Aisyah", password="!")
    Membership.objects.create(person=santri, organisation=house, role=Role.SANTRI)
    work = start_work(kind=Work.Kind.VIDEO, title="Besar", organisation=house, by=santri)
    client = Client()
    client.force_login(santri, settings.AUTHENTICATION_BACKENDS[-1])
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return reverse("studio_upload", args=[work.pk]), f"{settings.SESSION_COOKIE_NAME}={session}"


def send(
    address: str, pid: int, target: str, cookie: str, film: bytes, megabytes: int
) -> dict[str, float]:
    """Stream the body, block by block, while the memory of the server is watched."""
    length, body = body_of(film, megabytes)
    token = secrets.token_hex(16)
    headers = {
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        "Content-Length": str(length),
        "Cookie": f"{cookie}; csrftoken={token}",
        "X-CSRFToken": token,
    }
    line = http.client.HTTPConnection(urlsplit(address).netloc, timeout=300)
    line.request("GET", target.removesuffix("unggah/"), headers={"Cookie": cookie})
    line.getresponse().read()  # the page from which a person sends: everything is imported now
    watch = Watch(machine.family(pid)[-1])
    before, cpu = watch.process.memory_info().rss, machine.cpu_seconds(pid)
    watcher = threading.Thread(target=watch.run)
    watcher.start()
    began = time.monotonic()
    line.request("POST", target, body=body, headers=headers)
    streamed = len(watch.seen)  # what comes after is looking at the film, not taking it in
    answer = line.getresponse()
    took = time.monotonic() - began
    watch.is_over.set()
    watcher.join()
    if answer.status != 302:
        raise SystemExit(f"{answer.status}: {answer.read()[:2000]!r}")
    spent = machine.cpu_seconds(pid) - cpu
    return {
        "megabytes": round(length / 1e6),
        "seconds": round(took, 2),
        "megabytes_per_second": round(length / 1e6 / took, 1),
        "cpu_seconds": round(spent, 2),
        "megabytes_per_cpu_second": round(length / 1e6 / spent, 1),
        "rss_before_mb": round(before / 1e6, 1),
        "rss_peak_while_streaming_mb": round(max(watch.seen[:streamed]) / 1e6, 1),
        "rss_peak_while_probing_mb": round(max(watch.seen[streamed:]) / 1e6, 1),
        "looks": len(watch.seen),
    }


def body_of(film: bytes, megabytes: int) -> tuple[int, Iterator[bytes]]:
    """Return the length of the form and its blocks."""
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="role"\r\n\r\nmain\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="upload"; filename="besar.mp4"\r\n'
        "Content-Type: video/mp4\r\n\r\n"
    ).encode()
    box = 16 + megabytes * len(BLOCK)
    free = (1).to_bytes(4) + b"free" + box.to_bytes(8)  # a box whose length takes 64 bits
    tail = f"\r\n--{BOUNDARY}--\r\n".encode()
    length = len(head) + len(film) + box + len(tail)

    def blocks() -> Iterator[bytes]:
        yield head + film + free
        for _ in range(megabytes):
            yield BLOCK
        yield tail

    return length, blocks()


if __name__ == "__main__":
    sys.exit(main())
