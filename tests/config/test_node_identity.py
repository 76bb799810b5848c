"""A node answers under its own names, also those it was given a moment ago, and under nobody else's."""

import socket
from types import SimpleNamespace

import pytest
from django.http.request import HttpRequest, validate_host
from django.test import Client
from pytest_django import Settings

from config import node_identity
from config.node_identity import OwnNames, own_names

V4, V6 = socket.AF_INET, socket.AF_INET6


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[SimpleNamespace]]:
    """The interfaces of a laptop in a pesantren; a test may plug another cable in."""
    interfaces = {"lo": [SimpleNamespace(family=V4, address="127.0.0.1")]}
    monkeypatch.setattr(node_identity.psutil, "net_if_addrs", lambda: interfaces)
    monkeypatch.setattr(node_identity.socket, "gethostname", lambda: "Laptop-Dapur")
    return interfaces


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    now = SimpleNamespace(seconds=1000.0)
    monkeypatch.setattr(node_identity.time, "monotonic", lambda: now.seconds)
    return now


def test_own_names_are_the_host_and_its_private_addresses(network) -> None:
    network["wlan0"] = [
        SimpleNamespace(family=V4, address="192.168.1.7"),
        SimpleNamespace(family=V6, address="fe80::1:2%wlan0"),
        SimpleNamespace(family=V6, address="2001:4860:4860::8888"),
        SimpleNamespace(family=V4, address="8.8.8.8"),
        SimpleNamespace(family=V4, address="0.0.0.0"),
        SimpleNamespace(family=V4, address="nonsense"),
        SimpleNamespace(family=-1, address="02:42:ac:11:00:02"),
    ]

    assert own_names() == [
        "127.0.0.1", "192.168.1.7", "[::1]", "[fe80::1:2]", "laptop-dapur", "laptop-dapur.local", "localhost",
    ]  # fmt: skip


def test_a_host_that_calls_itself_local_is_local_once(network, monkeypatch) -> None:
    monkeypatch.setattr(node_identity.socket, "gethostname", lambda: "dapur.local")

    assert {"dapur.local"} == {name for name in own_names() if "dapur" in name}


def test_this_computer_names_itself() -> None:
    names = own_names()

    assert {"localhost", "127.0.0.1", socket.gethostname().lower()} <= {*names}
    assert not [name for name in names if name.startswith((".", "*"))]


def test_a_new_address_is_known_within_seconds_without_a_restart(network, clock) -> None:
    names = OwnNames()
    assert not validate_host("10.0.0.9", names)
    network["usb0"] = [SimpleNamespace(family=V4, address="10.0.0.9")]

    clock.seconds += 4
    assert not validate_host("10.0.0.9", names)
    clock.seconds += 2
    assert validate_host("10.0.0.9", names)

    del network["usb0"]
    clock.seconds += 6
    assert not validate_host("10.0.0.9", names)


def test_the_network_is_looked_at_seldom(network, clock, monkeypatch) -> None:
    looked = []
    monkeypatch.setattr(
        node_identity, "own_names", lambda: looked.append(clock.seconds) or ["localhost"]
    )
    names = OwnNames()

    for _request in range(100):
        assert validate_host("localhost", names)
        clock.seconds += 0.1

    assert len(looked) == 2


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("192.168.1.7", 200),
        ("192.168.1.7:8000", 200),
        ("LAPTOP-DAPUR.local:8000", 200),
        ("[::1]:8000", 200),
        ("192.168.1.8", 400),
        ("evil.example", 400),
        ("192.168.1.7.evil.example", 400),
        ("laptop-dapur.local.evil.example", 400),
        ("other.local", 400),
        ("sub.laptop-dapur.local", 400),
    ],
)
@pytest.mark.django_db
def test_only_the_own_names_are_answered(network, settings: Settings, host, status) -> None:
    network["wlan0"] = [SimpleNamespace(family=V4, address="192.168.1.7")]
    settings.ALLOWED_HOSTS = OwnNames()

    assert Client(headers={"host": host}).get("/").status_code == status


def test_django_takes_it_for_the_list_it_wants(network, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = OwnNames()
    request = HttpRequest()
    request.META["HTTP_HOST"] = "laptop-dapur"

    assert isinstance(settings.ALLOWED_HOSTS, list)
    assert request.get_host() == "laptop-dapur"
    assert [*settings.ALLOWED_HOSTS, "testserver"][-1] == "testserver"
