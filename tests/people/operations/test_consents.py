import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from kodipest.kernel import freshness
from kodipest.kernel.errors import Refusal
from kodipest.kernel.signals import consent_changed
from kodipest.people.audit import audit_faults
from kodipest.people.models import (
    AuditEntry,
    Consent,
    NameForm,
    Purpose,
    Role,
    Withdrawal,
)
from kodipest.people.operations import (
    record_consent,
    register_person,
    withdraw_consent,
)
from kodipest.people.queries import has_consent, living_consents, public_name
from tests.factories.people import (
    cast,
    consent,
    somebody,
)
from tests.people.operations.hands import acts

pytestmark = pytest.mark.django_db


def test_a_guardian_consents_for_a_minor_through_the_operator():
    people = cast()

    given = record_consent(
        person=people.aisyah,
        purpose=Purpose.NAME,
        choice="nickname",
        by=people.dewi,
        guardian_name=" Umar\u202e ",
    )

    assert (given.giver, given.giver_name, given.choice) == ("guardian", "Umar", "nickname")
    assert given.recorded_by == people.dewi
    assert public_name(people.aisyah) == "Aisyah"
    line = AuditEntry.objects.get()
    assert (line.act, line.on_behalf_of, line.facts) == (
        "record_consent",
        people.aisyah,
        {"purpose": "name"},
    )
    assert "Umar" not in str(line.facts)


def test_an_adult_consents_alone():
    people = cast()

    given = record_consent(person=people.budi, purpose=Purpose.PUBLIC, by=people.budi)

    assert (given.giver, given.giver_name, given.choice) == ("self", "", "")


def test_a_kiai_whose_birth_date_nobody_wrote_down_decides_alone():
    people = cast()
    kiai = somebody("Kiai Hasyim", people.house, Role.KIAI, age=None)

    given = record_consent(person=kiai, purpose=Purpose.FACE, by=kiai)
    withdraw_consent(consent=given, by=kiai)

    assert not has_consent(kiai, Purpose.FACE)


def test_a_choice_other_than_of_a_name_is_dropped():
    people = cast()

    given = record_consent(person=people.budi, purpose=Purpose.VOICE, choice="full", by=people.budi)

    assert given.choice == ""


def test_a_new_choice_takes_the_place_of_the_living_one():
    people = cast()

    for choice in NameForm.values:
        record_consent(person=people.budi, purpose=Purpose.NAME, choice=choice, by=people.budi)

    assert living_consents(Purpose.NAME).get().choice == NameForm.INITIALS
    assert Consent.objects.count() == 3
    assert public_name(people.budi) == "B.S."


def test_a_consent_given_again_after_a_withdrawal_lives():
    people = cast()
    first = record_consent(person=people.budi, purpose=Purpose.PUBLIC, by=people.budi)
    withdraw_consent(consent=first, by=people.budi)

    second = record_consent(person=people.budi, purpose=Purpose.PUBLIC, by=people.budi)
    withdraw_consent(consent=first, by=people.budi)  # the old letter arrives once more

    assert living_consents(Purpose.PUBLIC).get() == second


@pytest.mark.parametrize(
    ("age", "purpose", "guardian", "choice", "code"),
    [
        (12, Purpose.PUBLIC, "Umar", "", "too_young"),
        (12, Purpose.NAME, "Umar", "full", "too_young"),
        (12, Purpose.ABROAD, "Umar", "", "too_young"),
        (12, Purpose.TRAINING, "", "", "guardian_needed"),
        (12, Purpose.TRAINING, " \u202e", "", "guardian_needed"),
        (17, Purpose.PUBLIC, "", "", "guardian_needed"),
        (None, Purpose.TRAINING, "", "", "guardian_needed"),
        (None, Purpose.PUBLIC, "", "", "birth_date_missing"),
        (None, Purpose.NAME, "Umar", "full", "birth_date_missing"),
        (18, Purpose.PUBLIC, "Umar", "", "decides_alone"),
        (18, Purpose.NAME, "", "", "choice_missing"),
        (17, Purpose.NAME, "Umar", "capitals", "choice_missing"),
    ],
)
def test_record_consent_refuses_the_wrong_giver_and_half_a_choice(
    age, purpose, guardian, choice, code
):
    people = cast()
    person = somebody("Siti", people.house, Role.SANTRI, age=age)

    with pytest.raises(Refusal) as refusal:
        record_consent(
            person=person, purpose=purpose, choice=choice, by=people.dewi, guardian_name=guardian
        )

    assert refusal.value.codes == [code]
    assert not Consent.objects.exists()


def test_under_13_training_is_all_there_is():
    people = cast()
    child = somebody("Siti", people.house, Role.SANTRI, age=12)

    given = record_consent(
        person=child, purpose=Purpose.TRAINING, by=people.dewi, guardian_name="Umar"
    )

    assert has_consent(child, Purpose.TRAINING)
    assert given.giver == "guardian"


def test_a_guardian_with_an_endless_name_is_refused_on_every_database():
    people = cast()

    with pytest.raises(ValidationError) as error:
        record_consent(
            person=people.aisyah, purpose=Purpose.PUBLIC, by=people.dewi, guardian_name=201 * "a"
        )

    assert list(error.value.error_dict) == ["giver_name"]


def test_record_consent_refuses_strangers_and_minors_themselves():
    people = cast()
    others = cast()

    for person in (people.eka, people.aisyah, people.budi, people.farid, others.dewi):
        with pytest.raises(PermissionDenied):
            record_consent(
                person=people.aisyah, purpose=Purpose.PUBLIC, by=person, guardian_name="Umar"
            )
    assert not Consent.objects.exists()


def test_two_choices_at_once_leave_one_living_consent(together):
    people = cast()
    consent(people.budi, Purpose.NAME)

    outcomes = together(
        *[
            lambda choice=choice: record_consent(
                person=people.budi, purpose=Purpose.NAME, choice=choice, by=people.dewi
            )
            for choice in NameForm.values
        ]
    )

    assert [type(each) for each in outcomes] == [Consent] * 3
    assert living_consents(Purpose.NAME).count() == 1


def test_a_choice_and_a_withdrawal_at_once(together):
    people = cast()
    given = consent(people.budi, Purpose.NAME)

    outcomes = together(
        lambda: record_consent(
            person=people.budi, purpose=Purpose.NAME, choice="initials", by=people.dewi
        ),
        lambda: withdraw_consent(consent=Consent.objects.get(pk=given.pk), by=people.budi),
    )

    assert [type(each) for each in outcomes] == [Consent, Withdrawal]
    assert living_consents(Purpose.NAME).get() == outcomes[0]


def test_a_consent_of_somebody_who_is_acting_makes_nobody_wait_for_ever(together):
    """A line of the trail names the person whose consents are locked: PostgreSQL must not deadlock."""
    people = cast()

    def decide():
        return [
            record_consent(person=people.budi, purpose=Purpose.PUBLIC, by=people.dewi)
            for _ in range(5)
        ]

    def act():
        return [
            register_person(username=f"baru-{number}", name="Baru", by=by)
            for number, by in enumerate([people.farid] * 5)
        ]

    def speak():
        return [
            record_consent(person=people.farid, purpose=Purpose.PUBLIC, by=people.farid)
            for _ in range(5)
        ]

    outcomes = together(decide, act, speak)

    assert [type(each) for each in outcomes] == [list] * 3
    assert list(audit_faults()) == []


def test_withdraw_consent_ends_it_at_once_and_tells_whoever_keeps_files_open(
    django_capture_on_commit_callbacks,
):
    people = cast()
    given = consent(people.aisyah, Purpose.PUBLIC)
    told = []
    consent_changed.connect(listener := lambda person_id, **_more: told.append(person_id))

    with django_capture_on_commit_callbacks(execute=True):
        withdraw_consent(consent=given, by=people.dewi)
        assert told == []
        assert freshness.generation() == 1
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_consent(consent=given, by=people.dewi)
    consent_changed.disconnect(listener)

    assert told == [people.aisyah.pk]
    assert not has_consent(people.aisyah, Purpose.PUBLIC)
    assert acts() == ["withdraw_consent"]
    assert freshness.generation() == 1


def test_record_consent_tells_too(django_capture_on_commit_callbacks):
    people = cast()
    told = []
    consent_changed.connect(listener := lambda person_id, **_more: told.append(person_id))

    with django_capture_on_commit_callbacks(execute=True):
        record_consent(person=people.budi, purpose=Purpose.PUBLIC, by=people.budi)
    consent_changed.disconnect(listener)

    assert told == [people.budi.pk]
    assert freshness.generation() == 1


def test_the_programme_may_withdraw_what_it_may_not_record():
    people = cast()

    withdraw_consent(consent=consent(people.aisyah, Purpose.PUBLIC), by=people.farid)

    assert not has_consent(people.aisyah, Purpose.PUBLIC)


def test_withdraw_consent_refuses_strangers():
    people, others = cast(), cast()
    given = consent(people.aisyah, Purpose.PUBLIC)

    for person in (people.eka, people.aisyah, people.budi, people.citra, others.dewi):
        with pytest.raises(PermissionDenied):
            withdraw_consent(consent=given, by=person)
    assert has_consent(people.aisyah, Purpose.PUBLIC)


def test_a_consent_withdrawn_twice_at_once_ends_once(together):
    people = cast()
    given = consent(people.budi, Purpose.PUBLIC)

    outcomes = together(
        *[lambda: withdraw_consent(consent=Consent.objects.get(pk=given.pk), by=people.budi)] * 3
    )

    assert len({each.pk for each in outcomes}) == 1
    assert acts() == ["withdraw_consent"]
