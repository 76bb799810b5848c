"""The doctor finds each kind of harm, names it, and heals nothing unless told to."""

import contextlib
import json
import os
import time
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from kodipest.engines.media import storage
from kodipest.engines.media.models import Transcode
from kodipest.people import journal
from kodipest.people.models import AuditEntry, Purpose
from kodipest.people.queries import has_consent
from kodipest.web import doctor
from kodipest.works.models import Attestation, Work
from kodipest.works.sanad import site_key
from tests.factories import homes
from tests.factories.media import OriginalFactory, TranscodeFactory, fill_folder
from tests.factories.people import cast, consent
from tests.factories.stages import approved, published, started

pytestmark = pytest.mark.django_db(transaction=True)
LONG_AGO = time.time() - 3 * 24 * 3600


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Settings) -> Path:
    return homes.move_into(tmp_path / "home", settings)


def faults(**depth: bool) -> list[str]:
    return doctor.examine(**depth).faults


def mend() -> None:
    """Run the command; the suite's SQLite lives in memory, is not durable, and so ends with 1."""
    with contextlib.suppress(SystemExit):
        call_command("doctor", mend=True)


def age(path: Path) -> None:
    os.utime(path, (LONG_AGO, LONG_AGO))


def test_a_sound_site_has_no_faults() -> None:
    published(cast())
    TranscodeFactory()

    found = doctor.examine()

    assert [fault for fault in found.faults if not fault.startswith("1 durable")] == []
    assert found.examined == [
        "1 durable", "2 no ghosts", "3 content", "5 states", "7 audit", "8 privacy", "9 consent",
    ]  # fmt: skip


@pytest.mark.node
def test_a_real_node_is_durable(home: Path) -> None:
    assert homes.manage(home, "prepare", "--quiet").returncode == 0

    answer = homes.manage(home, "doctor", "--deep", "--json")

    assert (json.loads(answer.stdout)["faults"], answer.returncode) == ([], 0)


def test_a_missing_original_is_found() -> None:
    original = OriginalFactory()
    original.path.unlink()

    assert (
        f"3 content: {original.sha256}: missing, expected {original.size_bytes} bytes" in faults()
    )


def test_a_changed_original_is_found_by_reading_it() -> None:
    original = OriginalFactory()  # its bytes on the disk are not those of its hash

    assert not any(original.sha256 in fault for fault in faults())
    assert any(original.sha256 in fault for fault in faults(deep=True))


@pytest.mark.parametrize("folder", ["originals/ab", "incoming", "renditions"])
def test_what_nobody_knows_is_found_when_it_is_old(home: Path, folder: str) -> None:
    stray = home / "media" / folder / "stray"
    stray.mkdir(parents=True)
    assert not any("stray" in fault for fault in faults())

    age(stray)

    assert len([fault for fault in faults() if "stray" in fault]) == 1


def test_a_work_that_jumped_is_found() -> None:
    work = approved(cast())
    Work.objects.filter(pk=work.pk).update(stage="publication")

    expected = f"5 states: work {work.pk} is at publication, its passages lead to coaching"
    assert expected in faults()


def test_a_forbidden_passage_is_found() -> None:
    work = approved(cast())
    work.passages.filter(to_stage="coaching").update(to_stage="publication")

    assert any(f"work {work.pk} went from training to publication" in fault for fault in faults())


def test_a_lease_that_never_ended_is_found() -> None:
    row = TranscodeFactory(running=True)
    Transcode.objects.filter(pk=row.pk).update(lease_until="2020-01-01T00:00Z")

    assert any(f"transcode {row.pk} is held by elsewhere/1/1" in fault for fault in faults())


def test_a_changed_audit_line_is_found() -> None:
    started(cast())
    AuditEntry.objects.filter(sequence=1).update(facts={"nothing": "happened"})

    assert [fault for fault in faults() if fault.startswith("7 audit: audit line 1: digest is")]


def test_a_changed_sanad_is_found() -> None:
    edition = published(cast())
    link = Attestation.objects.filter(work=edition.work).first()
    Attestation.objects.filter(pk=link.pk).update(body=link.body.replace('"made"', '"blessed"'))

    assert any(f"the sanad of work {edition.work_id} does not hold" in fault for fault in faults())


def test_a_file_open_to_the_public_by_mistake_is_found_and_closed() -> None:
    transcode = TranscodeFactory(done=True)
    fill_folder(transcode, master_m3u8=b"#EXTM3U")
    storage.link_public(transcode.folder)
    expected = f"8 privacy: renditions {transcode.folder} are open to the public and should not be"
    assert expected in faults()

    mend()

    assert expected not in faults()


def test_a_withdrawal_that_is_not_in_force_is_found_and_mended(home: Path) -> None:
    people = cast()
    given = consent(people.aisyah, Purpose.PUBLIC)
    line = journal.entry("withdraw_consent", given.pk, at=given.given_at, by=None)
    journal.journal_of(home).append([line])
    assert any(fault.startswith("9 consent: withdraw_consent") for fault in faults())

    mend()

    assert not [fault for fault in faults() if fault.startswith("9 consent")]
    assert not has_consent(people.aisyah, Purpose.PUBLIC)


def test_a_journal_that_others_can_read_is_found(home: Path) -> None:
    (home / "journal").mkdir(mode=0o755)

    assert "8 privacy: journal has mode 755, expected 700" in faults()


def test_a_key_that_others_can_read_is_found(home: Path) -> None:
    site_key()
    (home / "keys" / "site.pem").chmod(0o644)

    assert "8 privacy: site.pem has mode 644, expected 600" in faults()


def test_lost_renditions_wait_again_when_mended() -> None:
    transcode = TranscodeFactory(done=True)  # its folder was never filled
    assert any("is missing" in fault for fault in faults())

    mend()

    transcode.refresh_from_db()
    assert (transcode.state, transcode.folder) == ("waiting", "")


def test_a_fault_is_an_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    original = OriginalFactory()
    original.path.unlink()

    with pytest.raises(SystemExit) as ended:
        call_command("doctor")

    said = capsys.readouterr()
    assert ended.value.code == 1
    assert "3 content: 1 faults" in said.out
    assert original.sha256 in said.err


def test_rows_only_leaves_the_files_out() -> None:
    OriginalFactory().path.unlink()

    assert not any(fault.startswith("3 content") for fault in faults(files=False))
