import pytest
from django.core.exceptions import PermissionDenied

from kodipest.kernel import freshness
from kodipest.kernel.errors import Refusal
from kodipest.people.audit import audit_faults
from kodipest.people.models import Purpose
from kodipest.stages.curation.operations import send_back
from kodipest.stages.publication.models import Edition
from kodipest.stages.publication.operations import (
    publish_work,
    withdraw_work,
)
from kodipest.stages.publication.queries import public_folders, published_editions
from kodipest.works.journey import Stage
from kodipest.works.models import Act, Attestation, Work
from tests.factories.media import TranscodeFactory, fill_folder
from tests.factories.people import cast, consent
from tests.factories.stages import (
    ChannelFactory,
    passed,
    published,
    reopened,
    started_film,
    submitted,
)
from tests.stages.publication.operations.hands import acts, open_folders, passed_film

pytestmark = pytest.mark.django_db


def test_publish_work_brings_the_passed_version_before_the_public(
    django_capture_on_commit_callbacks,
):
    people, channel = cast(), ChannelFactory()
    work = passed_film(people)
    consent(people.aisyah, Purpose.PUBLIC)
    before = freshness.generation()

    with django_capture_on_commit_callbacks(execute=True):
        edition = publish_work(
            work=work, read=work.newest_revision.pk, channel=channel, by=people.farid
        )
        assert open_folders() == set()

    assert (edition.work, edition.revision, edition.kind) == (work, work.newest_revision, "video")
    assert str(edition) == str(edition.revision)
    assert work.stage == Work.objects.get().stage == Stage.PUBLICATION
    assert [*published_editions()] == [edition]
    assert open_folders() == {work.newest_revision.main.transcode.folder}
    assert freshness.generation() == before + 1
    link = Attestation.objects.get(act=Act.PUBLISHED)
    assert (link.person, link.revision) == (people.farid, edition.revision)
    assert acts()[-1] == "publish_work"


def test_publish_work_names_whose_consent_is_missing():
    people = cast()
    work = passed(people)

    with pytest.raises(Refusal) as refusal:
        publish_work(
            work=work, read=work.newest_revision.pk, channel=ChannelFactory(), by=people.farid
        )

    assert refusal.value.codes == ["consent_missing"]
    assert "Aisyah" in refusal.value.messages[0]
    assert "Umar" not in refusal.value.messages[0]
    assert Work.objects.get().stage == Stage.CURATION
    assert not Edition.objects.exists()


def test_publish_work_needs_the_verdict_and_names_everything_else_too():
    people = cast()
    work = submitted(people, started_film(people)).work
    work.newest_revision.assets.update(transcode=TranscodeFactory(failed=True))

    with pytest.raises(Refusal) as refusal:
        publish_work(
            work=work, read=work.newest_revision.pk, channel=ChannelFactory(), by=people.farid
        )

    assert refusal.value.codes == ["media_failed", "not_passed", "consent_missing"]


def test_publish_work_needs_the_verdict_on_this_very_version():
    people = cast()
    edition = published(people)
    work = edition.work
    withdraw_work(work=work, by=people.farid, why="One verse is wrong.")
    reopened(people, work)
    submitted(people, work)

    with pytest.raises(Refusal) as refusal:
        publish_work(
            work=work, read=work.newest_revision.pk, channel=edition.channel, by=people.farid
        )

    assert refusal.value.codes == ["not_passed"]


def test_publish_work_publishes_what_was_read_and_nothing_newer():
    people = cast()
    work = passed(people)
    read = work.newest_revision
    consent(people.aisyah, Purpose.PUBLIC)
    send_back(work=work, by=people.farid, why="Shorter, please.")
    reopened(people, work)
    passed(people, work)

    with pytest.raises(Refusal) as refusal:
        publish_work(work=work, read=read.pk, channel=ChannelFactory(), by=people.farid)

    assert refusal.value.codes == ["newer_version"]
    assert not Edition.objects.exists()
    assert Work.objects.get().stage == Stage.CURATION


def test_publish_work_with_a_page_that_is_old():
    people = cast()
    work = passed(people)
    consent(people.aisyah, Purpose.PUBLIC)
    stale = Work.objects.get()
    publish_work(work=work, read=work.newest_revision.pk, channel=ChannelFactory(), by=people.farid)

    with pytest.raises(Refusal) as refusal:
        publish_work(
            work=stale, read=stale.newest_revision.pk, channel=ChannelFactory(), by=people.farid
        )

    assert refusal.value.codes == ["move_not_allowed"]
    assert Edition.objects.count() == 1


def test_publish_work_refuses_strangers():
    people = cast()
    work = passed(people)
    consent(people.aisyah, Purpose.PUBLIC)

    for person in people[1:-1]:
        with pytest.raises(PermissionDenied):
            publish_work(
                work=work, read=work.newest_revision.pk, channel=ChannelFactory(), by=person
            )
    assert not Edition.objects.exists()


def test_a_work_is_published_once_though_pressed_three_times(together):
    people, channel = cast(), ChannelFactory()
    work = passed(people)
    consent(people.aisyah, Purpose.PUBLIC)

    outcomes = together(
        *[
            lambda: publish_work(
                work=Work.objects.get(pk=work.pk),
                read=work.newest_revision.pk,
                channel=channel,
                by=people.farid,
            )
        ]
        * 3
    )

    assert sum(isinstance(each, Edition) for each in outcomes) == 1
    assert [each.codes for each in outcomes if isinstance(each, Refusal)] == [
        ["move_not_allowed"]
    ] * 2
    assert Attestation.objects.filter(act=Act.PUBLISHED).count() == 1
    assert list(audit_faults()) == []


def test_the_files_of_a_film_that_is_still_growing_are_open_too():
    people = cast()
    work = started_film(people)
    growing = TranscodeFactory(running=True, first_playable_at="2026-11-23T00:00Z")
    fill_folder(growing, master_m3u8=b"#EXTM3U")
    work.newest_revision.assets.update(transcode=growing)

    published(people, work)

    assert public_folders() == {growing.folder}
