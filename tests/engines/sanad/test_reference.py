"""docs/reference/sanad.md promises: its script works, its format and its codes are ours."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kodipest.engines.sanad import words
from kodipest.engines.sanad.document import read_document
from tests.engines.sanad.chains import edited

PAGE = (Path(__file__).parents[3] / "docs/reference/sanad.md").read_text("utf-8")
SCRIPT = next(
    block for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL) if "load_pem" in block
)


def run_by_hand(folder, document, key):
    (folder / "sanad.json").write_bytes(document)
    (folder / "site.pub").write_text(key.public.pem)
    return subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=folder, capture_output=True, text=True, check=False
    )


def test_the_script_for_hands_verifies_a_chain(tmp_path, document, key):
    run = run_by_hand(tmp_path, document, key)

    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.splitlines()[1] == "2026-11-24T14:00:00Z approved Ustaz Budi"


@pytest.mark.parametrize(
    ("old", "new"), [("Citra", "Eka"), ("approved", "blessed"), ('"step": 2', '"step": 3')]
)
def test_the_script_for_hands_sees_a_change(tmp_path, document, key, old, new):
    run = run_by_hand(tmp_path, document.replace(old.encode(), new.encode()), key)

    assert run.returncode == 1


def test_the_format_shown_has_the_fields_of_an_export(document):
    shown = json.loads(re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)[1])
    real = json.loads(document)

    assert list(shown) == list(real)
    assert shown["links"][0].keys() == real["links"][0].keys()
    assert shown["links"][0]["body"].keys() == real["links"][0]["body"].keys()
    assert read_document(edited(document, lambda parsed: dict(reversed(parsed.items()))))


def test_every_finding_is_explained():
    table = re.search(r"## What is found(.*?)\n## ", PAGE, re.DOTALL)[1]
    explained = set(re.findall(r"`(\w+)`", table)) - {"checks", "head", "id", "keys"}
    sentences = {
        "valid",
        "invalid",
        "where_link",
        "where_document",
        "note",
        "name_hidden",
        "compared",
    }

    assert explained == set(words.WORDS) - sentences
