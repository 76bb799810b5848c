"""A copy counts when it has been brought back; whatever is wrong with it, nothing is half-written."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from kodipest.engines.media import storage
from kodipest.engines.media.models import Original, Transcode
from kodipest.engines.media.operations import adopt_file
from kodipest.engines.sync.bundle import Bundle
from kodipest.people.models import AuditEntry, Person
from kodipest.web.backup import copies, databases, keys
from kodipest.web.backup.copies import CopyError, make_copy, open_copy, restore_copy
from kodipest.web.management.commands.restore import Command
from kodipest.works import sanad
from tests.factories import homes
from tests.factories.media import TranscodeFactory, fill_folder, film
from tests.factories.people import cast
from tests.factories.stages import approved

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]
NAME = "kodipest-*.zip"


@pytest.fixture
def home(tmp_path: Path, settings: Settings) -> Path:
    """A site with people, a work that was approved, a true film, and renditions."""
    home = homes.move_into(tmp_path / "home", settings)
    sanad.site_key()
    keys.write_key(home / "keys" / "secret_key", b"secret")
    approved(cast())
    transcode = TranscodeFactory(done=True, original=adopt_file(path=film(tmp_path / "film.mp4")))
    folder = fill_folder(transcode, master_m3u8=b"#EXTM3U")
    transcode.manifest["inventory"] = storage.inventory(folder)
    transcode.save(update_fields=["manifest"])
    return home


@pytest.fixture
def copy(home: Path, tmp_path: Path) -> Path:
    return make_copy(tmp_path / "usb").file


def altered(copy: Path, name: str, content: bytes | None) -> Path:
    """Write the copy again with one member changed or left out."""
    other = copy.with_name("altered.zip")
    with zipfile.ZipFile(copy) as source, zipfile.ZipFile(other, "w") as target:
        for member in source.namelist():
            if member != name:
                target.writestr(member, source.read(member))
            elif content is not None:
                target.writestr(member, content)
    return other


def blob_in(copy: Path) -> str:
    with zipfile.ZipFile(copy) as archive:
        return next(name for name in archive.namelist() if name.startswith("media/originals/"))


def test_a_copy_is_brought_back_whole(copy: Path, home: Path, tmp_path: Path) -> None:
    people, audited = Person.objects.count(), AuditEntry.objects.count()
    back = tmp_path / "back"

    with homes.fresh_database() as database:
        words = ["restore", str(copy), "--code", keys.recovery_code(home)]
        restored = homes.manage(back, *words, database=database)
        examined = homes.manage(back, "doctor", "--deep", "--json", database=database)
        counted = homes.manage(
            back, "shell", "--no-imports", "-c",
            "from kodipest.people.models import *; print(Person.objects.count(), AuditEntry.objects.count())",
            database=database,
        )  # fmt: skip

    assert restored.returncode == 0, restored.stderr
    assert '"ok": true' in examined.stdout, examined.stdout
    assert counted.stdout.split() == [str(people), str(audited)]
    for original in Original.objects.all():
        blob = back / "media" / "originals" / original.sha256[:2] / original.sha256
        assert blob.read_bytes() == original.path.read_bytes()
    for name in ("site.pem", "secret_key", keys.CODE_FILE):
        assert (back / "keys" / name).read_bytes() == (home / "keys" / name).read_bytes()
        assert (back / "keys" / name).stat().st_mode & 0o077 == 0


def test_a_copy_is_brought_back_in_this_process_too(copy: Path, home: Path, tmp_path: Path) -> None:
    back = tmp_path / "back"
    if connection.vendor == "postgresql":
        with pytest.raises(CopyError, match="empty PostgreSQL database"):
            restore_copy(copy, back, code=keys.recovery_code(home))
        assert not back.exists()
        return

    restored = restore_copy(copy, back, code=keys.recovery_code(home))
    Command().settle(back)

    assert restored.facts["originals"] == Original.objects.count()
    assert (back / databases.SQLITE).is_file()
    assert not (back / copies.STAGING).exists()


def test_renditions_stay_behind_and_are_made_again(copy: Path, home: Path, tmp_path: Path) -> None:
    back = tmp_path / "back"
    with zipfile.ZipFile(copy) as archive:
        assert not [name for name in archive.namelist() if "renditions" in name]

    with homes.fresh_database() as database:
        homes.manage(
            back, "restore", str(copy), "--code", keys.recovery_code(home), database=database
        )
        states = homes.manage(
            back, "shell", "--no-imports", "-c",
            "from kodipest.engines.media.models import *;"
            "print(*sorted(set(Transcode.objects.values_list('state', flat=True))))",
            database=database,
        )  # fmt: skip

    assert Transcode.objects.filter(state="done").exists()
    assert states.stdout.split() == ["waiting"]


def test_a_copy_does_not_carry_its_code_or_open_keys(copy: Path, home: Path) -> None:
    content = copy.read_bytes()

    assert keys.recovery_code(home).encode() not in content
    assert b"PRIVATE KEY" not in content


def test_only_the_code_opens_the_keys(copy: Path, tmp_path: Path) -> None:
    with pytest.raises(CopyError, match="recovery code"):
        restore_copy(copy, tmp_path / "back", code="AAAA-BBBB-CCCC-DDDD")

    assert not (tmp_path / "back").exists()


def test_the_code_may_be_typed_as_it_is_read(home: Path) -> None:
    code = keys.recovery_code(home)
    sealed = keys.seal(home, code)

    assert keys.unseal(sealed, code.lower().replace("-", " ")) == keys.unseal(sealed, code)


@pytest.mark.parametrize("change", [b"another film", None])
def test_a_damaged_copy_writes_nothing(
    copy: Path, home: Path, tmp_path: Path, change: bytes | None
) -> None:
    damaged = altered(copy, blob_in(copy), change)

    with pytest.raises(CopyError):
        restore_copy(damaged, tmp_path / "back", code=keys.recovery_code(home))

    assert not (tmp_path / "back").exists()


def test_a_cut_copy_writes_nothing(copy: Path, home: Path, tmp_path: Path) -> None:
    os.truncate(copy, copy.stat().st_size - 100)

    with pytest.raises(CopyError, match="not a whole copy"):
        restore_copy(copy, tmp_path / "back", code=keys.recovery_code(home))

    assert not (tmp_path / "back").exists()


def test_the_copy_of_another_site_can_be_refused(copy: Path, home: Path, tmp_path: Path) -> None:
    own = sanad.site_key().public.text
    with open_copy(copy, signer=own) as bundle:
        assert bundle.signer == own

    with pytest.raises(CopyError, match="signed by"):
        restore_copy(copy, tmp_path / "back", code=keys.recovery_code(home), signer="ed25519:other")


def test_a_site_is_not_overwritten(copy: Path, home: Path) -> None:
    before = sorted(path for path in home.rglob("*"))

    with pytest.raises(CommandError, match="holds a site already"):
        call_command("restore", str(copy), into=home, code=keys.recovery_code(home))

    assert sorted(path for path in home.rglob("*")) == before


def test_what_an_interrupted_restore_left_does_not_hinder_the_next(
    copy: Path, home: Path, tmp_path: Path
) -> None:
    back = tmp_path / "back"
    (back / copies.STAGING / "media").mkdir(parents=True)
    (back / copies.STAGING / "media" / "half").write_bytes(b"half a film")

    with homes.fresh_database() as database:
        done = homes.manage(
            back, "restore", str(copy), "--code", keys.recovery_code(home), database=database
        )

    assert done.returncode == 0, done.stderr
    assert not (back / copies.STAGING).exists()


def test_a_missing_original_makes_no_copy(home: Path, tmp_path: Path) -> None:
    Original.objects.latest("created_at").path.unlink()

    with pytest.raises(CommandError, match="missing or cut"):
        call_command("backup", tmp_path / "usb")

    assert list((tmp_path / "usb").iterdir()) == []


def test_a_broken_audit_chain_makes_no_copy(home: Path, tmp_path: Path) -> None:
    AuditEntry.objects.filter(sequence=1).update(act="nothing_happened")

    with pytest.raises(CommandError, match="7 audit"):
        call_command("backup", tmp_path / "usb")

    assert list((tmp_path / "usb").iterdir()) == []


def test_a_full_disk_makes_no_copy(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(copies.shutil, "disk_usage", lambda _path: usage._replace(free=1000))

    with pytest.raises(CommandError, match="1000 are free"):
        call_command("backup", tmp_path / "usb")

    assert list((tmp_path / "usb").iterdir()) == []


def test_the_command_tells_the_code_once(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("backup", tmp_path / "usb")
    first = capsys.readouterr().out
    code = keys.recovery_code(home)
    call_command("backup", tmp_path / "usb")

    assert f"Recovery code: {code}" in first
    assert code not in capsys.readouterr().out


def test_two_backups_at_once_do_not_meet(home: Path, tmp_path: Path) -> None:
    with (home / "run" / "backup.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(CommandError, match="is running"):
            call_command("backup", tmp_path / "usb")


@pytest.mark.node
def test_a_killed_backup_leaves_no_copy(tmp_path: Path) -> None:
    """Kill it at ten moments of its life; under the final name there is nothing or a whole copy."""
    home, usb = tmp_path / "home", tmp_path / "usb"
    assert homes.manage(home, "prepare").returncode == 0
    started = time.monotonic()
    whole = homes.manage(home, "backup", str(usb))
    assert whole.returncode == 0, whole.stderr
    duration = time.monotonic() - started
    for path in usb.glob(NAME):
        path.unlink()

    for moment in range(1, 11):
        process = subprocess.Popen(
            [sys.executable, "manage.py", "backup", str(usb)],
            cwd=homes.ROOT, env=homes.environment(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        time.sleep(duration * moment / 10)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for path in usb.glob(NAME):
            with Bundle.open(path, has_signed=copies.has_signed) as bundle:
                bundle.verify()
            path.unlink()

    assert homes.manage(home, "backup", str(usb)).returncode == 0
    assert len(list(usb.iterdir())) == 1
