import json
import stat

import pytest
from django.db import IntegrityError, transaction

from kodipest.engines.sanad import chain
from kodipest.engines.sanad.errors import SanadError
from kodipest.engines.sanad.keys import SiteKey
from kodipest.people.models import Purpose
from kodipest.works import sanad
from kodipest.works.journey import Stage
from kodipest.works.models import Act, Attestation, Revision
from kodipest.works.operations import move_work
from kodipest.works.queries import sanad_of
from tests.factories.people import cast, consent
from tests.factories.stages import handed_in, passed, published, reopened, started, started_film
from tests.factories.works import RevisionFactory, WorkFactory, asset

pytestmark = pytest.mark.django_db


def exported(revision):
    shown = {link.number: name for link, name in sanad_of(revision.work)}
    return sanad.export_sanad(revision, shown)


def verified(document, **more):
    return chain.verify(document, trusted=[sanad.site_key().public], **more)


@pytest.fixture
def edition():
    people = cast()
    for person in (people.aisyah, people.budi):
        consent(person, Purpose.NAME)
    return published(people, started_film(people))


def test_the_sanad_of_a_published_work_verifies_offline(edition):
    report = verified(exported(edition.revision))

    assert report.is_valid
    assert [
        (line.body["act"], line.body["person"]["role"], line.name) for line in report.lines
    ] == [
        ("made", "santri", "Aisyah binti Umar"),
        ("approved", "coach", "Budi Santoso"),
        ("passed", "curator", None),
        ("published", "programme_manager", None),
    ]
    assert {line.body["content"] for line in report.lines} == {edition.revision.content_hash}


def test_the_file_of_the_work_belongs_to_its_sanad(edition):
    sha256 = edition.revision.main.original.sha256

    assert verified(exported(edition.revision), files=[f"sha256:{sha256}"]).is_valid
    assert not verified(exported(edition.revision), files=["sha256:" + 64 * "0"]).is_valid


def test_each_link_stands_on_the_one_before(edition):
    links = [*edition.work.attestations.all()]

    assert [link.number for link in links] == [1, 2, 3, 4]
    assert [json.loads(link.body)["previous"] for link in links] == [
        [],
        *([link.digest] for link in links[:-1]),
    ]
    assert [json.loads(link.body)["facts"] for link in links] == [
        {"number": 1},
        {},
        {"rubric": 1},
        {"channel": edition.channel.slug},
    ]


def test_no_name_stands_in_what_was_signed(edition):
    people = [link.person for link in edition.work.attestations.all()]

    for link in edition.work.attestations.all():
        assert not any(
            person.name in link.body or person.nickname in link.body for person in people
        )
        assert str(link.person_id) not in link.body


@pytest.mark.parametrize(
    "change",
    [
        lambda revision: Revision.objects.update(title="Another"),
        lambda revision: Revision.objects.update(synopsis="Another"),
        lambda revision: Revision.objects.update(body="Another"),
        lambda revision: revision.assets.all().delete(),
        lambda revision: asset(revision, position=7),
        lambda revision: revision.assets.update(role="cover"),
    ],
)
def test_a_change_of_the_content_is_found(edition, change):
    change(edition.revision)

    report = verified(exported(Revision.objects.select_related("work").get()))

    assert not report.is_valid
    assert {code for code, _index in report.codes} == {"content_changed"}


def test_a_change_of_the_order_of_pages_is_found():
    revision = RevisionFactory(work=WorkFactory(kind="comic", revision=None))
    pages = [asset(revision, "image", position=position) for position in (0, 1)]
    before = sanad.hash_of(Revision.objects.select_related("work").get())

    for page, position in zip(pages, (9, 0), strict=True):
        page.position = position
        page.save()

    assert sanad.hash_of(Revision.objects.select_related("work").get()) != before


def test_neither_a_name_nor_a_file_name_enters_the_manifest():
    people = cast()
    work = started_film(people)
    manifest = json.dumps(sanad.manifest_of(work.newest_revision))

    assert "tugas" not in manifest
    assert "Aisyah" not in manifest


def test_a_changed_or_missing_link_is_found(edition):
    document = json.loads(exported(edition.revision))
    del document["links"][1]

    assert not verified(json.dumps(document).encode()).is_valid


def test_a_signature_by_another_site_is_not_trusted(edition):
    report = chain.verify(exported(edition.revision), trusted=[SiteKey.generate().public])

    assert {code for code, _index in report.codes} >= {"key_unknown"}


def test_a_chain_over_two_versions_tells_what_it_revises():
    people = cast()
    edition = published(people)
    work, first = edition.work, edition.revision
    edition.withdrawn_at, edition.withdrawn_by = edition.published_at, people.farid
    edition.save()
    move_work(work=work, to=Stage.TRAINING, by=people.farid)
    reopened(people, work)

    passed(people, work)

    second = Revision.objects.select_related("work").filter(work=work).latest()
    report = verified(exported(second))
    facts = [line.body["facts"].get("revises") for line in report.lines]
    assert report.is_valid
    assert facts == [None, None, None, None, first.content_hash, None, None]
    assert second.content_hash != first.content_hash
    older = verified(exported(Revision.objects.select_related("work").get(pk=first.pk)))
    assert older.is_valid
    assert [line.body["content"] for line in older.lines] == [first.content_hash] * 4


def test_nobody_vouches_for_a_content_that_nobody_made():
    people = cast()
    work = handed_in(people)
    second = RevisionFactory(work=work, number=2, sealed=True)

    with pytest.raises(SanadError) as error:
        sanad.attest(revision=second, act=Act.APPROVED, person=people.budi, role="coach")

    assert error.value.code == "content_not_declared"
    assert Attestation.objects.count() == 1


def test_a_new_version_without_a_change_has_the_same_hash_and_a_link_of_its_own():
    people = cast()
    work = handed_in(people)
    move_work(work=work, to=Stage.TRAINING, by=people.budi)
    reopened(people, work, body="Every evening we sing.")
    handed_in(people, work)

    first, second = Attestation.objects.order_by("number")
    assert json.loads(first.body)["content"] == json.loads(second.body)["content"]
    assert first.digest != second.digest
    assert verified(exported(second.revision)).is_valid


def test_a_name_that_may_not_be_shown_is_withheld_and_the_chain_still_holds(edition):
    document = sanad.export_sanad(edition.revision, {})
    report = verified(document)

    assert report.is_valid
    assert [line.name for line in report.lines] == [None] * 4
    assert [finding.code for finding in report.findings].count("name_withheld") == 4
    for link in edition.work.attestations.all():
        assert link.name.encode() not in document
        assert link.salt.encode() not in document


def test_whoever_has_no_consent_vouches_under_a_sealed_nickname():
    people = cast()
    handed_in(people)

    link = Attestation.objects.get()

    assert link.name == "Aisyah"
    assert [name for _link, name in sanad_of(link.work)] == [None]


def test_attest_is_one_link_or_none(edition):
    """Two links signed for one place collide, and the later act fails as a whole."""
    last = edition.work.attestations.last()
    with pytest.raises(IntegrityError), transaction.atomic():
        Attestation.objects.create(
            work=last.work,
            revision=last.revision,
            number=last.number,
            act=Act.PASSED,
            person=last.person,
            at=last.at,
            body="{}",
            digest="sha256:x",
            signature="",
            salt="",
            name="",
        )


def test_the_site_key_is_made_once_and_is_the_owners_alone(settings, tmp_path):
    settings.HOME = tmp_path

    key = sanad.site_key()

    path = tmp_path / "keys" / "site.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert SiteKey.load(path).public.text == key.public.text
    assert sanad.site_key() is key


def test_an_article_without_files_has_a_hash_of_its_own():
    revision = started(cast()).newest_revision

    assert sanad.manifest_of(revision)["files"] == []
    assert sanad.hash_of(revision).startswith("sha256:")
