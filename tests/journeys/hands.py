"""What several journeys use."""

import re

from playwright.sync_api import Page


def start_work(page: Page, kind: str, title: str) -> None:
    """Start a work from the page /studio/baru/."""
    page.locator(f'input[name="kind"][value="{kind}"]').check(force=True)
    page.locator('input[name="title"]').fill(title)
    page.locator('main form:has(input[name="title"]) button').last.click()
    page.wait_for_url(re.compile(r"/studio/[0-9a-f-]{36}/$"))
