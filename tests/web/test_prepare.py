"""Preparing a site: every step once, each again when it is needed."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from subprocess import PIPE

import pytest
from django.core.management import call_command
from pytest_django import Settings

from kodipest.web import preparation
from kodipest.web.management.commands import prepare
from kodipest.web.terminal import both
from tests.factories import homes
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db(transaction=True)
STEPS = [
    *("databases", "withdrawn consents", "site key", "languages", "static files", "older books")
]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Settings) -> Path:
    homes.move_into(tmp_path / "home", settings)
    settings.STATIC_ROOT = tmp_path / "home" / "static"
    return settings.HOME


def steps(capsys: pytest.CaptureFixture[str], **options: bool) -> list[str]:
    """Prepare, and list the steps it told of."""
    call_command("prepare", **options)
    return [
        line.partition("(")[2].partition(")")[0] for line in capsys.readouterr().out.splitlines()
    ]


def test_every_step_is_done_once(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "database_files", list)  # the suite's lives in memory
    assert steps(capsys) == STEPS
    assert (home / "keys" / "site.pem").exists()
    assert (home / "static" / "web").is_dir()

    assert steps(capsys) == []
    assert steps(capsys, force=True) == STEPS


@pytest.mark.node
def test_two_at_once_on_an_empty_home_both_end_well(tmp_path: Path) -> None:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings.node",
        "KODIPEST_HOME": str(tmp_path / "empty"),
    }
    environment.pop("DATABASE_URL", None)
    command = [sys.executable, "manage.py", "prepare"]
    both_at_once = [
        subprocess.Popen(
            command, cwd=preparation.ROOT, env=environment, text=True, stdout=PIPE, stderr=PIPE
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=300) for process in both_at_once]

    assert [process.returncode for process in both_at_once] == [0, 0], said
    assert not any("Traceback" in error for _out, error in said)
    # Whoever came second either waited, and said so, or found everything ready.
    assert sorted(out.count("OK") for out, _error in said) == [0, len(STEPS)]


def test_who_comes_second_waits_with_a_word(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    preparation.make_folders(home)
    said: list[str] = []

    def second() -> None:
        with preparation.alone(home, while_waiting=lambda: said.append("waits")):
            said.append("inside")

    with preparation.alone(home, while_waiting=lambda: said.append("never")):
        thread = threading.Thread(target=second)
        thread.start()
        while not said:
            time.sleep(0.01)
        assert said == ["waits"]
    thread.join()
    assert said == ["waits", "inside"]

    prepare.Command().say_that_we_wait()
    told = capsys.readouterr().err
    assert "menunggu" in told
    assert "waiting" in told


def test_it_can_be_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    assert steps(capsys, quiet=True) == []


def test_the_demo_is_seeded_into_an_empty_site_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seeded: list[tuple[str, ...]] = []
    real = prepare.call_command
    monkeypatch.setattr(
        prepare, "call_command",
        lambda *words, **options: seeded.append(words) if words[0] == "seed_demo" else real(*words, **options),
    )  # fmt: skip
    assert steps(capsys) == STEPS  # not asked for
    assert steps(capsys, demo=True) == [*STEPS, "demo people and works"]

    PersonFactory()
    assert steps(capsys, demo=True, force=True) == STEPS

    assert seeded == [("seed_demo", "--without", "films")]


def test_static_files_are_collected_when_they_changed(home: Path) -> None:
    prepare.collect_static(home)
    (home / "static" / "old.css").touch()

    prepare.collect_static(home)
    assert (home / "static" / "old.css").exists()  # nothing to do

    (home / "static" / ".collected").write_text("another digest")
    prepare.collect_static(home)
    assert not (home / "static" / "old.css").exists()


@pytest.mark.parametrize(
    "harm", ["no mark", "torn mark", "another program", "lost file", "no demo"]
)
def test_a_site_is_not_ready_when_something_is_amiss(home: Path, tmp_path: Path, harm: str) -> None:
    database = tmp_path / "database"
    database.touch()
    preparation.mark_ready(home, [str(database)], demo=harm != "no demo")
    assert preparation.is_ready(home)
    mark = home / "run" / "prepared.json"
    if harm == "no mark":
        preparation.forget(home)
    elif harm == "torn mark":
        mark.write_text(mark.read_text()[:-5])
    elif harm == "another program":
        mark.write_text(mark.read_text().replace(preparation.fingerprint(), "0"))
    elif harm == "lost file":
        database.unlink()

    assert not preparation.is_ready(home, demo=True)


def test_two_languages_are_said_together() -> None:
    assert both("satu", "one") == "satu\none"
