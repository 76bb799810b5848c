import io
from contextlib import nullcontext

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from PIL import Image

from kodipest.engines.media import storage
from kodipest.engines.media.models import Original, Transcode
from kodipest.engines.media.uploads import take_copy
from kodipest.kernel.errors import Refusal
from kodipest.people.audit import audit_faults
from kodipest.people.models import AuditEntry
from kodipest.works.models import Asset, Revision, Work
from kodipest.works.operations import (
    attach_file,
    begin_revision,
    files,
    remove_file,
    try_file_again,
)
from tests.factories.media import TranscodeFactory, film
from tests.factories.people import cast
from tests.factories.works import WorkFactory, asset
from tests.works.operations.hands import Kind, acts, codes, sealed_work_of, work_of

pytestmark = pytest.mark.django_db


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
    monkeypatch.setattr(files, "MOST_PAGES", 3)
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

    adopt = files.adopt_upload
    monkeypatch.setattr(files, "adopt_upload", adopt_slowly)

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
    adopt = files.adopt_upload
    monkeypatch.setattr(
        files,
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


@pytest.mark.parametrize(
    ("kind", "role", "container", "fits"),
    [
        ("comic", "main", "pdf", True),
        ("comic", "main", "cbz", True),
        ("comic", "main", "epub", False),
        ("comic", "cover", "cbz", False),
        ("ebook", "main", "pdf", True),
        ("ebook", "main", "cbz", False),
        ("poster", "main", "cbz", False),
    ],
)
def test_a_comic_may_come_as_one_file(kind, role, container, fits):
    work = WorkFactory(kind=kind)
    original = Original(kind="document", probe={"container": container})
    expected = nullcontext() if fits else pytest.raises(Refusal, check=is_wrong_kind)

    with expected:
        files.refuse_wrong_kind(work, Asset.Role(role), original)


def is_wrong_kind(refusal: Refusal) -> bool:
    return refusal.code == "wrong_kind"
