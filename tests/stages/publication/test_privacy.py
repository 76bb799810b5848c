"""Whatever people consent to, withdraw and consent to again: the public sees that and nothing more."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.db.models import Max
from django.test import TestCase
from django.utils import timezone
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kodipest.engines.sanad.chain import verify
from kodipest.people.models import Consent, NameForm, Person, Purpose, Withdrawal
from kodipest.people.queries import people_with_consent, public_name, public_names
from kodipest.stages.publication.queries import (
    all_published_editions,
    channel_list,
    count_editions_like,
    editions_held_back,
    editions_like,
    editions_with,
    public_folders,
    published_editions,
)
from kodipest.works.models import Revision
from kodipest.works.operations import credit_person
from kodipest.works.queries import missing_consents, public_credits, sanad_of
from kodipest.works.sanad import export_sanad, site_key
from tests.factories.people import born_years_ago, cast, consent, somebody
from tests.factories.stages import published, started_film

pytestmark = pytest.mark.long
NAMES = ["Aisyah binti Umar", "Zulaikha Rahmawati", "Hasan Basri", "Qonita Sholihah"]
AGES = {"child": 12, "just thirteen": 13, "minor": 16, "adult": 40}
people_of_the_credits = st.integers(0, len(NAMES) - 1)


class Publicity(RuleBasedStateMachine):
    """Four people in the credits of two films; the machine keeps its own book of what they said."""

    def __init__(self):
        super().__init__()
        self.story = transaction.atomic()
        self.story.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.story.__exit__(None, None, None)

    @initialize()
    def publish(self):
        cast_ = cast()
        self.manager = cast_.farid
        self.people = [cast_.aisyah, *(somebody(name) for name in NAMES[1:])]
        works = [started_film(cast_), started_film(cast_)]
        self.credited = [self.people[:3], [self.people[0], self.people[3]]]
        for work, credited in zip(works, self.credited, strict=True):
            for person in credited[1:]:
                credit_person(work=work, person=person, by=cast_.aisyah)
        self.said = {person.pk: {} for person in self.people}
        for person in self.people:
            self.said[person.pk][Purpose.PUBLIC] = [consent(person, Purpose.PUBLIC)]
        self.editions = [published(cast_, work) for work in works]
        Consent.objects.all().update(given_at=timezone.now() - timedelta(days=1))
        for person in self.people:  # `published` asked everyone once more
            living = Consent.objects.filter(person=person, withdrawal=None)
            self.said[person.pk][Purpose.PUBLIC] = list(living)

    @rule(
        who=people_of_the_credits, purpose=st.sampled_from(Purpose), form=st.sampled_from(NameForm)
    )
    def say_yes(self, who, purpose, form):
        """A yes, also one that came by sync and that an operation here would have refused."""
        person = self.people[who]
        last = Consent.objects.aggregate(last=Max("given_at"))["last"]
        given = consent(person, purpose, form if purpose == Purpose.NAME else "")
        Consent.objects.filter(pk=given.pk).update(given_at=last + timedelta(seconds=1))
        self.said[person.pk].setdefault(purpose, []).append(given)

    @rule(who=people_of_the_credits, purpose=st.sampled_from(Purpose))
    def say_no(self, who, purpose):
        for given in self.said[self.people[who].pk].pop(purpose, []):
            Withdrawal.objects.create(consent=given, recorded_by=given.person)

    @rule(who=people_of_the_credits, purpose=st.sampled_from(Purpose))
    def withdraw_the_oldest_yes(self, who, purpose):
        living = self.said[self.people[who].pk].get(purpose)
        if living:
            Withdrawal.objects.create(consent=living[0], recorded_by=living[0].person)
            del living[0]

    @rule(who=people_of_the_credits, age=st.sampled_from([*AGES.values(), None]))
    def mend_the_birth_date(self, who, age):
        person = self.people[who]
        person.birth_date = None if age is None else born_years_ago(age)
        person.save()

    def may(self, person, purpose):
        said, age = self.said[person.pk].get(purpose, []), person.age()
        if age is None and purpose != Purpose.TRAINING:
            return any(given.giver == Consent.Giver.SELF for given in said)
        return bool(said) and (purpose == Purpose.TRAINING or age >= 13)

    def name_in_public(self, person):
        if not self.may(person, Purpose.NAME):
            return None
        return {
            NameForm.FULL: person.name,
            NameForm.NICKNAME: person.display_name or person.name,
            NameForm.INITIALS: "".join(f"{word[0]}." for word in person.name.split()),
        }[self.said[person.pk][Purpose.NAME][-1].choice]

    @invariant()
    def names_are_written_as_consented(self):
        expected = {person.pk: self.name_in_public(person) for person in self.people}
        assert public_names(self.people) == {pk: name for pk, name in expected.items() if name}
        for person in self.people:
            assert public_name(person) == expected[person.pk]
        for purpose in Purpose:
            assert {*people_with_consent(purpose)} & {*self.people} == {
                person for person in self.people if self.may(person, purpose)
            }
        for edition, credited in zip(self.editions, self.credited, strict=True):
            assert [name for _credit, name in public_credits(edition.work)] == [
                expected[person.pk] for person in credited
            ]

    @invariant()
    def works_and_files_are_seen_if_everyone_in_the_credits_consents(self):
        seen = {
            edition
            for edition, credited in zip(self.editions, self.credited, strict=True)
            if all(self.may(person, Purpose.PUBLIC) for person in credited)
        }
        assert {*published_editions()} == {*editions_like("dapur", "video")} == seen
        assert {*all_published_editions()} == seen
        assert count_editions_like("dapur", "video") == len(seen)
        counts = {channel.pk: channel.edition_count for channel in channel_list()}
        for edition in self.editions:
            assert counts[edition.channel_id] == (edition in seen)
        assert {*editions_held_back(self.manager)} == {*self.editions} - seen
        assert public_folders() == {edition.revision.main.transcode.folder for edition in seen}
        for edition, credited in zip(self.editions, self.credited, strict=True):
            missing = [person for person in credited if not self.may(person, Purpose.PUBLIC)]
            assert {*missing_consents(edition.work)} == {*missing}
        for person, edition in ((self.people[2], 0), (self.people[3], 1)):
            assert {*editions_with(person)} == {self.editions[edition]} & seen

    @invariant()
    def the_exported_sanad_holds_and_names_nobody_who_has_not_consented(self):
        for edition in self.editions:
            revision = Revision.objects.select_related("work").get(pk=edition.revision_id)
            links = sanad_of(revision.work)
            document = export_sanad(revision, {link.number: name for link, name in links})
            report = verify(document, trusted=[site_key().public])
            assert report.is_valid
            for (link, name), line in zip(links, report.lines, strict=True):
                person = Person.objects.get(pk=link.person_id)
                in_book = person.pk in self.said
                allowed = self.name_in_public(person) if in_book else None
                assert name == line.name == (link.name if link.name == allowed else None)
            for person in self.people:
                if not self.may(person, Purpose.NAME):
                    assert person.name.encode() not in document


class TestPublicity(Publicity.TestCase, TestCase):
    """The stories, each in a transaction that is rolled back."""

    settings = hypothesis_settings(max_examples=8, stateful_step_count=12, deadline=None)


@pytest.mark.django_db
@pytest.mark.parametrize("age", [0, 12])
def test_a_child_is_never_in_public_however_much_was_consented(age):
    people = cast()
    edition = published(people)
    people.aisyah.birth_date = born_years_ago(age)
    people.aisyah.save()
    for purpose in Purpose:
        consent(people.aisyah, purpose)

    assert public_name(people.aisyah) is None
    assert not published_editions().exists()
    assert [name for _credit, name in public_credits(edition.work)] == [None]
    assert [name for _link, name in sanad_of(edition.work)] == [None] * 4


@pytest.mark.django_db
def test_the_day_before_the_thirteenth_birthday(monkeypatch):
    people = cast()
    edition = published(people)
    people.aisyah.birth_date = date(2013, 11, 23)
    people.aisyah.save()

    for day, is_shown in [(date(2026, 11, 22), False), (date(2026, 11, 23), True)]:
        monkeypatch.setattr("django.utils.timezone.localdate", lambda day=day: day)
        assert published_editions().filter(pk=edition.pk).exists() is is_shown
