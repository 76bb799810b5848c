import io
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.utils.translation import override
from PIL import Image

from kodipest.engines.media import storage
from kodipest.engines.media.models import Original, Transcode
from kodipest.engines.media.uploads import take_copy
from kodipest.kernel.errors import Refusal
from kodipest.people.audit import audit_faults
from kodipest.people.models import AuditEntry
from kodipest.works import operations
from kodipest.works.journey import Stage
from kodipest.works.models import Act, Asset, Attestation, Credit, Passage, Revision, Work
from kodipest.works.operations import (
    attach_file,
    begin_revision,
    change_text,
    credit_person,
    move_work,
    remove_file,
    seal_revision,
    start_work,
    try_file_again,
)
from tests.factories.media import TranscodeFactory, film
from tests.factories.people import cast
from tests.factories.stages import published
from tests.factories.works import CreditFactory, RevisionFactory, WorkFactory, asset

pytestmark = pytest.mark.django_db
Kind = Work.Kind


def acts():
    return [*AuditEntry.objects.order_by("sequence").values_list("act", flat=True)]


def work_of(people, **fields):
    return WorkFactory(
        organisation=people.house, authors=[people.aisyah], created_by=people.aisyah, **fields
    )


def sealed_work_of(people, **fields):
    work = work_of(people, revision=None, **fields)
    RevisionFactory(work=work, sealed=True)
    return work


def codes(refusal):
    return refusal.value.codes


@pytest.fixture
def picture(tmp_path):
    """Return a function that uploads a picture of its own colour, as from this computer."""

    def upload(name="foto.jpg", colour="white"):
        data = io.BytesIO()
        Image.new("RGB", (64, 48), colour).save(data, "JPEG")
        path = tmp_path / "picture"
        path.write_bytes(data.getvalue())
        return take_copy(path, name)

    return upload


# --- start_work


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


# --- credit_person


def test_credit_person_names_somebody_once_per_part_in_order():
    people = cast()
    work = work_of(people)

    voice = credit_person(work=work, person=people.eka, role=Credit.Role.VOICE, by=people.aisyah)
    again = credit_person(work=work, person=people.eka, role=Credit.Role.VOICE, by=people.aisyah)
    author = credit_person(work=work, person=people.eka, by=people.aisyah)

    assert voice == again
    assert [*work.credits.all()][1:] == [voice, author]
    assert acts() == ["credit_person"] * 2


def test_credit_person_refuses_everyone_but_authors():
    people = cast()
    work = work_of(people)
    CreditFactory(work=work, person=people.citra, role=Credit.Role.VOICE)

    for person in (people.eka, people.budi, people.citra, people.dewi, people.farid):
        with pytest.raises(PermissionDenied):
            credit_person(work=work, person=people.eka, by=person)
    assert work.credits.count() == 2


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage != Stage.TRAINING])
def test_credits_do_not_change_while_others_have_the_work(stage):
    """Else somebody who never consented would stand in the credits of a work that is out."""
    people = cast()
    work = work_of(people, stage=stage)

    with pytest.raises(Refusal) as refusal:
        credit_person(work=work, person=people.eka, by=people.aisyah)

    assert codes(refusal) == ["not_at_desk"]
    assert work.credits.count() == 1


def test_one_credit_given_twice_at_once_is_one_credit(together):
    people = cast()
    work = work_of(people)

    outcomes = together(
        *[
            lambda: credit_person(
                work=Work.objects.get(pk=work.pk), person=people.eka, by=people.aisyah
            )
        ]
        * 3
    )

    assert len({credit.pk for credit in outcomes}) == 1
    assert acts() == ["credit_person"]


# --- change_text


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


# --- attach_file


def test_attach_file_takes_a_film_in_and_asks_for_its_preparation(tmp_path):
    people = cast()
    work = work_of(people, kind=Kind.VIDEO)

    with take_copy(film(tmp_path / "a.mp4", seconds=1), "يوم في المعهد.mp4") as upload:
        placed = attach_file(work=work, upload=upload, by=people.aisyah)

    assert placed.file_name == "يوم في المعهد.mp4"
    assert (placed.role, placed.position) == (Asset.Role.MAIN, 0)
    assert placed.original.path.is_file()
    assert placed.transcode.state == Transcode.State.WAITING
    assert AuditEntry.objects.get().facts == {"sha256": placed.original.sha256}
    assert not [*storage.incoming().iterdir()]


def test_a_new_picture_takes_the_place_of_the_old_one(picture):
    people = cast()
    work = work_of(people, kind=Kind.POSTER)
    with picture("satu.jpg") as upload:
        first = attach_file(work=work, upload=upload, by=people.aisyah)
    with picture("sampul.jpg", "red") as upload:
        cover = attach_file(work=work, upload=upload, by=people.aisyah, role=Asset.Role.COVER)

    with picture("dua.jpg", "blue") as upload:
        second = attach_file(work=work, upload=upload, by=people.aisyah)

    assert [*Asset.objects.all()] == [cover, second]
    assert Original.objects.filter(pk=first.original_id).exists()


def test_the_same_picture_twice_is_one_original(picture):
    people = cast()
    works = [work_of(people, kind=Kind.POSTER) for _ in range(2)]

    for work in works:
        with picture() as upload:
            attach_file(work=work, upload=upload, by=people.aisyah)

    assert Original.objects.count() == Transcode.objects.count() == 1
    assert Asset.objects.count() == 2


def test_a_comic_collects_pages_in_order_and_stops_at_its_limit(picture, monkeypatch):
    monkeypatch.setattr(operations, "MOST_PAGES", 3)
    people = cast()
    work = work_of(people, kind=Kind.COMIC)
    pages = []
    for number, colour in enumerate(["red", "green", "blue"]):
        with picture(f"{number}.jpg", colour) as upload:
            pages.append(attach_file(work=work, upload=upload, by=people.aisyah))
    assert [page.position for page in pages] == [0, 1, 2]

    with pytest.raises(Refusal) as refusal, picture("3.jpg", "black") as upload:
        attach_file(work=work, upload=upload, by=people.aisyah)
    assert codes(refusal) == ["too_many"]

    remove_file(asset=pages[0], by=people.aisyah)
    with picture("3.jpg", "black") as upload:
        last = attach_file(work=work, upload=upload, by=people.aisyah)
    assert [*Revision.objects.get().assets.all()] == [*pages[1:], last]


def test_a_cover_of_a_comic_is_not_a_page(picture):
    people = cast()
    work = work_of(people, kind=Kind.COMIC)

    for _ in range(2):
        with picture() as upload:
            attach_file(work=work, upload=upload, by=people.aisyah, role=Asset.Role.COVER)

    assert Asset.objects.get().position == 0


def test_attach_file_refuses_what_does_not_fit_and_keeps_the_version_as_it_was(picture, tmp_path):
    people = cast()
    article, clip = work_of(people), work_of(people, kind=Kind.VIDEO)
    kept = asset(clip.newest_revision)

    def refused(work, upload, **more):
        with pytest.raises(Refusal) as refusal, upload:
            attach_file(work=work, upload=upload, by=people.aisyah, **more)
        return codes(refusal)

    text = tmp_path / "text.mp4"
    text.write_text("not a film")
    moving = film(tmp_path / "a.mp4", seconds=1)

    assert refused(article, picture()) == ["no_files"]
    assert refused(clip, picture()) == ["wrong_kind"]
    assert refused(clip, take_copy(text)) == ["not_media"]
    assert refused(clip, take_copy(moving), role=Asset.Role.COVER) == ["wrong_kind"]
    assert [*Asset.objects.all()] == [kept]
    assert acts() == []
    assert not [*storage.incoming().iterdir()]


def test_attach_file_says_what_was_wanted_and_what_came(picture):
    people = cast()

    with pytest.raises(Refusal) as refusal, picture() as upload:
        attach_file(work=work_of(people, kind=Kind.VIDEO), upload=upload, by=people.aisyah)

    assert "%(" not in refusal.value.messages[0]


def test_an_article_has_a_cover(picture):
    people = cast()

    with picture() as upload:
        cover = attach_file(
            work=work_of(people), upload=upload, by=people.aisyah, role=Asset.Role.COVER
        )

    assert Revision.objects.get().cover == cover


def test_attach_file_leaves_a_sealed_version_alone(picture):
    people = cast()
    work = sealed_work_of(people, kind=Kind.POSTER)

    with pytest.raises(Refusal) as refusal, picture() as upload:
        attach_file(work=work, upload=upload, by=people.aisyah)

    assert codes(refusal) == ["sealed"]
    assert not Original.objects.exists()


def test_attach_file_to_a_version_that_is_handed_in_while_the_file_is_looked_at(
    picture, monkeypatch
):
    people = cast()
    work = work_of(people, kind=Kind.POSTER)

    def adopt_slowly(**what):
        Revision.objects.update(sealed_at=work.created_at, content_hash="sha256:" + 64 * "a")
        return adopt(**what)

    adopt = operations.adopt_upload
    monkeypatch.setattr(operations, "adopt_upload", adopt_slowly)

    with pytest.raises(Refusal) as refusal, picture() as upload:
        attach_file(work=work, upload=upload, by=people.aisyah)

    assert codes(refusal) == ["sealed"]
    assert not Asset.objects.exists()


def test_attach_file_refuses_strangers(picture):
    people = cast()
    work = work_of(people, kind=Kind.POSTER)

    for person in (people.eka, people.budi, people.dewi, people.citra, people.farid):
        with pytest.raises(PermissionDenied), picture() as upload:
            attach_file(work=work, upload=upload, by=person)
    assert not Original.objects.exists()
    assert not [*storage.incoming().iterdir()]


@pytest.mark.django_db(transaction=True)
def test_a_file_is_looked_at_outside_any_transaction(picture, monkeypatch):
    """Looking takes seconds; inside a transaction nobody else could write on a node."""
    people = cast()
    seen = []
    adopt = operations.adopt_upload
    monkeypatch.setattr(
        operations,
        "adopt_upload",
        lambda **what: seen.append(connection.in_atomic_block) or adopt(**what),
    )

    with picture() as upload:
        attach_file(work=work_of(people, kind=Kind.POSTER), upload=upload, by=people.aisyah)

    assert seen == [False]


def test_two_tabs_upload_a_picture_at_once(together, picture):
    people = cast()
    work = work_of(people, kind=Kind.POSTER)
    uploads = [picture("satu.jpg", "red"), picture("dua.jpg", "blue"), picture("tiga.jpg", "red")]

    outcomes = together(
        *[
            lambda upload=upload: attach_file(
                work=Work.objects.get(pk=work.pk), upload=upload, by=people.aisyah
            )
            for upload in uploads
        ]
    )
    for upload in uploads:
        upload.close()

    assert [type(each) for each in outcomes] == [Asset] * 3
    assert Asset.objects.count() == 1
    assert Original.objects.count() == 2
    assert list(audit_faults()) == []


# --- remove_file, try_file_again


def test_remove_file_takes_it_out_once_and_keeps_the_original():
    people = cast()
    work = work_of(people, kind=Kind.VIDEO)
    first_tab = asset(work.newest_revision)
    second_tab = Asset.objects.get(pk=first_tab.pk)

    remove_file(asset=first_tab, by=people.aisyah)
    remove_file(asset=second_tab, by=people.aisyah)

    assert not Asset.objects.exists()
    assert Original.objects.get().path.is_file()
    assert acts() == ["remove_file"]


def test_remove_file_leaves_sealed_versions_alone_also_beside_an_open_one():
    people = cast()
    work = sealed_work_of(people, kind=Kind.VIDEO)
    handed_on = asset(work.newest_revision)

    for _ in range(2):
        with pytest.raises(Refusal) as refusal:
            remove_file(asset=handed_on, by=people.aisyah)
        assert codes(refusal) == ["sealed"]
        if work.revisions.count() == 1:
            begin_revision(work=work, by=people.aisyah)
    assert Asset.objects.count() == 2


def test_remove_file_and_try_again_refuse_strangers():
    people = cast()
    placed = asset(work_of(people, kind=Kind.VIDEO).newest_revision)

    for person in (people.eka, people.budi, people.dewi, people.citra, people.farid):
        with pytest.raises(PermissionDenied):
            remove_file(asset=placed, by=person)
        with pytest.raises(PermissionDenied):
            try_file_again(asset=placed, by=person)
    assert Asset.objects.exists()


def test_try_file_again_puts_a_failed_preparation_back_to_waiting():
    people = cast()
    work = work_of(people, kind=Kind.VIDEO)
    placed = asset(work.newest_revision, transcode=TranscodeFactory(failed=True))

    try_file_again(asset=placed, by=people.aisyah)

    assert Transcode.objects.get().state == Transcode.State.WAITING
    assert acts() == ["try_file_again"]


def test_try_file_again_has_nothing_to_do_for_a_file_that_is_ready():
    people = cast()
    placed = asset(work_of(people, kind=Kind.VIDEO).newest_revision)

    with pytest.raises(Refusal) as refusal:
        try_file_again(asset=placed, by=people.aisyah)

    assert codes(refusal) == ["nothing_to_retry"]
    assert acts() == []


# --- begin_revision


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


# --- seal_revision, move_work


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
