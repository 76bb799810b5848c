"""An edition that was taken off is off, also when an older database comes back."""

from pathlib import Path

import pytest
from django.utils import translation
from pytest_django import Settings

from kodipest.people import journal
from kodipest.people.audit import audit_faults
from kodipest.people.models import AuditEntry
from kodipest.stages.publication.models import Edition
from kodipest.stages.publication.operations import (
    open_public_files,
    withdraw_work,
    withdraw_work_again,
)
from kodipest.stages.publication.queries import published_editions, withdrawal_entry
from kodipest.works.journey import Stage
from kodipest.works.models import Work
from tests.factories import homes
from tests.factories.people import cast
from tests.factories.stages import published

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Settings) -> Path:
    return homes.move_into(tmp_path / "home", settings)


def bring_the_old_database_back(edition: Edition) -> None:
    Edition.objects.filter(pk=edition.pk).update(withdrawn_at=None, withdrawn_by=None)
    Work.objects.filter(pk=edition.work_id).update(stage=Stage.PUBLICATION)
    edition.work.passages.filter(from_stage=Stage.PUBLICATION).delete()


def test_a_withdrawal_is_written_down_and_applied_again(home: Path) -> None:
    people = cast()
    edition = published(people)
    gone = withdraw_work(work=edition.work, by=people.dewi, why="Too loud.")
    assert journal.journal_of(home).entries() == [withdrawal_entry(gone)]
    bring_the_old_database_back(edition)
    assert published_editions().exists()

    with translation.override("id"):
        assert journal.reconcile() == (1, 0)
    assert journal.reconcile() == (0, 0)

    edition.refresh_from_db()
    assert (edition.withdrawn_at, edition.withdrawn_by) == (gone.withdrawn_at, people.dewi)
    assert edition.work.stage == Stage.TRAINING
    assert not published_editions().exists()
    assert edition.work.passages.last().why.startswith("Karya ini dulu sudah ditarik")
    line = AuditEntry.objects.get(act="withdraw_work_again")
    assert (line.by, line.facts) == (None, {"withdrawn_by": str(people.dewi.pk)})
    assert list(audit_faults()) == []
    open_public_files()


def test_it_does_not_matter_that_whoever_did_it_is_not_known_yet(home: Path) -> None:
    people = cast()
    edition = published(people)
    entry = withdrawal_entry(withdraw_work(work=edition.work, by=people.dewi, why="Too loud."))
    stranger = "0199c0de-0000-7000-8000-000000000000"
    bring_the_old_database_back(edition)

    withdraw_work_again(entry._replace(by=stranger))

    edition.refresh_from_db()
    assert edition.withdrawn_by == people.farid
    assert AuditEntry.objects.get(act="withdraw_work_again").facts == {"withdrawn_by": stranger}


def test_what_is_off_already_is_left_alone(home: Path) -> None:
    people = cast()
    edition = published(people)
    gone = withdraw_work(work=edition.work, by=people.dewi, why="Too loud.")

    withdraw_work_again(withdrawal_entry(gone)._replace(by=str(people.farid.pk)))

    edition.refresh_from_db()
    assert edition.withdrawn_by == people.dewi
    assert not AuditEntry.objects.filter(act="withdraw_work_again").exists()
