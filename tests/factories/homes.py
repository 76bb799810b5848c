"""State folders of sites, and the command line of the site in one of them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from pytest_django import Settings

from kodipest.web.backup import databases
from kodipest.web.preparation import make_folders

ROOT = Path(__file__).resolve().parents[2]
MAY_FORGET = "KODIPEST_DATABASE_MAY_FORGET"
QUICKLY = {"DJANGO_SETTINGS_MODULE": "tests.factories.node_settings"}


def move_into(home: Path, settings: Settings) -> Path:
    """Make `home` the state folder of this process for one test."""
    make_folders(home)
    settings.HOME = home
    settings.MEDIA_ROOT = home / "media"
    return home


def environment(home: Path, *, database: str = "") -> dict[str, str]:
    """Return the environment of a node at `home`, on SQLite unless told the address of a database."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if (name == MAY_FORGET or not name.startswith(("COV_", "PYTEST_", "KODIPEST_")))
        and name not in {"DATABASE_URL", "SECRET_KEY"}
    }
    if database:
        clean["DATABASE_URL"] = database
    return clean | {"KODIPEST_HOME": str(home), "DJANGO_SETTINGS_MODULE": "config.settings.node"}


def manage(home: Path, *words: str, database: str = "") -> subprocess.CompletedProcess[str]:
    """Run `manage.py` of the site at `home` in a process of its own, for which nothing is compressed."""
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=environment(home, database=database) | QUICKLY,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@contextmanager
def fresh_database() -> Iterator[str]:
    """Give the address of an empty database of the kind under test; empty for SQLite in the home."""
    if connection.vendor == "sqlite":
        yield ""
        return
    with databases.scratch_database() as name:
        yield databases.address_of(name)
