"""What monitors are told: the truth, cheaply, and nothing about people."""

import json
import shutil
import time
from pathlib import Path

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from kodipest.web import health
from tests.factories import homes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(health, "_last", None)
    return homes.move_into(tmp_path / "home", settings)


def beat(home: Path, *, ago: float = 1, busy: bool = False) -> None:
    said = {"time": time.time() - ago, "pid": 1, "busy": busy}
    (home / "run" / "worker.json").write_text(json.dumps(said))


def worker() -> object:
    return health.health()["worker"]["state"]


def test_a_site_that_works_says_so(client: Client, home: Path, settings: Settings) -> None:
    beat(home)

    answer = client.get("/healthz")

    assert answer.status_code == 200
    assert answer.json() == {
        "ok": True,
        "version": settings.VERSION,
        "database": "ok",
        "worker": {"state": "idle", "seen_seconds_ago": 1},
        "disk_free_bytes": answer.json()["disk_free_bytes"],
    }
    assert "no-store" in answer.headers["Cache-Control"]
    assert not answer.cookies


def test_a_database_that_takes_nothing_is_told(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr(health.ContentType.objects, "order_by", lambda _by: full())

    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()["database"]) == (503, "OperationalError")
    assert "full" not in answer.content.decode()


def test_a_disk_that_is_nearly_full_is_told(
    client: Client, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(home)
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _path: usage._replace(free=1000))

    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()["ok"], answer.json()["disk_free_bytes"]) == (
        503,
        False,
        1000,
    )


def test_a_worker_that_never_was_is_told() -> None:
    assert worker() == "absent"


@pytest.mark.parametrize(
    ("ago", "busy", "state"), [(5, False, "idle"), (5, True, "busy"), (600, True, "silent")]
)
def test_the_worker_is_told_by_its_last_sign(
    home: Path, ago: float, busy: bool, state: str
) -> None:
    beat(home, ago=ago, busy=busy)

    assert worker() == state
    assert health.health()["ok"] is True  # what people give is kept; films wait


def test_many_probes_cost_one_write(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    health.health()

    with django_assert_num_queries(0):
        health.health()
