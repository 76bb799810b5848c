"""Measure the public pages: queries, CPU per request, bytes, requests, requests per second.

    .venv/bin/python bench/pages.py [--works 1000] [--seconds 8] [--postgresql] [--peer] [--json FILE]

Fills a temporary site with published works, serves it as `make run` does, and asks it from this
computer. SQLite, or PostgreSQL. How each figure is taken stands beside the function that takes it;
what came out stands in pages.md.
"""

import argparse
import contextlib
import http.client
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from instruments import machine, site

CLIENTS_PER_CORE = 8
ROUNDS = 5
BROTLI = {"Accept-Encoding": "br, gzip"}


@dataclass
class Figures:
    """What one page costs."""

    page: str
    path: str
    queries: int = 0
    render_cpu_ms: float = 0.0  # median of rounds, uncached, all threads of the server
    kept_cpu_ms: float = 0.0  # from the shelf
    kept_per_cpu_second: float = 0.0  # requests that one core of the server can answer
    kept_per_second: float = 0.0  # on this machine, which the client shares
    unchanged_per_second: float = 0.0  # answered with 304
    html_bytes: int = 0
    html_bytes_brotli: int = 0
    cold_requests: int | None = None  # a browser's first visit, without media
    cold_bytes: int | None = None
    media_requests: int | None = None


def main() -> None:
    """Measure, print a table, and write the JSON."""
    asked = arguments()
    if asked.peer:
        asked.peer_figures = peer(asked)
    if asked.postgresql:
        with postgresql():
            run(asked)
    else:
        run(asked)


def peer(asked: argparse.Namespace) -> dict[str, Any]:
    """Measure the sign-in page of Kolibri, which needs no one to be signed in, like ours."""
    from instruments import browser, kolibri

    with kolibri.served(asked.peer_programs) as (address, pid, found):
        url = address + kolibri.SIGN_IN
        rates = load(url, BROTLI, pid, asked.seconds)
        found |= {"per_second": rates[0], "per_cpu_second": rates[1]}
        found["cpu_ms"] = round(1000 / rates[1], 1)
        first = browser.first_visit(url)
        if first is not None:
            found |= {"first_visit_requests": first[0], "first_visit_bytes": first[1]}
        found["idle_rss_mb"] = round(
            sum(machine.memory(one).rss for one in machine.family(pid)) / 1e6, 1
        )
        found["threads"] = sum(one.num_threads() for one in machine.family(pid))
    return found


@contextlib.contextmanager
def postgresql() -> Iterator[None]:
    """Run the PostgreSQL of the tests, which settings find in DATABASE_URL."""
    sys.path.insert(0, str(site.ROOT))
    from tests.on_postgresql import Server

    server = Server()
    os.environ["DATABASE_URL"] = server.start()
    try:
        yield
    finally:
        server.stop()


def run(asked: argparse.Namespace) -> None:
    """Fill a site, measure its pages, and tell."""
    home = site.open_site(asked.home)
    from instruments import stock

    try:
        seen = stock.fill_once(asked.works)
        pages = [Figures(name, path) for name, path in chosen_pages().items()]
        for page in pages:
            page.queries = queries_of(page.path)
        before = machine.described()
        with site.served() as (address, pid):
            for page in pages:
                measure(page, address, pid, asked)
    finally:
        if asked.home is None:
            site.clear_site(home)
    print_table(pages, seen)
    found = {
        "works": asked.works,
        "seen": seen,
        "machine": before,
        "load_after": machine.described()["load"],
    }
    found["pages"] = [asdict(page) for page in pages]
    if asked.peer:
        found["kolibri"] = asked.peer_figures
    text = json.dumps(found, indent=1)
    asked.json.write_text(text) if asked.json else print(text)


def arguments() -> argparse.Namespace:
    """Read what is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--works", type=int, default=1000, help="published works (1000)")
    parser.add_argument(
        "--seconds", type=int, default=8, help="length of each load, in seconds (8)"
    )
    parser.add_argument("--renders", type=int, default=40, help="per round; there are five (40)")
    parser.add_argument("--postgresql", action="store_true", help="on the PostgreSQL of the tests")
    parser.add_argument("--peer", action="store_true", help="install Kolibri and measure it too")
    parser.add_argument(
        "--peer-programs", type=Path, help="bin/ of a Kolibri that is there already"
    )
    parser.add_argument("--home", type=Path, help="fill this folder and leave it for the next run")
    parser.add_argument("--json", type=Path, help="where the figures go (the screen)")
    return parser.parse_args()


def chosen_pages() -> dict[str, str]:
    """Name the pages: the newest film and article stand for the page of a work."""
    from kodipest.stages.publication.models import Channel
    from kodipest.stages.publication.queries import published_editions

    film, article = (
        published_editions().filter(kind=kind)[0].work for kind in ("video", "article")
    )
    return {
        "home": "/",
        "work (film)": f"/karya/{film.slug}/",
        "work (article)": f"/karya/{article.slug}/",
        "list": "/karya/",
        "list of a kind": "/karya/?kind=comic",
        "search": "/karya/?q=bedug",
        "channel": f"/kanal/{Channel.objects.first().slug}/",
        "sign in": "/akun/login/",
    }


def queries_of(path: str) -> int:
    """Count the queries of one render, the one for the generation included."""
    from django.db import connections
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from kodipest.kernel import freshness

    client = Client(headers={"Host": "127.0.0.1"})
    client.get(path)  # imports and template compilation are not asked about
    freshness.bump()
    with CaptureQueriesContext(connections["default"]) as caught:
        answer = client.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"{path} answered {answer.status_code}")
    return len(caught)


def measure(page: Figures, address: str, pid: int, asked: argparse.Namespace) -> None:
    """Take every figure of one page from the running server."""
    where = urlsplit(address).netloc
    plain, packed = fetch(where, page.path, {}), fetch(where, page.path, BROTLI)
    page.html_bytes, page.html_bytes_brotli = len(plain.body), len(packed.body)
    page.render_cpu_ms = render_cpu_ms(where, page.path, pid, asked.renders)
    fetch(where, page.path, BROTLI)
    rates = load(address + page.path, BROTLI, pid, asked.seconds)
    page.kept_per_second, page.kept_per_cpu_second = rates
    page.kept_cpu_ms = round(1000 / rates[1], 3) if rates[1] else 0.0
    if packed.etag:
        tagged = BROTLI | {"If-None-Match": packed.etag}
        page.unchanged_per_second = load(address + page.path, tagged, pid, asked.seconds)[0]
    from instruments import browser

    first = browser.first_visit(address + page.path)
    if first is not None:
        page.cold_requests, page.cold_bytes, page.media_requests = first


@dataclass(frozen=True)
class Answer:
    """What came over the wire."""

    body: bytes
    etag: str


def fetch(where: str, path: str, headers: dict[str, str]) -> Answer:
    """Ask once over a new connection."""
    line = http.client.HTTPConnection(where, timeout=60)
    line.request("GET", path, headers=headers)
    answer = line.getresponse()
    body = answer.read()
    line.close()
    if answer.status != 200:
        raise SystemExit(f"{path} answered {answer.status}")
    return Answer(body, answer.headers["ETag"] or "")


def render_cpu_ms(where: str, path: str, pid: int, renders: int) -> float:
    """Median over rounds of the server's CPU time per request that finds nothing kept.

    Between requests this process counts the generation up, as any publication does: the next
    request must render, compress and keep the page anew. User and system time, all threads.
    """
    from kodipest.kernel import freshness

    rounds = []
    for _ in range(ROUNDS + 1):
        began = machine.cpu_seconds(pid)
        for _ in range(renders):
            freshness.bump()
            fetch(where, path, BROTLI)
        rounds.append((machine.cpu_seconds(pid) - began) * 1000 / renders)
    return round(statistics.median(rounds[1:]), 2)  # the first warms every thread


def load(url: str, headers: dict[str, str], pid: int, seconds: int) -> tuple[float, float]:
    """Ask with eight clients a core for `seconds`; return requests per second, and per CPU second.

    The second figure is what one core gives when no client sits on it.
    """
    cores = machine.described()["cores"]
    began = machine.cpu_seconds(pid)
    if shutil.which("wrk"):
        count, took = by_wrk(url, headers, cores, seconds)
    else:
        from instruments import clients

        count, took = clients.ask(url, headers, cores * CLIENTS_PER_CORE, seconds)
    spent = machine.cpu_seconds(pid) - began
    return round(count / took, 1), round(count / spent, 1) if spent else 0.0


def by_wrk(url: str, headers: dict[str, str], cores: int, seconds: int) -> tuple[int, float]:
    """Let wrk ask; return how many answers came in how many seconds."""
    words = [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
    clients = ["-t", str(cores), "-c", str(cores * CLIENTS_PER_CORE), "-d", f"{seconds}s"]
    done = subprocess.run(
        ["wrk", *clients, *words, url], capture_output=True, text=True, check=True
    )
    found = re.search(r"(\d+) requests in ([\d.]+)(ms|s|m)", done.stdout)
    if found is None or "Socket errors" in done.stdout:
        raise SystemExit(done.stdout)
    unit = {"ms": 0.001, "s": 1.0, "m": 60.0}[found[3]]
    return int(found[1]), float(found[2]) * unit


def print_table(pages: list[Figures], seen: int) -> None:
    """Write the table of pages.md."""
    print(f"\n{seen} works seen by the public\n")
    print(
        "| page | queries | CPU ms uncached | CPU ms kept | req/s kept, per core | req/s kept, here "
        "| 304/s | HTML KB, br | first visit: requests | first visit: KB |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for page in pages:
        size = "–" if page.cold_bytes is None else f"{page.cold_bytes / 1000:.1f}"
        print(
            f"| {page.page} | {page.queries} | {page.render_cpu_ms:.1f} | {page.kept_cpu_ms:.2f} "
            f"| {page.kept_per_cpu_second:.0f} | {page.kept_per_second:.0f} | {page.unchanged_per_second:.0f} "
            f"| {page.html_bytes / 1000:.1f}, {page.html_bytes_brotli / 1000:.1f} "
            f"| {page.cold_requests or '–'} | {size} |"
        )


if __name__ == "__main__":
    sys.exit(main())
