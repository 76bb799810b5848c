"""Kill the process at each moment of a withdrawal, then put the old database back: what was
acknowledged stays withdrawn."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.factories import homes

pytestmark = pytest.mark.long
PREPARE = """
from tests.factories.people import cast, consent
from kodipest.people.models import Purpose
people = cast()
consent(people.aisyah, Purpose.PUBLIC)
"""
WITHDRAW = """
from kodipest.people.models import *
from kodipest.people.operations import withdraw_consent
withdraw_consent(consent=Consent.objects.get(), by=Person.objects.get(name="Dewi Anggraini"))
print("acknowledged")
"""
RESTART = """
from kodipest.people import journal
journal.reconcile()
"""
OLD_DATABASE = """
from kodipest.people.models import Withdrawal
Withdrawal.objects.all().delete()
"""
ASK = """
from kodipest.people import journal
from kodipest.people.models import *
from kodipest.people.queries import living_consents
print(living_consents(Purpose.PUBLIC).count(), list(journal.faults()))
"""


def run(home: Path, words: str, *, database: str, failpoint: str = "") -> tuple[int, str]:
    environment = homes.environment(home, database=database) | {
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "KODIPEST_FAILPOINT": failpoint,
        "PYTHONPATH": str(homes.ROOT),
    }
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", words],
        cwd=homes.ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr
    return done.returncode, done.stdout


@pytest.mark.django_db(transaction=True)
def test_no_acknowledged_withdrawal_is_lost_by_a_kill(tmp_path: Path) -> None:
    seen = {}
    for failpoint in (
        "withdrawal_uncommitted",
        "withdrawal_committed",
        "withdrawal_journaled",
        "",
    ):
        home = tmp_path / (failpoint or "whole")
        with homes.fresh_database() as database:
            migrated = PREPARE_TABLES + PREPARE
            homes.make_folders(home)
            run(home, migrated, database=database)
            code, said = run(home, WITHDRAW, database=database, failpoint=failpoint)
            assert (code, "acknowledged" in said) == ((0, True) if not failpoint else (-9, False))
            run(home, RESTART, database=database)
            restarted = run(home, ASK, database=database)[1].split(maxsplit=1)
            run(home, OLD_DATABASE + RESTART, database=database)
            restored = run(home, ASK, database=database)[1].split(maxsplit=1)
        shutil.rmtree(home)
        assert restarted == restored
        seen[failpoint] = restored[0]
        assert restored[1].strip() == "[]"

    assert seen == {
        "withdrawal_uncommitted": "1",  # in flight: as if nobody had asked
        "withdrawal_committed": "0",
        "withdrawal_journaled": "0",
        "": "0",
    }


PREPARE_TABLES = """
from django.core.management import call_command
call_command("migrate", verbosity=0, interactive=False)
"""
