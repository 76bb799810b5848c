"""Works follow when their files were made anew, and the public notices nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from kodipest.engines.media import storage
from kodipest.engines.media.models import Transcode
from kodipest.engines.media.operations import sweep_media
from kodipest.kernel import freshness
from kodipest.kernel.signals import sweep_due
from kodipest.stages.publication.operations import open_public_files
from kodipest.works import sanad
from kodipest.works.models import Asset, Revision
from kodipest.works.renewal import use_remade
from tests.factories.media import TranscodeFactory, fill_folder
from tests.factories.people import cast
from tests.factories.stages import published, started_film

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_GRACE_SECONDS = 0


@pytest.fixture
def edition():
    people = cast()
    work = started_film(people)
    fill_folder(work.newest_revision.main.transcode, master_m3u8=b"#EXTM3U")
    return published(people, work)


def renew(old):
    new = TranscodeFactory(done=True, original=old.original, replaces=old)
    fill_folder(new, master_m3u8=b"#EXTM3U")
    return new


def test_files_follow_and_the_content_stays(edition):
    file = Asset.objects.get()
    sealed = edition.revision.content_hash
    new = renew(file.transcode)
    before = freshness.generation()

    assert [use_remade() for _ in range(2)] == [1, 0]

    file.refresh_from_db()
    assert file.transcode == new
    assert freshness.generation() == before + 1
    assert sanad.hash_of(Revision.objects.get(pk=edition.revision_id)) == sealed


def test_both_sets_of_a_film_are_open_for_a_day(edition):
    old = Asset.objects.get().transcode
    new = renew(old)
    open_public_files()
    assert storage.public_folders() == {old.folder}

    sweep_due.send(sender=None)
    assert storage.public_folders() == {old.folder, new.folder}

    Transcode.objects.filter(pk=new.pk).update(finished_at=timezone.now() - timedelta(days=2))
    assert sweep_media().replaced == 1
    sweep_due.send(sender=None)
    assert storage.public_folders() == {new.folder}


def test_an_old_document_is_closed_while_it_waits(edition):
    old = Asset.objects.get().transcode
    type(old.original).objects.update(kind="document")
    open_public_files()
    assert storage.public_folders() == {old.folder}

    waiting = TranscodeFactory(original=old.original, replaces=old)
    open_public_files()
    assert storage.public_folders() == set()

    Transcode.objects.filter(pk=waiting.pk).delete()
    new = renew(old)
    sweep_due.send(sender=None)
    assert storage.public_folders() == {new.folder}
