"""What the programs of a node keep out of memory while nothing waits for them."""

from pathlib import Path

import pytest

from tests.factories import homes

HEAVY = {
    "PIL",
    "av",
    "babel",
    "fasttext",
    "numpy",
    "psycopg",
    "pypdf",
    "pypdfium2",
    "pysubs2",
    "segno",
}
FOR_PAGES = {"cryptography", "markdown_it"}  # the first: through the passkeys of allauth

WORKER = """
from kodipest.engines.media.management.commands.work import Foreman
foreman = Foreman(interval=1)
foreman.go_round()
for lane in foreman.lanes:
    lane._take()
"""
WEB = """
from django.test import Client
import config.serve
assert Client().get("/", headers={"host": "127.0.0.1"}).status_code == 200
"""
ASK = "import sys; print(*sorted({name.partition('.')[0] for name in sys.modules}))"


@pytest.mark.parametrize(("program", "absent"), [(WORKER, HEAVY | FOR_PAGES), (WEB, HEAVY)])
def test_nothing_heavy_is_loaded_before_it_is_needed(
    tmp_path: Path, program: str, absent: set[str]
) -> None:
    home = tmp_path / "home"
    homes.manage(home, "prepare", "--quiet")

    done = homes.manage(home, "shell", "--no-imports", "-c", f"{program}\n{ASK}")

    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "django" in loaded
    assert loaded & absent == set()
