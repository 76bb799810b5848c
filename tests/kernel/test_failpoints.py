import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django import Settings

from kodipest.kernel import failpoints
from tests.factories import homes

DIES = "from kodipest.kernel import failpoints; failpoints.reach('before_join'); print('alive')"


def run(home: Path, settings: str, named: str) -> subprocess.CompletedProcess[str]:
    environment = homes.environment(home) | {
        "DJANGO_SETTINGS_MODULE": settings,
        "KODIPEST_FAILPOINT": named,
    }
    command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", DIES]
    return subprocess.run(
        command, cwd=homes.ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_no_place_is_deadly_unless_named(settings: Settings) -> None:
    assert settings.FAILPOINT == ""
    failpoints.reach("withdrawal_committed")


def test_a_place_that_is_not_declared_is_an_error(settings: Settings) -> None:
    with pytest.raises(LookupError, match="nowhere"):
        failpoints.reach("nowhere")

    settings.FAILPOINT = "misspelt"
    with pytest.raises(LookupError, match="misspelt"):
        failpoints.reach("before_join")


def test_every_place_in_the_program_is_declared_and_the_other_way_round() -> None:
    sources = (path.read_text() for path in (homes.ROOT / "kodipest").rglob("*.py"))
    reached = [
        name for text in sources for name in re.findall(r'failpoints\.reach\("(\w+)"\)', text)
    ]

    assert sorted(reached) == sorted(failpoints.PLACES)


@pytest.mark.parametrize(
    ("settings_module", "named", "code"),
    [
        ("config.settings.test", "before_join", -signal.SIGKILL),
        ("config.settings.test", "after_join", 0),
        ("config.settings.node", "before_join", 0),
    ],
)
def test_a_named_place_ends_the_process_in_tests_only(
    tmp_path: Path, settings_module: str, named: str, code: int
) -> None:
    done = run(tmp_path, settings_module, named)

    assert done.returncode == code, done.stderr
    assert ("alive" in done.stdout) == (code == 0)
