"""A copy from before a withdrawal is brought back, and nobody sees what was withdrawn since."""

import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from kodipest.kernel.journal import read
from kodipest.people import journal
from kodipest.people.models import Consent, Purpose
from kodipest.people.operations import withdraw_consent
from kodipest.stages.publication.models import Edition
from kodipest.stages.publication.operations import withdraw_work
from kodipest.web.backup import copies, journals, keys
from kodipest.web.backup.copies import make_copy, open_copy
from kodipest.works import sanad
from kodipest.works.models import Work
from tests.factories import homes
from tests.factories.people import Cast, cast
from tests.factories.stages import published

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]
ASK = """
from django.test import Client
from django.urls import reverse
from kodipest.works.models import Work
page = reverse("work", args=[Work.objects.get().slug])
print(Client().get(page, SERVER_NAME="localhost").status_code)
"""


@pytest.fixture
def home(tmp_path: Path, settings: Settings) -> Path:
    home = homes.move_into(tmp_path / "home", settings)
    sanad.site_key()
    return home


@pytest.fixture
def people() -> Cast:
    return cast()


@pytest.fixture
def edition(people: Cast) -> Edition:
    return published(people)


@pytest.fixture
def old_copy(home: Path, edition: Edition, tmp_path: Path) -> Path:
    return make_copy(tmp_path / "usb").file


def withdraw(people: Cast) -> Consent:
    given = Consent.objects.get(person=people.aisyah, purpose=Purpose.PUBLIC)
    withdraw_consent(consent=given, by=people.dewi)
    return given


def brought_back(home: Path, copy: Path, into: Path, *words: str) -> tuple[str, str]:
    """Restore with `home` as the configured site; return the status of the page and the findings."""
    code = keys.recovery_code(home)
    with homes.fresh_database() as database:
        done = homes.manage(
            home, "restore", str(copy), "--into", str(into), "--code", code, *words,
            database=database,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        page = homes.manage(into, "shell", "--no-imports", "-c", ASK, database=database)
        found = homes.manage(into, "doctor", "--json", database=database)
    assert page.returncode == 0, page.stderr
    return page.stdout.strip(), found.stdout


def test_without_a_withdrawal_the_page_is_back(home: Path, old_copy: Path, tmp_path: Path) -> None:
    status, found = brought_back(home, old_copy, tmp_path / "back")

    assert status == "200"
    assert '"ok": true' in found


def test_a_consent_withdrawn_since_does_not_come_back(
    home: Path, people: Cast, old_copy: Path, tmp_path: Path
) -> None:
    withdraw(people)

    status, found = brought_back(home, old_copy, tmp_path / "back")

    assert status == "404"
    assert '"ok": true' in found
    assert '"9 consent"' in found
    back = journal.journal_of(tmp_path / "back")
    assert back.entries() == journal.journal_of(home).entries()


def test_a_work_taken_off_since_does_not_come_back(
    home: Path, people: Cast, edition: Edition, old_copy: Path, tmp_path: Path
) -> None:
    withdraw_work(work=edition.work, by=people.dewi, why="A face that must not be seen.")

    status, found = brought_back(home, old_copy, tmp_path / "back")

    assert status == "404"
    assert '"ok": true' in found


def test_the_journal_left_in_the_folder_counts_when_everything_else_is_lost(
    home: Path, people: Cast, old_copy: Path, tmp_path: Path
) -> None:
    withdraw(people)
    into = tmp_path / "disk"
    journal.journal_of(into).append(journal.journal_of(home).entries())
    code = keys.recovery_code(home)
    shutil.rmtree(home)
    (home / "keys").mkdir(parents=True, mode=0o700)
    keys.write_key(home / "keys" / keys.CODE_FILE, code.encode())

    assert brought_back(home, old_copy, into)[0] == "404"


def test_a_later_copy_beside_it_counts_even_when_it_is_damaged_elsewhere(
    home: Path, people: Cast, old_copy: Path, tmp_path: Path
) -> None:
    withdraw(people)
    later = copies.make_copy(old_copy.parent).file
    assert later != old_copy
    code = keys.recovery_code(home)
    shutil.rmtree(home)
    (home / "keys").mkdir(parents=True, mode=0o700)
    keys.write_key(home / "keys" / keys.CODE_FILE, code.encode())
    (old_copy.parent / "holiday.zip").write_bytes(b"not a copy at all")

    assert brought_back(home, old_copy, tmp_path / "back")[0] == "404"


def test_a_journal_that_lies_elsewhere_is_named(
    home: Path, people: Cast, old_copy: Path, tmp_path: Path
) -> None:
    withdraw(people)
    saved = tmp_path / "saved.jsonl"
    journal.journal_of(home).path.rename(saved)

    assert brought_back(home, old_copy, tmp_path / "back", "--journal", str(saved))[0] == "404"


@pytest.mark.parametrize("content", [None, b"a letter to the pesantren"])
def test_what_is_no_journal_is_refused_before_anything_is_written(
    home: Path, old_copy: Path, tmp_path: Path, content: bytes | None
) -> None:
    other = tmp_path / "other.txt"
    if content is not None:
        other.write_bytes(content)

    with pytest.raises(CommandError, match=r"other\.txt"):
        call_command(
            "restore", str(old_copy), into=tmp_path / "back", code=keys.recovery_code(home),
            journal=[other],
        )  # fmt: skip

    assert not (tmp_path / "back").exists()


def test_another_site_lends_no_journal(
    home: Path, people: Cast, old_copy: Path, tmp_path: Path
) -> None:
    withdraw(people)

    assert journals.told_by_site(home, "ed25519:another") == []
    assert len(journals.told_by_site(home, sanad.site_key().public.text)) == 1


def test_a_copy_carries_the_journal_whole_even_when_a_line_of_it_is_damaged(
    home: Path, people: Cast, edition: Edition, tmp_path: Path
) -> None:
    given = withdraw(people)
    path = journal.journal_of(home).path
    path.write_bytes(b"damaged\n" + path.read_bytes())

    with open_copy(make_copy(tmp_path / "usb").file) as bundle:
        told = read(bundle.read(journals.MEMBER))

    assert [entry.thing for entry in told] == [str(given.pk)]


def test_a_database_put_back_by_hand_is_corrected_before_the_site_answers(
    home: Path, people: Cast, old_copy: Path, tmp_path: Path
) -> None:
    """The start finds everything prepared and skips it; the door of the web looks all the same."""
    back = tmp_path / "back"
    code = keys.recovery_code(home)
    with homes.fresh_database() as database:
        homes.manage(
            home, "restore", str(old_copy), "--into", str(back), "--code", code, database=database
        )
        withdraw(people)
        journal.journal_of(back).append(journal.journal_of(home).entries())
        opened = homes.manage(
            back, "shell", "--no-imports", "-c", "import config.serve\n" + ASK, database=database
        )  # fmt: skip
        prepared = homes.manage(back, "prepare", database=database)

    assert opened.stdout.strip() == "404", opened.stderr
    assert prepared.stdout == ""
    assert Work.objects.get().stage == "publication"
