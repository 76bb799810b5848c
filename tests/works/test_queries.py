import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodipest.engines.media.models import Transcode
from kodipest.people.models import Purpose
from kodipest.works.journey import Stage
from kodipest.works.models import Credit, Passage, Revision, Work
from kodipest.works.operations import move_work
from kodipest.works.queries import (
    all_works_without_consent,
    credits_and_sanad_of,
    history,
    missing_consents,
    newest_revisions,
    obstacles_to_handing_on,
    public_credits,
    sanad_of,
    works_by,
    works_like,
    works_on_desk_of,
    works_per_stage,
    works_seen_by,
    works_without_consent,
)
from tests.factories.media import TranscodeFactory
from tests.factories.people import PersonFactory, cast, consent, withdraw
from tests.factories.stages import passed, published, reopened, started
from tests.factories.works import CreditFactory, RevisionFactory, WorkFactory, asset

pytestmark = pytest.mark.django_db
Kind = Work.Kind


def test_works_by_are_those_of_an_author_newest_first(django_assert_num_queries):
    aisyah = PersonFactory()
    first, second = WorkFactory(authors=[aisyah]), WorkFactory(authors=[aisyah, PersonFactory()])
    CreditFactory(work=WorkFactory(), person=aisyah, role=Credit.Role.VOICE)
    CreditFactory(work=second, person=aisyah, role=Credit.Role.EDITOR)

    with django_assert_num_queries(1):
        works = [*works_by(aisyah)]
        assert [work.organisation.name for work in works]

    assert works == [second, first]


@pytest.mark.parametrize("count", [1, 3])
def test_works_seen_by_take_as_many_queries_for_three_as_for_one(django_assert_num_queries, count):
    people = cast()
    for _ in range(count):
        WorkFactory(organisation=people.house, stage=Stage.CURATION)

    for person in (people.budi, people.citra, people.farid):
        with django_assert_num_queries(3):  # memberships, works, credits
            works = [*works_seen_by(person)]
            assert all(person.has_perm("works.see_work", work) for work in works)
            assert [work.organisation.name for work in works]
        assert len(works) == count
    with django_assert_num_queries(1):
        assert [*works_by(people.aisyah)] == []


def test_works_like_narrows_by_title_kind_and_place():
    sawah = WorkFactory(title="Sawah Hijau", kind=Kind.VIDEO)
    out = WorkFactory(title="100% sawah_", stage=Stage.PUBLICATION)
    judged = WorkFactory(title="Kitab", stage=Stage.CURATION)
    works = Work.objects.order_by("created_at")

    assert [*works_like(works)] == [sawah, out, judged]
    assert [*works_like(works, q=" SAWAH\u202e ")] == [sawah, out]
    assert [*works_like(works, q="0%")] == [out]
    assert [*works_like(works, q="h_")] == [out]
    assert [*works_like(works, kind="video")] == [sawah]
    assert [*works_like(works, kind="opera")] == [sawah, out, judged]
    assert [*works_like(works, stage="curation")] == [judged]
    assert [*works_like(works, stage="nowhere")] == [sawah, out, judged]
    assert [*works_like(works, stage="curation", where="desk")] == []
    assert [*works_like(works, where="desk")] == [sawah]
    assert [*works_like(works, where="others")] == [judged]
    assert [*works_like(works, where="out")] == [out]
    assert [*works_like(works, where="nowhere")] == [sawah, out, judged]


def test_works_are_counted_per_stage(django_assert_num_queries):
    house = WorkFactory(stage=Stage.CURATION).organisation
    for stage in (Stage.CURATION, Stage.TRAINING):
        WorkFactory(stage=stage)

    with django_assert_num_queries(2):
        assert works_per_stage() == {"curation": 2, "training": 1}
        assert works_per_stage(house) == {"curation": 1}


def test_works_on_the_desk_of_somebody_shut_out_are_none():
    people = cast()
    WorkFactory(organisation=people.house)
    people.farid.is_active = False

    assert not works_on_desk_of(people.farid).exists()


@pytest.mark.parametrize("count", [1, 3])
def test_newest_revisions_bring_their_files_in_two_queries(django_assert_num_queries, count):
    works = [WorkFactory(revision=None) for _ in range(count)]
    for work in works:
        RevisionFactory(work=work, sealed=True)
        asset(RevisionFactory(work=work, number=2))

    with django_assert_num_queries(2):
        newest = newest_revisions(iter(works))
        assert [obstacles_to_handing_on(revision) for revision in newest.values()]
        assert [revision.work.title for revision in newest.values()]

    assert {work_id: revision.number for work_id, revision in newest.items()} == {
        work.pk: 2 for work in works
    }
    assert [len(revision.files) for revision in newest.values()] == [1] * count


def test_newest_revisions_of_no_works_ask_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert newest_revisions([]) == {}


def test_a_revision_without_files_has_none():
    work = WorkFactory()

    assert newest_revisions([work])[work.pk].files == []


def test_missing_consents_name_everybody_once_by_nickname():
    zaid, aisyah, budi = (PersonFactory(name=name) for name in ("Zaid", "Aisyah", "Budi"))
    work = WorkFactory(authors=[zaid, aisyah, budi])
    CreditFactory(work=work, person=zaid, role=Credit.Role.VOICE)
    assert missing_consents(work) == [aisyah, budi, zaid]

    consent(aisyah, Purpose.PUBLIC)
    consent(budi, Purpose.NAME)

    assert missing_consents(work) == [budi, zaid]
    for found in (works_without_consent(), all_works_without_consent()):
        assert {*found.values_list("person", flat=True)} == {budi.pk, zaid.pk}


def test_public_credits_show_a_part_without_a_name(django_assert_num_queries):
    aisyah, budi = PersonFactory(name="Aisyah"), PersonFactory(name="Budi")
    work = WorkFactory(authors=[aisyah, budi])
    consent(budi, Purpose.NAME)
    consent(aisyah, Purpose.PUBLIC)

    with django_assert_num_queries(2):
        shown = public_credits(work)

    assert [(credit.person, name) for credit, name in shown] == [(aisyah, None), (budi, "Budi")]


@pytest.mark.parametrize("count", [1, 3])
def test_public_credits_take_two_queries_for_any_number(django_assert_num_queries, count):
    work = WorkFactory(authors=[PersonFactory() for _ in range(count)])

    with django_assert_num_queries(2):
        assert len(public_credits(work)) == count


def test_sanad_of_names_whoever_consents_to_that_very_name_today(django_assert_num_queries):
    people = cast()
    given = consent(people.budi, Purpose.NAME)
    work = passed(people)

    def shown():
        return [(link.act, name) for link, name in sanad_of(work)]

    with django_assert_num_queries(2):
        assert shown() == [("made", None), ("approved", "Budi Santoso"), ("passed", None)]
    consent(people.aisyah, Purpose.NAME, "nickname")
    assert shown()[0] == ("made", "Aisyah")  # the word under which she vouched
    withdraw(given)
    assert shown()[1] == ("approved", None)
    consent(people.budi, Purpose.NAME, "initials")
    assert shown()[1] == ("approved", None)  # another form than that of the day stays closed
    consent(people.budi, Purpose.NAME, "full")
    assert shown()[1] == ("approved", "Budi Santoso")


def test_sanad_of_one_version_leaves_the_links_of_others_out():
    people = cast()
    edition = published(people)
    work = edition.work
    move_work(work=work, to=Stage.TRAINING, by=people.farid)
    second = reopened(people, work)

    assert [link.number for link, _name in sanad_of(work, edition.revision)] == [1, 2, 3, 4]
    assert sanad_of(work, second) == []


def test_history_is_in_order(django_assert_num_queries):
    people = cast()
    work = passed(people)

    with django_assert_num_queries(1):
        steps = [(step.from_stage, step.to_stage, step.by.name) for step in history(work)]

    assert steps == [
        ("training", "coaching", "Aisyah binti Umar"),
        ("coaching", "curation", "Aisyah binti Umar"),
    ]
    assert Passage.objects.count() == 2


def obstacles(revision):
    return [code for refusal in obstacles_to_handing_on(revision) for code in refusal.codes]


@pytest.mark.parametrize("kind", Kind)
def test_a_work_needs_its_text_or_its_file(kind):
    revision = RevisionFactory(work=WorkFactory(kind=kind, revision=None), body="")
    is_article = kind == Kind.ARTICLE
    assert obstacles(revision) == ["text_missing" if is_article else "file_missing"]

    asset(revision, "image", role="cover")
    assert obstacles(revision) == ["text_missing" if is_article else "file_missing"]

    revision.body = "Bismillah."
    asset(revision)
    assert obstacles(revision) == []


def test_a_work_needs_a_title():
    assert obstacles(RevisionFactory.build(title="", work=WorkFactory())) == ["title_missing"]


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({}, ["media_not_ready"]),
        ({"running": True}, ["media_not_ready"]),
        ({"running": True, "first_playable_at": "2026-11-23T00:00Z"}, []),
        ({"done": True}, []),
        ({"failed": True}, ["media_failed"]),
    ],
)
def test_a_file_must_be_playable_and_need_not_be_finished(state, expected):
    revision = RevisionFactory(work=WorkFactory(kind=Kind.COMIC, revision=None))
    asset(revision, "image", position=0)
    asset(revision, position=1, transcode=TranscodeFactory(**state))

    assert obstacles(Revision.objects.get(pk=revision.pk)) == expected


def test_a_failed_file_is_named_before_one_that_is_not_ready():
    revision = RevisionFactory(work=WorkFactory(kind=Kind.COMIC, revision=None))
    asset(revision, position=0, transcode=TranscodeFactory())
    asset(revision, position=1, transcode=TranscodeFactory(failed=True))

    assert obstacles(revision) == ["media_failed"]
    assert Transcode.objects.count() == 2


@given(st.text(max_size=30))
def test_any_words_may_be_searched_for(text):
    assert not works_like(Work.objects.all(), q=text).exists()  # and no database refuses the words


def test_a_started_work_lacks_nothing():
    assert obstacles(started(cast()).newest_revision) == []


def test_credits_and_sanad_are_told_alike_and_names_asked_for_once(django_assert_num_queries):
    people = cast()
    edition = published(people)
    consent(people.budi, Purpose.NAME, "nickname")
    consent(people.aisyah, Purpose.NAME, "initials")
    work, revision = edition.work, edition.revision

    with django_assert_num_queries(3):
        credited, vouched = credits_and_sanad_of(work, revision)

    assert credited == public_credits(work)
    assert vouched == sanad_of(work, revision)
    assert [name for _credit, name in credited] == ["A.b.U."]
