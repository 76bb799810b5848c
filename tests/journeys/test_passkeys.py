"""A passkey in a true browser: added, and used to sign in without a password."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Site

PASSWORD = "sawah-hijau-92"
SET_PASSWORD = """
from kodipest.people.models import Person
person = Person.objects.get(username="{username}")
person.set_password("{password}")
person.save()
"""
# What a phone with a fingerprint or a laptop with a PIN is to a browser.
OWN_PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def page_at_home(browser: Browser, site: Site) -> Iterator[Page]:
    """A browser on the very computer of the site, with something that keeps passkeys."""
    errors: list[str] = []
    home = site.url.replace("127.0.0.1", "localhost")
    context = browser.new_context(base_url=home, locale="id-ID")
    context.on("weberror", lambda error: errors.append(str(error.error)))
    page = context.new_page()
    yield page
    context.close()
    assert errors == []


def test_a_passkey_is_added_and_opens_the_account(page_at_home: Page, site: Site) -> None:
    page = page_at_home
    site.manage("shell", "-c", SET_PASSWORD.format(username="hasan", password=PASSWORD))
    line = page.context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    phone = line.send("WebAuthn.addVirtualAuthenticator", {"options": OWN_PHONE})
    page.goto("/akun/login/")
    page.locator('[name="login"]').fill("hasan")
    page.locator('[name="password"]').fill(PASSWORD)
    page.locator('form[action*="/akun/login/"] button').click()
    page.wait_for_url("**/hari-ini/")

    # He adds the fingerprint of his laptop, and is asked first whether it is he.
    page.goto("/akun/keamanan/webauthn/")
    page.locator('main a[href$="/webauthn/add/"]').click()
    page.locator('main [name="password"]').fill(PASSWORD)
    page.locator('main form button[type="submit"]').first.click()
    page.locator('[name="name"]').fill("Laptop saya")
    page.locator('[name="passwordless"]').check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url("**/akun/keamanan/recovery-codes/")
    page.goto("/akun/keamanan/webauthn/")
    expect(page.locator("main .rows li")).to_have_count(1)
    expect(page.locator("main .rows li")).to_contain_text("Laptop saya")
    kept = line.send("WebAuthn.getCredentials", phone)["credentials"]
    assert [(key["rpId"], key["isResidentCredential"]) for key in kept] == [("localhost", True)]

    # Signed out, he comes in again without typing anything.
    page.goto("/akun/logout/")
    page.locator('main form[action*="/akun/logout/"] button').click()
    page.goto("/hari-ini/")
    page.wait_for_url("**/akun/login/**")
    page.locator("#passkey_login").click()
    page.wait_for_url("**/hari-ini/")
    expect(page.locator("header")).to_contain_text("Hasan")

    # A laptop that knows nobody opens nothing.
    page.context.clear_cookies()
    line.send("WebAuthn.clearCredentials", phone)
    page.goto("/akun/login/")
    page.locator("#passkey_login").click()
    page.wait_for_timeout(500)
    page.goto("/hari-ini/")
    page.wait_for_url("**/akun/login/**")

    # By number, where a browser would refuse, no button promises it.
    page.goto(f"{site.url}/akun/login/")
    expect(page.locator('[name="password"]')).to_be_visible()
    expect(page.locator("#passkey_login")).to_have_count(0)
