"""The import contracts hold, and each of them would notice: broken once on purpose, in a copy."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
CONTRACTS = {contract["id"]: contract["name"] for contract in SETTINGS["contracts"]}
ROOMS = next(contract for contract in SETTINGS["contracts"] if contract["id"] == "rooms")
# Where somebody writes which import, and the contract that must notice.
TRESPASSES = {
    "apps": ("kodipest/kernel/errors.py", "from kodipest.people import models"),
    "deployment": ("kodipest/kernel/errors.py", "from config import routers"),
    "stages": (
        "kodipest/stages/coaching/queries.py",
        "from kodipest.stages.curation import models",
    ),
    "engines": ("kodipest/engines/sync/bundle.py", "from kodipest.engines.sanad import errors"),
    "pure": ("kodipest/engines/sanad/errors.py", "from django.core import exceptions"),
    "rooms": ("kodipest/works/models.py", "from kodipest.works import operations"),
    "views": ("kodipest/works/operations/files.py", "from kodipest.web import views"),
}
# Apps inside an app have the same rooms: something low that reaches for something high in each.
SMALL_ROOMS = {
    "kodipest.engines.media.arrivals": ("views", "urls"),
    "kodipest.stages.publication.desk": ("views", "urls"),
    "kodipest.web": ("views", "urls"),
    "kodipest.web.profiles": ("views", "urls"),
    "kodipest.web.today": ("forms", "urls"),
    "kodipest.works.captions": ("operations", "forms"),
    "kodipest.works.preparations": ("rules", "queries"),
    "kodipest.works.reading": ("views", "urls"),
}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Return a copy of the program in which walls may be broken."""
    for name in ("kodipest", "config"):
        shutil.copytree(
            ROOT / name,
            tmp_path / name,
            ignore=lambda folder, names: [
                each
                for each in names
                if not (each.endswith(".py") or (Path(folder) / each).is_dir())
            ],
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def broken_in(house: Path) -> tuple[int, set[str]]:
    """Run the linter in `house`; return its exit code and the ids of the broken contracts."""
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as go; go()", "--no-cache", "--no-logo"],
        cwd=house, capture_output=True, text=True, check=False, env={"COLUMNS": "300", "PYTHONPATH": str(house)},
    )  # fmt: skip
    lines = done.stdout.splitlines()
    names = {identity for identity, name in CONTRACTS.items() if f"{name} BROKEN" in lines}
    return done.returncode, names


def test_contracts_hold(house: Path) -> None:
    assert broken_in(house) == (0, set())


@pytest.mark.parametrize("contract", CONTRACTS)
def test_contract_notices_a_trespass(house: Path, contract: str) -> None:
    file, line = TRESPASSES[contract]
    with (house / file).open("a") as module:
        module.write(f"\n{line}\n")

    code, broken = broken_in(house)

    assert code == 1
    assert contract in broken


@pytest.mark.parametrize("app", SMALL_ROOMS)
def test_a_small_app_keeps_its_rooms_apart(house: Path, app: str) -> None:
    low, high = SMALL_ROOMS[app]
    with (house / app.replace(".", "/") / f"{low}.py").open("a") as module:
        module.write(f"\nfrom {app} import {high}\n")

    assert broken_in(house) == (1, {"rooms"})


def test_every_app_with_rooms_is_kept_apart() -> None:
    """A new app inside an app must be told to the contract, and be broken here once."""
    names = {layer.strip("()") for line in ROOMS["layers"] for layer in line.split(" | ")}
    apps = {
        ".".join(folder.relative_to(ROOT).parts)
        for folder in {file.parent for file in (ROOT / "kodipest").rglob("*.py")}
        if sum((folder / f"{n}.py").exists() or (folder / n).is_dir() for n in names) > 1
    }
    told = {
        app
        for app in apps
        for container in ROOMS["containers"]
        if re.fullmatch(container.replace(".", r"\.").replace("*", "[^.]+"), app)
    }
    large = {app for app in apps if re.fullmatch(r"kodipest\.(people|works|stages\.\w+)", app)}

    assert told == apps
    assert apps - large - {"kodipest.engines.media"} == set(SMALL_ROOMS)


def test_new_app_must_be_given_its_place(house: Path) -> None:
    (house / "kodipest" / "gossip").mkdir()
    (house / "kodipest" / "gossip" / "__init__.py").touch()

    assert broken_in(house) == (1, {"apps"})
