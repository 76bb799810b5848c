from functools import partial

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from kodipest.kernel.errors import Refusal
from kodipest.works import operations
from kodipest.works.journey import Stage
from kodipest.works.models import Credit, Revision, Work
from kodipest.works.operations import (
    begin_revision,
    change_text,
    start_work,
)
from tests.factories.people import cast
from tests.factories.stages import published
from tests.works.operations.hands import Kind, acts, codes, sealed_work_of, work_of

pytestmark = pytest.mark.django_db


def test_start_work_makes_an_open_version_and_credits_its_maker():
    people = cast()

    work = start_work(
        kind=Kind.VIDEO, title=" Sawah\u202e  Hijau ", organisation=people.house, by=people.aisyah
    )

    revision = work.revisions.get()
    assert (work.title, work.stage, work.kind) == ("Sawah Hijau", Stage.TRAINING, "video")
    assert (revision.title, revision.number, revision.is_open) == ("Sawah Hijau", 1, True)
    assert [(credit.person, credit.role) for credit in work.credits.all()] == [
        (people.aisyah, Credit.Role.AUTHOR)
    ]
    assert work.slug == f"sawah-hijau-{work.pk.hex[-8:]}"
    assert acts() == ["start_work"]


def test_the_address_forgets_a_title_that_was_taken_back_before_anyone_saw_it():
    people = cast()
    start = {"kind": Kind.VIDEO, "organisation": people.house, "by": people.aisyah}
    work = start_work(title="Aisyah binti Ahmad", **start)

    change_text(work=work, by=people.aisyah, title="Sawah")

    assert Work.objects.get().slug == work.slug == f"sawah-{work.pk.hex[-8:]}"


def test_an_address_that_was_public_stays():
    people = cast()
    work = published(people).work
    slug = work.slug
    Work.objects.filter(pk=work.pk).update(stage=Stage.TRAINING)
    begin_revision(work=Work.objects.get(pk=work.pk), by=people.aisyah)

    change_text(work=work, by=people.aisyah, title="Another name")

    saved = Work.objects.get(pk=work.pk)
    assert (saved.title, saved.slug) == ("Another name", slug)


@pytest.mark.parametrize(
    ("title", "start"),
    [
        ("يوم في المعهد", "comic-"),
        ("清晨诵经", "comic-"),
        (200 * "a", 70 * "a" + "-"),
        ("!!!", "comic-"),
    ],
)
def test_start_work_finds_an_address_for_any_title(title, start):
    people = cast()

    work = start_work(kind=Kind.COMIC, title=title, organisation=people.house, by=people.budi)

    assert work.slug == f"{start}{work.pk.hex[-8:]}"
    assert work.title == title


def test_two_works_of_one_title_have_two_addresses():
    people = cast()
    start = partial(
        start_work, kind=Kind.ARTICLE, title="Sawah", organisation=people.house, by=people.aisyah
    )

    assert start().slug != start().slug


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"title": " \u202e "}, "title", "title_missing"),
        ({"title": 201 * "a"}, "title", "max_length"),
        ({"kind": "opera"}, "kind", "invalid_choice"),
        ({"language": "tlh"}, "language", "invalid_choice"),
    ],
)
def test_start_work_names_the_field_that_is_wrong(wrong, field, code):
    people = cast()

    with pytest.raises(ValidationError) as error:
        start_work(
            **{"kind": Kind.VIDEO, "title": "Sawah"} | wrong,
            organisation=people.house,
            by=people.aisyah,
        )

    assert [found.code for found in error.value.error_dict[field]] == [code]
    assert not Work.objects.exists()


def test_start_work_refuses_strangers():
    people, others = cast(), cast()

    for person in (people.eka, people.dewi, people.citra, people.farid, others.aisyah):
        with pytest.raises(PermissionDenied):
            start_work(kind=Kind.VIDEO, title="Sawah", organisation=people.house, by=person)
    assert not Work.objects.exists()


def test_change_text_writes_clean_words_and_the_title_of_the_work():
    people = cast()
    work = work_of(people)

    revision = change_text(
        work=work,
        by=people.aisyah,
        title=" Sawah\u202e ",
        synopsis=" Satu\r\ndua ",
        body="بسم الله\x00\r\n",
    )

    saved = Revision.objects.get()
    assert (saved.title, saved.synopsis, saved.body) == ("Sawah", "Satu\ndua", "بسم الله")
    assert revision == saved
    assert Work.objects.get(pk=work.pk).title == "Sawah"
    assert acts() == ["change_text"]


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"title": "\u202e"}, "title", "title_missing"),
        ({"title": 201 * "a"}, "title", "max_length"),
    ],
)
def test_change_text_names_the_field_that_is_wrong(wrong, field, code):
    people = cast()
    work = work_of(people)

    with pytest.raises(ValidationError) as error:
        change_text(work=work, by=people.aisyah, **{"title": "Sawah"} | wrong)

    assert [found.code for found in error.value.error_dict[field]] == [code]
    assert Work.objects.get(pk=work.pk).title == "Kitab kuning for beginners"


def test_change_text_leaves_a_sealed_version_alone():
    people = cast()
    work = sealed_work_of(people)

    with pytest.raises(Refusal) as refusal:
        change_text(work=work, by=people.aisyah, title="Another")

    assert codes(refusal) == ["sealed"]
    assert Revision.objects.get().title == work.title


def test_change_text_of_a_version_sealed_between_look_and_write(monkeypatch):
    people = cast()
    work = work_of(people)
    found = Revision.objects.select_related("work").get()
    Revision.objects.update(sealed_at=work.created_at, content_hash="sha256:" + 64 * "a")
    monkeypatch.setattr(operations, "open_revision", lambda work: found)

    with pytest.raises(Refusal) as refusal:
        change_text(work=work, by=people.aisyah, title="Another")

    assert codes(refusal) == ["sealed"]


def test_change_text_refuses_strangers():
    people = cast()
    work = work_of(people)

    for person in (people.eka, people.budi, people.dewi, people.citra, people.farid):
        with pytest.raises(PermissionDenied):
            change_text(work=work, by=person, title="Mine")
    assert Revision.objects.get().title == work.title
