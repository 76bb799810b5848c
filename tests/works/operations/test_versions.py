import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import override

from kodipest.kernel.errors import Refusal
from kodipest.people.models import AuditEntry
from kodipest.works.journey import Stage
from kodipest.works.models import Act, Attestation, Passage, Work
from kodipest.works.operations import (
    begin_revision,
    move_work,
    seal_revision,
    start_work,
)
from tests.factories.people import cast
from tests.factories.works import asset
from tests.works.operations.hands import Kind, acts, codes, sealed_work_of, work_of

pytestmark = pytest.mark.django_db


def test_begin_revision_copies_the_newest_and_leaves_it_as_it_is():
    people = cast()
    work = sealed_work_of(people, kind=Kind.COMIC)
    old = work.newest_revision
    pages = [asset(old, "image", position=number, file_name=f"{number}.jpg") for number in (0, 1)]

    new = begin_revision(work=work, by=people.aisyah)

    assert work.newest_revision == new
    assert (new.number, new.title, new.body, new.is_open) == (2, old.title, old.body, True)
    assert [(each.original, each.transcode, each.file_name) for each in new.files] == [
        (page.original, page.transcode, page.file_name) for page in pages
    ]
    assert [*old.assets.all()] == pages
    assert acts() == ["begin_revision"]


def test_begin_revision_opens_one_version_at_a_time():
    people = cast()
    work = sealed_work_of(people)
    begin_revision(work=work, by=people.aisyah)

    with pytest.raises(Refusal) as refusal:
        begin_revision(work=work, by=people.aisyah)

    assert codes(refusal) == ["open_already"]
    assert work.revisions.count() == 2


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage != Stage.TRAINING])
def test_begin_revision_waits_until_the_work_is_back(stage):
    people = cast()

    with pytest.raises(Refusal) as refusal:
        begin_revision(work=sealed_work_of(people, stage=stage), by=people.aisyah)

    assert codes(refusal) == ["not_at_desk"]


def test_begin_revision_refuses_strangers():
    people = cast()
    work = sealed_work_of(people)

    for person in (people.eka, people.budi, people.dewi, people.citra, people.farid):
        with pytest.raises(PermissionDenied):
            begin_revision(work=work, by=person)
    assert work.revisions.count() == 1


def test_two_tabs_begin_a_version_at_once(together):
    people = cast()
    work = sealed_work_of(people)

    outcomes = together(
        *[lambda: begin_revision(work=Work.objects.get(pk=work.pk), by=people.aisyah)] * 3
    )

    refused = [each for each in outcomes if isinstance(each, Refusal)]
    assert [each.codes for each in refused] == [["open_already"]] * 2
    assert work.revisions.count() == 2


def test_seal_revision_names_the_content_and_lets_its_maker_vouch():
    people = cast()
    work = work_of(people)

    with transaction.atomic():
        revision = seal_revision(work=work, by=people.aisyah)

    revision.refresh_from_db()
    assert not revision.is_open
    assert revision.content_hash.startswith("sha256:")
    link = Attestation.objects.get()
    assert (link.act, link.person, link.revision) == (Act.MADE, people.aisyah, revision)
    assert '"role":"santri"' in link.body


def test_a_sealed_revision_comes_back_as_it_is():
    people = cast()
    work = sealed_work_of(people)

    with transaction.atomic():
        assert seal_revision(work=work, by=people.aisyah) == work.newest_revision

    assert not Attestation.objects.exists()


def test_a_mentor_who_makes_a_work_is_not_called_a_santri():
    people = cast()
    work = start_work(kind=Kind.ARTICLE, title="Sawah", organisation=people.house, by=people.budi)

    with transaction.atomic():
        seal_revision(work=work, by=people.budi)

    assert '"role":"coach"' in Attestation.objects.get().body


def test_move_work_stamps_the_passport():
    people = cast()
    work = work_of(people)

    passage = move_work(work=work, to=Stage.COACHING, by=people.aisyah, why=" Bismillah\r\n")

    work.refresh_from_db()
    assert (work.stage, work.stage_since) == (Stage.COACHING, passage.at)
    assert (passage.from_stage, passage.to_stage, passage.by, passage.why) == (
        Stage.TRAINING,
        Stage.COACHING,
        people.aisyah,
        "Bismillah",
    )
    assert passage.revision == work.newest_revision
    assert AuditEntry.objects.get().facts == {"here": "training", "there": "coaching"}


def test_move_work_of_a_stale_copy_moves_nothing():
    people = cast()
    work = work_of(people)
    stale = Work.objects.get(pk=work.pk)
    move_work(work=work, to=Stage.COACHING, by=people.aisyah)

    with pytest.raises(Refusal) as refusal:
        move_work(work=stale, to=Stage.COACHING, by=people.aisyah)

    assert codes(refusal) == ["moved_meanwhile"]
    assert Passage.objects.count() == 1


def test_many_move_a_work_at_once_and_one_does(together):
    people = cast()
    work = work_of(people)

    outcomes = together(
        *[
            lambda: move_work(
                work=Work(pk=work.pk, stage=Stage.TRAINING), to=Stage.COACHING, by=people.aisyah
            )
        ]
        * 4
    )

    assert sum(isinstance(each, Passage) for each in outcomes) == 1
    refused = [each for each in outcomes if isinstance(each, Refusal)]
    assert [each.codes for each in refused] == [["moved_meanwhile"]] * 3
    assert Passage.objects.count() == 1
    assert acts() == ["move_work"]


def test_messages_of_refusals_are_complete_sentences_in_every_language(settings):
    """A lazy word inside a lazy sentence must not show its seams."""
    people = cast()
    work = work_of(people)
    with pytest.raises(Refusal) as refusal:
        move_work(work=work, to=Stage.PUBLICATION, by=people.aisyah)

    for language, _name in settings.LANGUAGES:
        with override(language):
            message = refusal.value.messages[0]
            assert "%" not in message
            assert "proxy" not in message
