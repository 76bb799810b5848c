from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from kodipest.engines.media import storage
from kodipest.kernel import freshness
from kodipest.kernel.errors import Refusal
from kodipest.kernel.signals import sweep_due
from kodipest.people.audit import audit_faults
from kodipest.people.models import Purpose, Role
from kodipest.people.operations import record_consent, withdraw_consent
from kodipest.stages.publication import operations
from kodipest.stages.publication.models import Edition
from kodipest.stages.publication.operations import (
    open_public_files,
    publish_work,
    withdraw_work,
)
from kodipest.stages.publication.queries import published_editions
from kodipest.works.journey import Stage
from kodipest.works.models import Passage, Work
from tests.factories.media import TranscodeFactory, fill_folder
from tests.factories.people import cast, consent, somebody
from tests.factories.stages import (
    ChannelFactory,
    passed,
    published,
    reopened,
    started_film,
)
from tests.stages.publication.operations.hands import acts, open_folders, passed_film

pytestmark = pytest.mark.django_db


def test_the_larger_pictures_of_what_comes_out_are_made_soon():
    people = cast()
    work = started_film(people)
    base = work.newest_revision.main.transcode
    waiting = TranscodeFactory(high=True, base=base, turn_at=timezone.now() + timedelta(days=1))

    published(people, work)

    waiting.refresh_from_db()
    assert waiting.turn_at < timezone.now() + timedelta(minutes=5)
    assert waiting.base.hurried_at is not None


def test_withdraw_work_takes_it_off_and_closes_its_files(django_capture_on_commit_callbacks):
    people = cast()
    with django_capture_on_commit_callbacks(execute=True):
        edition = published_film(people)
    assert open_folders()
    before = freshness.generation()

    with django_capture_on_commit_callbacks(execute=True):
        withdrawn = withdraw_work(work=edition.work, by=people.dewi, why=" Shows a child.\r\n ")

    assert withdrawn == edition
    withdrawn.refresh_from_db()
    assert withdrawn.withdrawn_by == people.dewi
    assert withdrawn.withdrawn_at is not None
    assert Work.objects.get().stage == Stage.TRAINING
    assert Passage.objects.last().why == "Shows a child."
    assert [*published_editions()] == []
    assert open_folders() == set()
    assert freshness.generation() == before + 1
    assert acts()[-1] == "withdraw_work"


def published_film(people):
    work = passed_film(people)
    for person in (people.aisyah,):
        consent(person, Purpose.PUBLIC)
    return publish_work(
        work=work, read=work.newest_revision.pk, channel=ChannelFactory(), by=people.farid
    )


def test_a_work_taken_off_may_come_out_again_and_has_two_editions():
    people = cast()
    edition = published(people)
    withdraw_work(work=edition.work, by=people.farid, why="One verse is wrong.")
    reopened(people, edition.work)

    again = published(people, edition.work)

    assert [*published_editions()] == [again]
    assert Edition.objects.count() == 2


def test_withdraw_work_needs_a_reason():
    people = cast()
    edition = published(people)

    with pytest.raises(Refusal) as refusal:
        withdraw_work(work=edition.work, by=people.farid, why="\u202e ")

    assert refusal.value.codes == ["reason_missing"]
    assert [*published_editions()] == [edition]


def test_withdraw_work_that_is_not_out():
    people = cast()

    with pytest.raises(Refusal) as refusal:
        withdraw_work(work=passed(people), by=people.farid, why="Too long.")

    assert refusal.value.codes == ["not_out"]
    assert Work.objects.get().stage == Stage.CURATION


def test_withdraw_work_twice_with_a_page_that_is_old():
    people = cast()
    edition = published(people)
    stale = Work.objects.get()
    withdraw_work(work=edition.work, by=people.farid, why="Too long.")

    with pytest.raises(Refusal) as refusal:
        withdraw_work(work=stale, by=people.farid, why="Too long.")

    assert refusal.value.codes == ["not_out"]
    assert Work.objects.get().stage == Stage.TRAINING


def test_the_house_may_take_its_own_work_back_and_no_other():
    people, others = cast(), cast()
    edition = published(people)
    kiai = somebody("Kiai Hasyim", people.house, Role.KIAI)

    for person in (
        *(people.aisyah, people.budi, people.citra, people.eka),
        others.dewi,
    ):
        with pytest.raises(PermissionDenied):
            withdraw_work(work=edition.work, by=person, why="Mine.")
    assert [*published_editions()] == [edition]
    assert withdraw_work(work=edition.work, by=kiai, why="Not like this.")


def test_two_take_a_work_off_at_once(together):
    people = cast()
    edition = published(people)

    outcomes = together(
        *[
            lambda by=by: withdraw_work(
                work=Work.objects.get(pk=edition.work_id), by=by, why="Too long."
            )
            for by in (people.farid, people.dewi, people.farid)
        ]
    )

    assert sum(isinstance(each, Edition) for each in outcomes) == 1
    assert [each.codes for each in outcomes if isinstance(each, Refusal)] == [["not_out"]] * 2
    assert list(audit_faults()) == []


def test_the_database_knows_one_edition_out_and_who_took_one_off():
    edition = published(cast())

    with pytest.raises(IntegrityError), transaction.atomic():
        Edition.objects.create(
            work=edition.work,
            revision=edition.revision,
            channel=edition.channel,
            kind=edition.kind,
            published_by=edition.published_by,
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        Edition.objects.update(withdrawn_by=edition.published_by)


@pytest.mark.django_db(transaction=True)
def test_a_withdrawn_consent_closes_the_files_and_a_new_one_opens_them():
    people = cast()
    published_film(people)
    assert len(open_folders()) == 1

    withdraw_consent(consent=people.aisyah.consents.get(), by=people.farid)
    assert open_folders() == set()

    record_consent(
        person=people.aisyah, purpose=Purpose.PUBLIC, by=people.dewi, guardian_name="Umar"
    )
    assert len(open_folders()) == 1


def test_a_sweep_closes_what_a_crash_left_open():
    people = cast()
    edition = published_film(people)
    leftover = TranscodeFactory(done=True)
    fill_folder(leftover, master_m3u8=b"#EXTM3U")
    storage.link_public(leftover.folder)

    sweep_due.send(sender=None)

    assert open_folders() == {edition.revision.main.transcode.folder}


def test_two_works_share_a_file_and_one_is_taken_off(django_capture_on_commit_callbacks):
    people = cast()
    with django_capture_on_commit_callbacks(execute=True):
        first = published_film(people)
    shared = first.revision.main.transcode
    second = started_film(people)
    second.newest_revision.assets.update(transcode=shared, original=shared.original)
    with django_capture_on_commit_callbacks(execute=True):
        published(people, second)

    with django_capture_on_commit_callbacks(execute=True):
        withdraw_work(work=first.work, by=people.farid, why="Too long.")

    assert open_folders() == {shared.folder}


def test_files_are_looked_at_again_when_something_changed_meanwhile(monkeypatch):
    """Two at once: the slower one must not open what the quicker one has just closed."""
    people = cast()
    edition = published_film(people)
    really_open = operations.set_public_folders
    seen = []

    def open_slowly(folders):
        seen.append(set(folders))
        really_open(folders)
        if len(seen) == 1:
            withdraw_work(work=edition.work, by=people.farid, why="At this very moment.")

    monkeypatch.setattr(operations, "set_public_folders", open_slowly)
    open_public_files()

    assert [len(folders) for folders in seen] == [1, 0]
    assert open_folders() == set()


def test_a_disk_that_refuses_leaves_the_edition_published(
    monkeypatch, django_capture_on_commit_callbacks, caplog
):
    people = cast()
    work = passed(people)
    consent(people.aisyah, Purpose.PUBLIC)

    def fail(folders):
        raise OSError(28, "no space left")

    monkeypatch.setattr(operations, "set_public_folders", fail)
    with django_capture_on_commit_callbacks(execute=True):
        edition = publish_work(
            work=work, read=work.newest_revision.pk, channel=ChannelFactory(), by=people.farid
        )

    assert [*published_editions()] == [edition]
    assert "no space left" in caplog.text
