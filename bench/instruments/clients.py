"""A small load maker for computers without wrk: threads with one connection each.

It shares the machine with the server and is slower than wrk, so the requests per second that it
finds are a floor; the server's CPU time per request is the same.
"""

import http.client
import threading
import time
from urllib.parse import urlsplit


def ask(url: str, headers: dict[str, str], clients: int, seconds: int) -> tuple[int, float]:
    """Ask for `url` from `clients` connections; return the number of answers and the seconds."""
    counts = [0] * clients
    began = time.monotonic()
    until = began + seconds
    threads = [
        threading.Thread(target=one_client, args=(url, headers, until, counts, number))
        for number in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts), time.monotonic() - began


def one_client(
    url: str, headers: dict[str, str], until: float, counts: list[int], number: int
) -> None:
    """Ask again and again over one connection."""
    parts = urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    line = http.client.HTTPConnection(parts.netloc, timeout=30)
    while time.monotonic() < until:
        line.request("GET", path, headers=headers)
        line.getresponse().read()
        counts[number] += 1
    line.close()
