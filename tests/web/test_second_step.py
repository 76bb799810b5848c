"""Signing in with a second step: the six digits of a phone, and the codes on paper."""

import base64
import hashlib
import hmac
from types import SimpleNamespace

import pytest
from allauth.mfa.totp.internal import auth
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from kodipest.people.models import Person
from tests.factories.people import cast

pytestmark = pytest.mark.django_db
PASSWORD = "sawah-hijau-92"
STEP, TODAY = "/akun/keamanan/authenticate/", "/hari-ini/"
HALF_MINUTE = 30


class Phone:
    """An authenticator app as RFC 6238 describes it; it shares nothing with the site but the secret."""

    def __init__(self, secret: str) -> None:
        self.key = base64.b32decode(secret)

    def digits(self, seconds: int) -> str:
        counted = hmac.digest(self.key, (seconds // HALF_MINUTE).to_bytes(8, "big"), hashlib.sha1)
        at = counted[-1] & 15
        return f"{(int.from_bytes(counted[at : at + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The half minutes of the site; they pass when a test says so."""
    cache.clear()  # digits that were used
    now = SimpleNamespace(seconds=1_764_580_800)
    monkeypatch.setattr(auth, "time", SimpleNamespace(time=lambda: now.seconds))
    return now


@pytest.fixture
def budi() -> Person:
    person = cast().budi
    person.set_password(PASSWORD)
    person.save()
    return person


def enter_password(client: Client, person: Person) -> str:
    """Sign in with the password; return where that leads."""
    sent = {"login": person.username, "password": PASSWORD}
    return client.post(reverse("account_login"), sent).headers["Location"]


def is_inside(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.fixture
def phone(client: Client, budi: Person, clock: SimpleNamespace) -> Phone:
    """The phone of Budi, who turned the second step on and went away."""
    enter_password(client, budi)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    shown = client.get(reverse("mfa_activate_totp")).context["form"].secret
    phone = Phone(shown)
    answer = client.post(reverse("mfa_activate_totp"), {"code": phone.digits(clock.seconds)})
    assert answer.headers["Location"] == reverse("mfa_view_recovery_codes")
    client.post(reverse("account_logout"))
    clock.seconds += HALF_MINUTE
    return phone


def test_the_phone_of_the_test_is_that_of_the_rfc() -> None:
    phone = Phone(base64.b32encode(b"12345678901234567890").decode())

    assert [phone.digits(at) for at in (59, 1111111109, 20000000000)] == [
        *("287082", "081804", "353130")  # RFC 6238, appendix B, the last six digits
    ]


def test_a_password_alone_no_longer_opens_the_account(
    client: Client, budi: Person, phone: Phone
) -> None:
    assert enter_password(client, budi) == STEP

    assert not is_inside(client)
    assert client.get(TODAY).status_code == 302
    assert not is_inside(client)


def test_wrong_digits_are_refused_and_the_right_ones_open(
    client: Client, budi: Person, phone: Phone, clock: SimpleNamespace
) -> None:
    enter_password(client, budi)
    right = phone.digits(clock.seconds)
    stale = phone.digits(clock.seconds - 10 * HALF_MINUTE)

    for wrong in (f"{(int(right) + 1) % 10**6:06}", stale, ""):
        page = client.post(STEP, {"code": wrong})
        assert page.status_code == 200
        assert page.context["form"].errors["code"]
        assert not is_inside(client)

    assert client.post(STEP, {"code": right}).headers["Location"] == TODAY
    assert client.session["_auth_user_id"] == str(budi.pk)


def test_digits_read_over_the_shoulder_open_nothing(
    client: Client, budi: Person, phone: Phone, clock: SimpleNamespace
) -> None:
    seen = {"code": phone.digits(clock.seconds)}
    enter_password(client, budi)
    client.post(STEP, seen)
    stranger = Client()
    enter_password(stranger, budi)

    assert stranger.post(STEP, seen).status_code == 200

    assert is_inside(client)
    assert not is_inside(stranger)


def test_a_code_on_paper_opens_once(
    client: Client, budi: Person, phone: Phone, clock: SimpleNamespace
) -> None:
    enter_password(client, budi)
    client.post(STEP, {"code": phone.digits(clock.seconds)})
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    paper = client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    assert len(paper) == 10
    client.post(reverse("account_logout"))

    enter_password(client, budi)
    assert client.post(STEP, {"code": paper[0]}).headers["Location"] == TODAY
    client.post(reverse("account_logout"))
    enter_password(client, budi)
    assert client.post(STEP, {"code": paper[0]}).status_code == 200
    assert not is_inside(client)
    assert client.post(STEP, {"code": paper[1]}).headers["Location"] == TODAY
    assert is_inside(client)


def test_who_guesses_digits_is_told_to_wait(
    client: Client, budi: Person, phone: Phone, clock: SimpleNamespace
) -> None:
    enter_password(client, budi)
    right = phone.digits(clock.seconds)
    for number in range(1, 11):
        client.post(STEP, {"code": f"{(int(right) + number) % 10**6:06}"})

    client.post(STEP, {"code": right})

    assert not is_inside(client)
