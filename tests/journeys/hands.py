"""What several journeys use."""

import re

from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Page

AXE = Axe().axe_script
# What passes is not told: writing it down takes longer than finding out.
BARRIERS = """async () => {
    const found = await axe.run({resultTypes: ['violations']});
    return found.violations.map(each => `${each.id}: ${each.nodes[0].html}`);
}"""


def start_work(page: Page, kind: str, title: str) -> None:
    """Start a work from the page /studio/baru/."""
    page.locator(f'input[name="kind"][value="{kind}"]').check(force=True)
    page.locator('input[name="title"]').fill(title)
    page.locator('main form:has(input[name="title"]) button').last.click()
    page.wait_for_url(re.compile(r"/studio/[0-9a-f-]{36}/$"))


def barriers(page: Page) -> list[str]:
    """Name what keeps somebody from the page: each rule of axe that it breaks, and where first."""
    page.evaluate(AXE)
    found: list[str] = page.evaluate(BARRIERS)
    return found
