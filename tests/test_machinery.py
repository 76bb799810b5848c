"""What the commands and documents promise about themselves."""

import re
import runpy
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
COMMANDS = {
    "help",
    "run",
    "test",
    "coverage",
    "check",
    "fix",
    "demo",
    "bench",
    "lock",
    "messages",
    "clean",
}
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_help_names_every_command() -> None:
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)

    assert set(re.findall(r"^  make (\w+)", done.stdout, re.MULTILINE)) == COMMANDS


@pytest.mark.parametrize(
    "lock", [path for path in LOCKS if path.name != "floors.txt"], ids=lambda path: path.name
)
def test_lock_files_carry_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text()
    pins = re.findall(r"^[a-z0-9].*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)

    assert pins
    assert [pin.split()[0] for pin in pins if "--hash=sha256:" not in pin] == []
    assert "://" not in text
    assert "index" not in text.replace("--no-emit-index-url", "")


def test_every_dependency_says_what_for() -> None:
    lines = (ROOT / "pyproject.toml").read_text().partition("\n[tool.")[0].splitlines()
    wanted = [line.strip() for line in lines if re.match(r'\s+"[\w\[\]-]+[~=<>]', line)]
    wanted += (ROOT / "requirements" / "dev.in").read_text().splitlines()

    assert len(wanted) > 20
    assert [
        line for line in wanted if line and not line.startswith("#") and " # " not in line
    ] == []


def test_what_is_declared_is_locked() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = {re.match(r"[\w-]+", line)[0].lower() for line in declared}
    locked = set(
        re.findall(
            r"^([\w-]+)(?:\[\w+\])?==",
            (ROOT / "requirements" / "node.txt").read_text(),
            re.MULTILINE,
        )
    )

    assert names - locked == set()


def test_a_pin_below_its_floor_is_named(tmp_path: Path) -> None:
    for name in ("floors.py", "floors.txt"):
        shutil.copy(ROOT / "requirements" / name, tmp_path)
    (tmp_path / "node.txt").write_text("django==5.2.1 \\\n    --hash=sha256:0\npillow==13.0.0\n")

    floors = runpy.run_path(str(tmp_path / "floors.py"))

    assert floors["faults"]() == ["node.txt: django 5.2.1, at least 5.2.9 is needed"]


def test_our_pins_stand_above_their_floors() -> None:
    assert runpy.run_path(str(ROOT / "requirements" / "floors.py"))["faults"]() == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_documents_link_to_what_is_there(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", document.read_text())
    local = [link for link in links if "://" not in link and not link.startswith("mailto:")]

    assert [link for link in local if not (document.parent / link).exists()] == []


def test_the_commands_of_the_readme_exist() -> None:
    text = (ROOT / "README.md").read_text() + (ROOT / "CONTRIBUTING.md").read_text()

    assert set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE)) - COMMANDS == set()


def test_the_ci_script_is_sound_shell() -> None:
    script = ROOT / ".ci" / "run"

    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", script], check=True)


def test_the_first_heading_of_the_changelog_is_the_version() -> None:
    from django.conf import settings

    assert re.fullmatch(r"\d+\.\d+\.\d+", settings.VERSION)
