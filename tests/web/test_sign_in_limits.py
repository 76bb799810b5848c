"""Who tries too often is told to wait, and nobody else is, with a proxy in front or without."""

import importlib

import pytest
from django.core.cache import cache
from django.test import Client

from kodipest.people.models import Person

pytestmark = pytest.mark.django_db
TRIES_A_MINUTE = 10  # of allauth, by address
CADDY = "10.9.8.7"


@pytest.fixture(autouse=True)
def forgotten() -> None:
    cache.clear()


@pytest.fixture
def aisyah() -> Person:
    return Person.objects.create_user("aisyah", "kapal-kertas-biru", name="Aisyah")


@pytest.fixture
def hub(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Count addresses as the settings of a hub say."""
    for name in ("SECRET_KEY", "KODIPEST_HOSTS", "REDIS_URL"):
        monkeypatch.setenv(name, "redis://nowhere.example")
    monkeypatch.setenv("DATABASE_URL", "postgresql://nowhere.example/hub")
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = importlib.import_module(
        "config.settings.hub"
    ).ALLAUTH_TRUSTED_PROXY_COUNT


def guess(forwarded_for: str, number: int) -> None:
    headers = {"x-forwarded-for": forwarded_for}
    sent = {"login": f"nobody{number}", "password": "wrong"}
    Client(headers=headers, REMOTE_ADDR=CADDY).post("/akun/login/", sent)


def may_enter(forwarded_for: str) -> bool:
    client = Client(headers={"x-forwarded-for": forwarded_for}, REMOTE_ADDR=CADDY)
    client.post("/akun/login/", {"login": "aisyah", "password": "kapal-kertas-biru"})
    return "_auth_user_id" in client.session


@pytest.mark.usefixtures("aisyah")
def test_an_invented_forwarded_address_does_not_help_on_a_node() -> None:
    for number in range(TRIES_A_MINUTE):
        guess(f"203.0.113.{number}", number)

    assert not may_enter("203.0.113.99")


@pytest.mark.usefixtures("aisyah", "hub")
def test_wrong_passwords_from_elsewhere_shut_nobody_out_of_a_hub() -> None:
    for number in range(TRIES_A_MINUTE):
        guess("198.51.100.1", number)

    assert may_enter("203.0.113.5")


@pytest.mark.usefixtures("aisyah", "hub")
def test_behind_a_proxy_only_the_address_it_saw_counts() -> None:
    for number in range(TRIES_A_MINUTE):
        guess(f"203.0.113.{number}, 198.51.100.1", number)  # the first is the sender's invention

    assert not may_enter("203.0.113.77, 198.51.100.1")
