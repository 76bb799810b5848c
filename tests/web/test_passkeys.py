"""Passkeys are offered where a browser takes them, and nowhere else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from kodipest.people.models import Person
from kodipest.web.passkeys import keys_work_at
from tests.factories.people import cast

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]
PASSWORD = "sawah-hijau-92"
REASON = {
    "id": "hanya menerima kunci sandi",
    "en": "Browsers take passkeys and security keys only at an https address",
    "zh-hans": "浏览器只在",
}
KEY_PAGES = ["mfa_index", "mfa_list_webauthn", "mfa_add_webauthn"]


@pytest.mark.parametrize(
    ("scheme", "host", "work"),
    [
        ("https", "media.pesantren.id", True),
        ("https", "media.pesantren.id:8443", True),
        ("https", "192.168.1.7", False),
        ("https", "192.168.1.7:8443", False),
        ("https", "[fe80::1]", False),
        ("https", "[fe80::1]:8443", False),
        ("http", "localhost", True),
        ("http", "localhost:8000", True),
        ("https", "localhost", True),
        ("http", "127.0.0.1:8000", False),
        ("http", "[::1]:8000", False),
        ("http", "laptop-dapur.local", False),
        ("http", "localhost.example", False),
    ],
)
def test_keys_work_where_a_browser_takes_them(
    settings, rf: RequestFactory, scheme: str, host: str, work: bool
) -> None:
    settings.ALLOWED_HOSTS = ["*"]

    assert keys_work_at(rf.get("/", secure=scheme == "https", HTTP_HOST=host)) is work


@pytest.fixture
def budi() -> Person:
    """Budi, who has a key from a day when the site had another address."""
    person = cast().budi
    person.set_password(PASSWORD)
    person.save()
    Authenticator.objects.create(
        user=person, type="webauthn", data={"name": "Ponsel", "credential": {}}
    )
    return person


@pytest.fixture
def no_ceremony(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let pages be shown for a key that is none; the journey has true ones."""
    monkeypatch.setattr("allauth.mfa.webauthn.internal.auth.get_credentials", lambda _person: [])


@pytest.fixture
def inside(client: Client, budi: Person, no_ceremony: None) -> Client:
    """Budi's browser, signed in and asked for the password a moment ago."""
    client.force_login(budi)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def test_the_door_has_a_button_for_passkeys_where_they_work(client: Client) -> None:
    door = reverse("account_login")

    for page in (client.get(door, secure=True), client.get(door, HTTP_HOST="localhost:8000")):
        assert 'id="passkey_login"' in page.text
        assert "mfa_login" in page.text
    for page in (client.get(door), client.get(door, HTTP_HOST="127.0.0.1:8000")):
        assert "passkey_login" not in page.text
        assert "webauthn" not in page.text


@pytest.mark.parametrize("language", REASON)
@pytest.mark.parametrize("name", KEY_PAGES)
def test_the_pages_of_keys_say_why_none_is_added_here(
    inside: Client, name: str, language: str
) -> None:
    with translation.override(language):
        page, add = reverse(name), reverse("mfa_add_webauthn")

    def answered(**asked: object) -> str:
        answer = inside.get(page, **asked)
        assert answer.status_code == 200
        return answer.text.partition("<main")[2]  # above it, the languages lead here too

    for text in (answered(), answered(HTTP_HOST="127.0.0.1")):
        assert REASON[language] in text
        assert f'="{add}"' not in text
        assert "mfa_webauthn_add" not in text
    for text in (answered(secure=True), answered(HTTP_HOST="localhost")):
        assert REASON[language] not in text
        assert f'="{add}"' in text


def test_a_second_step_offers_a_key_where_it_works(
    client: Client, budi: Person, no_ceremony: None
) -> None:
    client.post(reverse("account_login"), {"login": budi.username, "password": PASSWORD})
    step = reverse("mfa_authenticate")

    assert "mfa_webauthn_authenticate" not in client.get(step).text
    assert "logout-from-stage" in client.get(step).text
    assert "mfa_webauthn_authenticate" in client.get(step, secure=True).text


def test_who_must_confirm_is_offered_a_key_where_it_works(inside: Client) -> None:
    again, with_key = reverse("account_reauthenticate"), reverse("mfa_reauthenticate_webauthn")

    assert with_key not in inside.get(again).text
    assert with_key in inside.get(again, secure=True).text


@pytest.mark.parametrize(("https", "secure"), [("1", True), ("0", False)])
def test_a_node_behind_https_knows_that_it_is(tmp_path: Path, https: str, secure: bool) -> None:
    """Else its forms would be refused as from elsewhere, no passkey offered, all tries counted as one's."""
    asked = (
        "import django; django.setup(); from django.test import RequestFactory as Asking;"
        "from allauth.account.adapter import get_adapter;"
        "it = Asking().get('/', HTTP_X_FORWARDED_PROTO='https', HTTP_X_FORWARDED_FOR='192.0.2.7');"
        "print(it.is_secure(), get_adapter().get_client_ip(it))"
    )
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings.node", "KODIPEST_HTTPS": https}
    environment = os.environ | settings | {"KODIPEST_HOME": str(tmp_path)}

    said = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert said.stdout.split() == [str(secure), "192.0.2.7" if secure else "127.0.0.1"]
