"""A first visit in a real browser, counted by the browser itself."""

import os
import shutil
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
MEDIA = "/media/"


def first_visit(url: str) -> tuple[int, int, int] | None:
    """Visit `url` with an empty cache; return requests and bytes without media, and media requests.

    Bytes are those on the wire, headers included (Chromium's `encodedDataLength`). None without a
    browser.
    """
    if CHROMIUM is None:
        return None
    from playwright.sync_api import sync_playwright

    sent: dict[str, str] = {}
    sizes: dict[str, int] = {}

    def asked(event: dict[str, Any]) -> None:
        sent[event["requestId"]] = event["request"]["url"]

    def arrived(event: dict[str, Any]) -> None:
        sizes[event["requestId"]] = int(event["encodedDataLength"])

    with sync_playwright() as playwright:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        wire = page.context.new_cdp_session(page)
        wire.send("Network.enable")
        wire.on("Network.requestWillBeSent", asked)
        wire.on("Network.loadingFinished", arrived)
        page.goto(url, wait_until="networkidle")
        browser.close()
    of_page = [key for key, address in sent.items() if is_of_page(address)]
    media = sum(MEDIA in address for address in sent.values())
    return len(of_page), sum(sizes.get(key, 0) for key in of_page), media


def is_of_page(address: str) -> bool:
    """Say whether the page itself needs what lies at `address`, unlike a film or a poster."""
    return address.startswith("http") and MEDIA not in address
