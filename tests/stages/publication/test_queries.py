from datetime import timedelta

import pytest

from kodipest.kernel.time import today
from kodipest.people.models import Consent, NameForm, Purpose
from kodipest.stages.curation.operations import send_back
from kodipest.stages.publication.cards import card_of
from kodipest.stages.publication.models import Edition
from kodipest.stages.publication.operations import withdraw_work
from kodipest.stages.publication.queries import (
    all_published_editions,
    channel_list,
    count_editions_like,
    editions_held_back,
    editions_in_reach,
    editions_like,
    editions_of,
    editions_out,
    editions_with,
    missing_names,
    obstacles_to_publication,
    public_folders,
    published_editions,
    waiting_for_channel,
    with_files,
)
from kodipest.works.models import Credit
from kodipest.works.operations import credit_person
from kodipest.works.queries import missing_consents
from tests.factories.media import TranscodeFactory
from tests.factories.people import cast, consent, somebody, withdraw
from tests.factories.stages import (
    ChannelFactory,
    passed,
    published,
    reopened,
    started,
    started_film,
    submitted,
)
from tests.factories.works import CreditFactory, asset

pytestmark = pytest.mark.django_db


def codes(refusals):
    return [code for refusal in refusals for code in refusal.codes]


def test_the_public_sees_editions_that_are_out_newest_first():
    people = cast()
    first, second = published(people), published(people)
    gone = published(people)
    withdraw_work(work=gone.work, by=people.farid, why="Too long.")
    passed(people)

    assert [*published_editions()] == [second, first]


def test_one_person_in_the_credits_without_consent_hides_the_work():
    people = cast()
    shown, hidden = published(people), published(people)
    CreditFactory(work=hidden.work, person=people.budi, role=Credit.Role.EDITOR)
    assert [*published_editions()] == [shown]

    given = consent(people.budi, Purpose.PUBLIC)
    assert [*published_editions()] == [hidden, shown]

    withdraw(given)
    assert [*published_editions()] == [shown]
    consent(people.budi, Purpose.PUBLIC)
    assert [*published_editions()] == [hidden, shown]


@pytest.mark.parametrize(
    ("part", "purposes"),
    [
        (Credit.Role.VOICE, [Purpose.VOICE]),
        (Credit.Role.SPEAKER, [Purpose.VOICE]),
        (Credit.Role.ACTOR, [Purpose.VOICE, Purpose.FACE]),
    ],
)
def test_who_is_heard_or_seen_consents_to_that_too(part, purposes):
    people = cast()
    edition = published(people)
    CreditFactory(work=edition.work, person=people.budi, role=part)
    consent(people.budi, Purpose.PUBLIC)

    for purpose in purposes:
        assert [*published_editions()] == [*channel_counts()] == []
        assert missing_consents(edition.work) == [people.budi]
        given = consent(people.budi, purpose)

    assert [*published_editions()] == [*channel_counts()] == [edition]
    withdraw(given)
    assert [*published_editions()] == []


def channel_counts():
    """The editions that the channels count, each as often as it is counted."""
    counted = sum(channel.edition_count for channel in channel_list())
    return [*Edition.objects.all()][:counted]


@pytest.mark.parametrize("purpose", [each for each in Purpose if each != Purpose.PUBLIC])
def test_no_other_consent_opens_a_work(purpose):
    people = cast()
    edition = published(people)
    withdraw(Consent.objects.get(purpose=Purpose.PUBLIC))

    consent(people.aisyah, purpose)

    assert [*published_editions()] == []
    assert public_folders() == set()
    assert [*editions_out(people.farid)] == [edition]


def test_a_birth_date_mended_to_under_13_hides_the_work_at_once():
    people = cast()
    edition = published(people)
    people.aisyah.birth_date = today() - timedelta(days=12 * 365)
    people.aisyah.save()

    assert [*published_editions()] == []
    assert [*editions_held_back(people.farid)] == [edition]


def test_both_forms_of_the_gate_let_the_same_through():
    people = cast()
    shown, hidden, gone = (published(people) for _ in range(3))
    CreditFactory(work=hidden.work, person=people.eka)
    withdraw_work(work=gone.work, by=people.farid, why="Too long.")

    assert {*all_published_editions()} == {*published_editions()} == {shown}
    assert {*editions_in_reach(people.dewi)} == {shown, hidden, gone}
    assert {*editions_in_reach(people.aisyah)} == set()


def test_consents_of_those_who_vouched_are_not_asked_for():
    """A mentor's name needs a consent; that he approved a work of others does not hide it."""
    people = cast()

    edition = published(people)

    assert [*published_editions()] == [edition]
    assert not Consent.objects.filter(person__in=[people.budi, people.citra]).exists()


@pytest.mark.parametrize("count", [1, 3])
def test_lists_of_editions_take_as_many_queries_for_three_as_for_one(
    django_assert_num_queries, count
):
    people, channel = cast(), ChannelFactory()
    for _ in range(count):
        published(people, started_film(people), channel)
    lists = [
        (published_editions(), 1),
        (editions_like("dapur", "video"), 1),
        (editions_of(people.house), 1),
        (editions_with(people.aisyah), 1),
        (editions_out(people.farid), 1),
        (with_files(published_editions()), 2),
    ]

    for editions, queries in lists:
        with django_assert_num_queries(queries):
            found = [*editions]
            assert {edition.work.organisation.name for edition in found} == {people.house.name}
            assert {edition.channel.name for edition in found} == {channel.name}
            assert {edition.revision.title for edition in found} == {"A day in the dapur"}
        assert len(found) == count
    with django_assert_num_queries(0):
        assert [len(edition.revision.files) for edition in found] == [1] * count
        assert all(edition.revision.main.transcode.is_done for edition in found)
    with django_assert_num_queries(1):
        assert [channel.edition_count for channel in channel_list()] == [count]


def test_editions_are_found_by_title_and_kind():
    people = cast()
    sawah = published(people, started(people, title="Sawah Hijau"))
    dapur = published(people, started_film(people, title="100% dapur_"))

    def found(*asked, **named):
        editions = [*editions_like(*asked, **named)]
        assert count_editions_like(*asked, **named) == len(editions)
        return editions

    assert found() == [dapur, sawah]
    assert found(" SAWAH\u202e ") == [sawah]
    assert found("0%") == [dapur]
    assert found("%") == [dapur]
    assert found("r_") == [dapur]
    assert found("a", "article") == [sawah]
    assert found(kind="opera") == [dapur, sawah]
    assert found("\x00") == [dapur, sawah]
    assert found(1000 * "a") == []


def test_a_title_changed_in_a_new_version_is_not_searched_before_it_is_out():
    people = cast()
    edition = published(people, started(people, title="Sawah"))
    edition.work.title = "Dapur"
    edition.work.save()

    assert [*editions_like("Dapur")] == []
    assert [*editions_like("Sawah")] == [edition]


def test_channels_count_what_the_public_sees():
    people = cast()
    full, empty = ChannelFactory(name="B"), ChannelFactory(name="A")
    published(people, channel=full)
    hidden = published(people, channel=full)
    CreditFactory(work=hidden.work, person=people.eka)

    assert [(channel, channel.edition_count) for channel in channel_list()] == [
        (empty, 0),
        (full, 1),
    ]


def test_editions_of_a_house_and_with_a_person():
    people, others = cast(), cast()
    mine, theirs = published(people), published(others)
    CreditFactory(work=mine.work, person=people.aisyah, role=Credit.Role.EDITOR)

    assert [*editions_of(people.house)] == [mine]
    assert [*editions_with(people.aisyah)] == [mine]
    assert [*editions_with(others.aisyah)] == [theirs]
    assert [*editions_with(people.budi)] == []


def test_programme_managers_see_what_is_out_and_what_is_held_back():
    people = cast()
    shown, hidden = published(people), published(people)
    CreditFactory(work=hidden.work, person=people.eka)

    assert [*editions_out(people.farid)] == [hidden, shown]
    assert [*editions_held_back(people.farid)] == [hidden]
    for person in people[1:-1]:
        assert [*editions_out(person)] == [*editions_held_back(person)] == []


@pytest.mark.parametrize("count", [1, 3])
def test_passed_works_wait_for_a_channel(django_assert_num_queries, count):
    people = cast()
    works = [passed(people) for _ in range(count)]
    submitted(people)
    published(people)
    back = passed(people)
    send_back(work=back, by=people.farid, why="Too long.")
    reopened(people, back)
    submitted(people, back)

    with django_assert_num_queries(1):
        found = [*waiting_for_channel(people.farid)]
        assert [work.organisation for work in found] == [people.house] * count

    assert found == works
    assert [*waiting_for_channel(people.eka)] == []


@pytest.mark.parametrize("count", [1, 3])
def test_missing_names_are_asked_once(django_assert_num_queries, count):
    people = cast()
    works = [passed(people) for _ in range(count)]
    CreditFactory(work=works[0], person=somebody("Zaid"))

    with django_assert_num_queries(1):
        names = missing_names(works)

    assert names == {work.pk: ["Aisyah"] for work in works} | {works[0].pk: ["Aisyah", "Zaid"]}
    consent(people.aisyah, Purpose.PUBLIC)
    assert missing_names(works) == {works[0].pk: ["Zaid"]}


def test_what_stands_between_a_work_and_the_public():
    people = cast()
    work = submitted(people).work
    assert codes(obstacles_to_publication(work)) == ["not_passed", "consent_missing"]

    consent(people.aisyah, Purpose.PUBLIC)
    assert codes(obstacles_to_publication(work)) == ["not_passed"]
    ready = passed(people)
    assert codes(obstacles_to_publication(ready)) == []


def test_the_message_counts_who_is_missing():
    people = cast()
    work = started(people)
    credit_person(work=work, person=people.eka, by=people.aisyah)
    passed(people, work)

    (refusal,) = obstacles_to_publication(work)

    assert "Aisyah, Eka Putri" in refusal.messages[0]


def test_public_folders_are_those_of_every_file_of_what_is_seen():
    people = cast()
    work = started_film(people)
    cover = asset(work.newest_revision, "image", role="cover")
    edition = published(people, work)
    published(people)
    started_film(people)

    files = {each.transcode.folder for each in edition.revision.files}
    assert public_folders() == files
    assert cover.transcode.folder in files
    cover.transcode.__class__.objects.filter(pk=cover.transcode.pk).update(
        state="failed", folder="", manifest=None, first_playable_at=None, error_code="damaged"
    )
    assert public_folders() == files - {cover.transcode.folder}


def test_a_name_consent_is_no_consent_to_be_shown():
    people = cast()
    published(people)
    withdraw(Consent.objects.get())

    consent(people.aisyah, Purpose.NAME, NameForm.FULL)

    assert [*published_editions()] == []
    assert Edition.objects.count() == 1


def test_a_card_brings_the_first_file_and_those_being_prepared():
    people = cast()
    edition = published(people, started_film(people))
    revision = edition.revision
    asset(revision, position=2)
    growing = asset(revision, position=3, transcode=TranscodeFactory(running=True))
    revision.assets.filter(position=0).update(position=1)  # what stood before it was taken out
    first = revision.assets.get(position=1)

    (found,) = with_files(published_editions())

    assert found.revision.files == [first, growing]
    assert card_of(found).is_growing
