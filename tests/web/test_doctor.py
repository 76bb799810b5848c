"""The doctor finds each kind of harm, names it, and heals nothing unless told to."""

import contextlib
import json
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries as Queries
from pytest_django import Settings

from kodipest.engines.media import storage
from kodipest.engines.media.models import Arrival, Section, Transcode
from kodipest.engines.media.operations import sweep_media
from kodipest.people import journal
from kodipest.people.models import AuditEntry, Purpose
from kodipest.people.queries import has_consent
from kodipest.web import doctor
from kodipest.works.models import Asset, Attestation, Caption, Revision, Work
from kodipest.works.sanad import site_key
from tests.factories import homes
from tests.factories.media import OriginalFactory, TranscodeFactory, fill_folder
from tests.factories.people import cast, consent
from tests.factories.stages import approved, handed_in, published, started, started_film
from tests.factories.works import RevisionFactory

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
        "1 durable", "2 no ghosts", "3 content", "5 states", "6 conservation", "7 audit",
        "8 privacy", "9 consent",
    ]  # fmt: skip


@pytest.mark.node
def test_a_real_node_is_durable(home: Path) -> None:
    assert homes.manage(home, "prepare", "--quiet").returncode == 0

    answer = homes.manage(home, "doctor", "--deep", "--json")

    assert (json.loads(answer.stdout)["faults"], answer.returncode) == ([], 0)


def forgetful() -> list[str]:
    """What is wrong with the database of the suite, which is quick and forgets."""
    if connection.vendor == "sqlite":
        return ["journal_mode is memory, expected wal"]
    return [
        f"{name} is off, expected on"
        for name in ("fsync", "synchronous_commit", "full_page_writes")
    ]


def test_a_database_that_forgets_is_found(settings: Settings) -> None:
    settings.DATABASE_MAY_FORGET = False

    assert {f"1 durable: {said}" for said in forgetful()} <= set(faults())
    assert doctor.examine().notes == []


def test_that_a_database_may_forget_is_noted(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.DATABASE_MAY_FORGET = True

    assert faults() == []
    call_command("doctor")
    assert f"note: 1 durable: {forgetful()[0]}\n" in capsys.readouterr().out


@pytest.mark.skipif("connection.vendor == 'sqlite'")
def test_a_commit_that_waits_for_this_disk_alone_is_durable() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO local")
    try:
        assert not any("synchronous_commit" in said for said in doctor.settings_of_the_database())
    finally:
        connection.close()


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


def section(film: Transcode, number: int, **fields: object) -> Section:
    return Section.objects.create(
        transcode=film, number=number, fingerprint=f"{number:032x}", runs=1, **fields
    )


def test_sections_of_a_long_film_are_no_strays(home: Path) -> None:
    film = TranscodeFactory(running=True)
    made = section(film, 0, state="done", folder=f"{0:032x}-1", progress=1)
    for name in (film.folder, made.folder, "stray"):
        (home / "media" / "renditions" / name).mkdir(parents=True)
        age(home / "media" / "renditions" / name)

    assert list(doctor.stray_files()) == ["renditions stray have no row and are older than a day"]


def test_a_finished_addition_that_waits_to_be_joined_is_no_stray(home: Path) -> None:
    row = TranscodeFactory(high=True, runs=1)
    made = home / "media" / "renditions" / f"{row.fingerprint}-1"
    made.mkdir(parents=True)
    (made / "manifest.json").write_text("{}")
    age(made)
    assert list(doctor.stray_files()) == []

    Transcode.objects.filter(pk=row.pk).update(runs=2)  # the next attempt did not need it

    assert len(list(doctor.stray_files())) == 1


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


def test_a_lease_of_a_section_that_never_ended_is_found() -> None:
    held = {"lease_by": "elsewhere/2/1", "lease_until": "2020-01-01T00:00Z"}
    row = section(TranscodeFactory(running=True), 3, state="running", folder="x-1", **held)

    expected = f"5 states: section {row.pk} is held by elsewhere/2/1 since 2020-01-01 00:00"
    assert expected in faults()


def sent(**fields: object) -> Arrival:
    """Let Aisyah be sending ten bytes."""
    soon = timezone.now() + timedelta(days=1)
    return Arrival.objects.create(owner=cast().aisyah, length=10, expires_at=soon, **fields)


def test_a_writer_that_never_let_go_is_found_unless_a_sweep_was_there() -> None:
    row = sent(writer="elsewhere/3/1~ab", writer_until="2020-01-01T00:00Z")
    expected = f"5 states: upload {row.pk} is held by elsewhere/3/1~ab since 2020-01-01 00:00"
    assert expected in faults()

    assert sweep_media().writers == 1

    assert expected not in faults()


def test_a_writer_that_is_at_work_is_left_alone_by_a_sweep() -> None:
    row = sent(writer="elsewhere/3/1~ab", writer_until=timezone.now())

    assert sweep_media().writers == 0
    row.refresh_from_db()
    assert row.writer == "elsewhere/3/1~ab"


def test_more_than_the_limit_is_a_note_for_a_limit_may_be_lowered(settings: Settings) -> None:
    row = sent(quota_group="a house")
    settings.UPLOAD_QUOTA_PER_PERSON = settings.UPLOAD_QUOTA_PER_GROUP = 10
    assert not conservation().notes

    settings.UPLOAD_QUOTA_PER_PERSON = settings.UPLOAD_QUOTA_PER_GROUP = 9

    said = "keeps 10 bytes, the limit is 9: was it lowered?"
    found = conservation()
    assert found.notes == [
        f"6 conservation: person {row.owner_id} {said}", f"6 conservation: group a house {said}"
    ]  # fmt: skip
    assert not [fault for fault in found.faults if fault.startswith("6")]
    settings.UPLOAD_QUOTA_PER_PERSON = settings.UPLOAD_QUOTA_PER_GROUP = 0  # no limit
    assert not conservation().notes


def conservation() -> doctor.Findings:
    """Examine; leave out what the suite's database may be noted for."""
    found = doctor.examine()
    found.notes = [note for note in found.notes if note.startswith("6")]
    return found


def test_a_sum_that_does_not_agree_is_found() -> None:
    original = OriginalFactory(content=b"twelve bytes")
    adopted = {"original": original, "adopted_at": timezone.now(), "offset": 10}
    row = sent(**adopted)

    expected = f"upload {row.pk} counts for 10 bytes, its original has 12"
    assert f"6 conservation: {expected}" in faults()


def test_a_sealed_version_that_was_changed_is_found() -> None:
    work = handed_in(cast())  # nobody has published it yet
    sealed = work.newest_revision
    assert list(doctor.contents()) == []

    Revision.objects.filter(pk=sealed.pk).update(body="Every evening we dance.")

    (said,) = (fault for fault in faults() if f"of work {work.pk} hashes to" in fault)
    assert said.startswith("3 content: version 1 of")
    assert said.endswith(f"sealed as {sealed.content_hash}")


def test_a_changed_file_or_caption_of_a_sealed_version_is_found() -> None:
    people = cast()
    films = [started_film(people, title=title) for title in ("One", "Two")]
    captions = [
        {"revision": film.newest_revision, "language": "id", "cues": [[0, 1, "Ya."]]}
        for film in films
    ]
    Caption.objects.bulk_create(Caption(**each, changed_by=people.aisyah) for each in captions)
    Revision.objects.update(caption_languages=["id"])
    for film in films:
        handed_in(people, film)
    assert list(doctor.contents()) == []

    Asset.objects.filter(revision__work=films[0]).update(original=OriginalFactory())
    Caption.objects.filter(revision__work=films[1]).update(cues=[[0, 1, "Tidak."]])

    assert len(list(doctor.contents())) == 2


def test_sealed_versions_are_read_in_pieces(django_assert_num_queries: Queries) -> None:
    RevisionFactory.create_batch(3, sealed=True)
    RevisionFactory()

    with django_assert_num_queries(3):  # versions, their files, their captions
        assert len(list(doctor.contents())) == 3


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
