from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from kodipest.works.journey import Stage
from kodipest.works.models import Act, Asset, Attestation, Credit, Passage, Revision, Work
from tests.factories.works import CreditFactory, RevisionFactory, WorkFactory, asset

pytestmark = pytest.mark.django_db


def test_newest_revision_is_the_one_with_the_highest_number():
    work = WorkFactory(revision=None)
    RevisionFactory(work=work, sealed=True, made_at=timezone.now() + timedelta(days=1))
    second = RevisionFactory(work=work, number=2)

    assert work.newest_revision == second
    assert [*work.revisions.all()] == [second, Revision.objects.get(number=1)]
    assert second.is_open


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": 1},  # a number twice
        {"number": 2},  # two open at once
        {"number": 2, "sealed_at": timezone.now()},  # sealed without a hash
        {"number": 2, "content_hash": "sha256:" + 64 * "b"},  # a hash without a seal
    ],
)
def test_the_database_refuses_half_a_revision(wrong):
    work = WorkFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        RevisionFactory(work=work, **wrong)


def test_files_stand_in_order_and_are_read_once(django_assert_num_queries):
    revision = RevisionFactory()
    second = asset(revision, "image", position=1)
    first = asset(revision, "image", position=0)
    cover = asset(revision, "image", role=Asset.Role.COVER)
    revision = Revision.objects.get(pk=revision.pk)

    with django_assert_num_queries(1):
        assert revision.files == [cover, first, second]
        assert revision.main_files == [first, second]
        assert revision.main == first
        assert revision.cover == cover
        assert [each.transcode.is_done for each in revision.files] == [True] * 3


def test_without_a_cover_the_main_file_stands_for_the_work():
    film = RevisionFactory()
    main = asset(film)

    assert film.cover == main
    assert RevisionFactory().cover is None
    assert RevisionFactory().main is None


def test_a_place_holds_one_file_and_a_part_is_credited_once():
    revision = RevisionFactory()
    asset(revision)
    credit = CreditFactory(work=revision.work)

    with pytest.raises(IntegrityError), transaction.atomic():
        asset(revision)
    with pytest.raises(IntegrityError), transaction.atomic():
        CreditFactory(work=credit.work, person=credit.person)
    CreditFactory(work=credit.work, person=credit.person, role=Credit.Role.VOICE)


def test_nothing_that_was_made_can_be_deleted_by_accident():
    revision = RevisionFactory()
    passage = Passage.objects.create(
        work=revision.work,
        revision=revision,
        from_stage=Stage.TRAINING,
        to_stage=Stage.COACHING,
        by=revision.made_by,
    )

    for row in (revision.work, revision, revision.made_by, revision.work.organisation):
        with pytest.raises(ProtectedError):
            row.delete()
    assert str(passage) == "training → coaching"


def test_rows_say_what_they_are():
    work = WorkFactory.build(title="Sawah", revision=None, organisation=None, created_by=None)
    credit = CreditFactory(person__name="Aisyah")

    assert str(work) == "Sawah"
    assert str(Revision(title="Sawah", number=2)) == "Sawah (2)"
    assert str(Asset(file_name="a.mp4")) == "a.mp4"
    assert str(credit) == f"Aisyah ({credit.get_role_display()})"
    assert str(Attestation(number=3, act=Act.PASSED)).startswith("3. ")


def test_kinds_have_a_place_in_public_addresses():
    assert max(len(kind) for kind in Work.Kind.values) + len("-12345678") <= 90
