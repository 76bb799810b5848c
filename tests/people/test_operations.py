from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from kodipest.kernel import freshness
from kodipest.kernel.errors import Refusal
from kodipest.kernel.signals import consent_changed
from kodipest.kernel.time import today
from kodipest.people import operations
from kodipest.people.audit import audit_faults
from kodipest.people.models import (
    AuditEntry,
    Consent,
    Membership,
    NameForm,
    Organisation,
    Person,
    Purpose,
    Role,
    Withdrawal,
)
from kodipest.people.operations import (
    choose_language,
    end_role,
    found_organisation,
    found_site,
    give_role,
    record_consent,
    register_person,
    withdraw_consent,
)
from kodipest.people.queries import has_consent, living_consents, public_name
from tests.factories.people import (
    MembershipFactory,
    OrganisationFactory,
    PersonFactory,
    cast,
    consent,
    somebody,
)

pytestmark = pytest.mark.django_db
KIND = Organisation.Kind.PESANTREN


def acts():
    return [*AuditEntry.objects.order_by("sequence").values_list("act", flat=True)]


# --- found_site


def test_found_site_makes_the_person_who_may_do_everything():
    founder = found_site(username="Dewi", name=" Dewi  Anggraini ", password="sawah-hijau-92")

    assert (founder.username, founder.name) == ("dewi", "Dewi Anggraini")
    assert founder.check_password("sawah-hijau-92")
    assert founder.has_perm("people.found_organisation")
    assert acts() == ["found_site"]


def test_found_site_without_a_password_lets_nobody_in_by_the_empty_one():
    founder = found_site(username="dewi", name="Dewi")

    assert not Person.objects.get(pk=founder.pk).has_usable_password()
    assert not founder.check_password("")


def test_found_site_happens_once():
    PersonFactory()

    with pytest.raises(Refusal) as refusal:
        found_site(username="eka", name="Eka")

    assert refusal.value.codes == ["site_exists"]
    assert Person.objects.count() == 1


# --- found_organisation


def test_found_organisation_gives_it_a_readable_address_and_tells_public_pages():
    house = found_organisation(
        kind=KIND, name=" Darul  Ulum ", by=cast().farid, province="JI", about="Sejak 1885.\r\n"
    )

    assert (house.name, house.slug, house.about) == ("Darul Ulum", "darul-ulum", "Sejak 1885.")
    assert acts() == ["found_organisation"]
    assert freshness.generation() == 1


@pytest.mark.parametrize(
    ("name", "start"),
    [("Darul Ulum", "darul-ulum-"), ("دار العلوم", "pesantren-"), ("敬贤书院", "pesantren-")],
)
def test_found_organisation_finds_an_address_for_any_name(name, start):
    people = cast()
    OrganisationFactory(slug="darul-ulum")

    house = found_organisation(kind=KIND, name=name, by=people.farid)

    assert house.slug == f"{start}{house.pk.hex[-8:]}"


@pytest.mark.parametrize("wrong", [{"name": " \u202e "}, {"province": "XX"}, {"kind": "school"}])
def test_found_organisation_refuses_half_an_organisation(wrong):
    people = cast()

    with pytest.raises(ValidationError) as error:
        found_organisation(**{"kind": KIND, "name": "Darul Ulum"} | wrong, by=people.farid)

    assert list(error.value.error_dict) == [*wrong]


def test_found_organisation_refuses_strangers():
    people = cast()

    for person in (people.eka, people.aisyah, people.budi, people.citra, people.dewi):
        with pytest.raises(PermissionDenied):
            found_organisation(kind=KIND, name="Darul Ulum", by=person)
    assert acts() == []


def test_two_managers_enter_the_same_name_at_once(together):
    people = cast()

    outcomes = together(
        *[lambda: found_organisation(kind=KIND, name="Al Hikmah", by=people.farid)] * 3
    )

    slugs = {house.slug for house in outcomes}
    assert len(slugs) == 3
    assert "al-hikmah" in slugs
    assert list(audit_faults()) == []


def test_a_name_entered_between_the_look_and_the_write_gets_another_address(monkeypatch):
    people = cast()
    OrganisationFactory(slug="darul-ulum")
    monkeypatch.setattr(operations, "free_slug", lambda organisation: "darul-ulum")

    house = found_organisation(kind=KIND, name="Darul Ulum", by=people.farid)

    assert house.slug == f"darul-ulum-{house.pk.hex[-8:]}"
    assert acts() == ["found_organisation"]


# --- register_person


def test_register_person_cleans_what_was_typed_and_keeps_people_out_until_they_have_a_password():
    people = cast()

    aisyah = register_person(
        username=" Aisyah ",
        name="Aisyah\u202e  binti Umar",
        by=people.dewi,
        organisation=people.house,
        birth_date=date(2010, 2, 28),
    )

    assert (aisyah.username, aisyah.name) == ("aisyah", "Aisyah binti Umar")
    assert not aisyah.has_usable_password()
    assert acts() == ["register_person"]


def test_register_person_sets_a_password_that_holds():
    people = cast()

    budi = register_person(username="budi", name="Budi", by=people.farid, password="sawah-hijau-92")

    assert budi.check_password("sawah-hijau-92")


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"username": "AISYAH"}, "username", "unique"),
        ({"username": "with space"}, "username", "invalid"),
        ({"username": ""}, "username", "blank"),
        ({"name": "\u202e"}, "name", "blank"),
        ({"name": 201 * "a"}, "name", "max_length"),
        ({"display_name": 81 * "a"}, "display_name", "max_length"),
        ({"birth_date": "tomorrow"}, "birth_date", "birth_date_ahead"),
        ({"email": "not-an-address"}, "email", "invalid"),
        ({"language": "tlh"}, "language", "invalid_choice"),
        ({"password": "12345"}, "__all__", "password_too_short"),
    ],
)
def test_register_person_names_the_field_that_is_wrong(wrong, field, code):
    people = cast()
    PersonFactory(username="aisyah")
    if wrong.get("birth_date"):
        wrong = {"birth_date": today() + timedelta(days=1)}

    with pytest.raises(ValidationError) as error:
        register_person(**{"username": "baru", "name": "Baru"} | wrong, by=people.farid)

    by_field = hasattr(error.value, "error_dict")
    found = error.value.error_dict[field] if by_field else error.value.error_list
    assert (found[0].code, by_field) == (code, field != "__all__")
    assert acts() == []


def test_register_person_refuses_strangers_and_operators_elsewhere():
    people = cast()
    elsewhere = OrganisationFactory()

    for person, where in [
        (people.eka, people.house),
        (people.budi, people.house),
        (people.dewi, elsewhere),
    ]:
        with pytest.raises(PermissionDenied):
            register_person(username="baru", name="Baru", by=person, organisation=where)
    assert not Person.objects.filter(username="baru").exists()


def test_one_sign_in_name_entered_twice_at_once_is_one_person(together):
    people = cast()

    outcomes = together(
        *[lambda: register_person(username="baru", name="Baru", by=people.farid)] * 3
    )

    refused = [each for each in outcomes if isinstance(each, ValidationError)]
    assert len(refused) == 2
    assert {error.error_dict["username"][0].code for error in refused} == {"unique"}
    assert Person.objects.filter(username="baru").count() == 1


def test_a_name_taken_between_the_look_and_the_write_is_refused_in_words(monkeypatch):
    people = cast()
    PersonFactory(username="baru")
    monkeypatch.setattr(Person, "full_clean", lambda self: None)  # the look came too early

    with pytest.raises(Refusal) as refusal:
        register_person(username="baru", name="Baru", by=people.farid)

    assert refusal.value.codes == ["unique"]
    assert Person.objects.filter(username="baru").count() == 1


# --- give_role, end_role


def test_give_role_twice_gives_one_membership():
    people = cast()
    people.eka.living_memberships  # noqa: B018 -- asked before: must be forgotten

    first = give_role(person=people.eka, organisation=people.house, role=Role.COACH, by=people.dewi)
    second = give_role(
        person=people.eka, organisation=people.house, role=Role.COACH, by=people.dewi
    )

    assert first == second
    assert [held.role for held in people.eka.living_memberships] == [Role.COACH]
    assert acts() == ["give_role"]


@pytest.mark.parametrize(("age", "is_given"), [(17, False), (18, True), (None, True)])
def test_a_role_of_responsibility_is_for_adults(age, is_given):
    people, person = cast(), PersonFactory(age=age)

    if is_given:
        assert give_role(person=person, organisation=people.house, role=Role.COACH, by=people.dewi)
        return
    with pytest.raises(Refusal) as refusal:
        give_role(person=person, organisation=people.house, role=Role.COACH, by=people.dewi)
    assert refusal.value.codes == ["too_young"]
    assert not person.memberships.exists()


def test_a_minor_may_be_a_santri():
    people, person = cast(), PersonFactory(age=12)

    assert give_role(person=person, organisation=people.house, role=Role.SANTRI, by=people.dewi)


def test_nobody_gives_roles_beyond_the_own():
    people = cast()

    for person, role in [
        (people.eka, Role.SANTRI),
        (people.budi, Role.SANTRI),
        (people.aisyah, Role.COACH),
        (people.dewi, Role.OPERATOR),
        (people.dewi, Role.PROGRAMME_MANAGER),
        (people.citra, Role.CURATOR),
    ]:
        with pytest.raises(PermissionDenied):
            give_role(person=people.eka, organisation=people.house, role=role, by=person)
    assert not people.eka.memberships.exists()


def test_a_role_given_twice_at_once_is_one_membership(together):
    people = cast()

    outcomes = together(
        *[
            lambda: give_role(
                person=Person.objects.get(pk=people.eka.pk),
                organisation=people.house,
                role=Role.SANTRI,
                by=people.dewi,
            )
        ]
        * 3
    )

    assert len({held.pk for held in outcomes}) == 1
    assert acts() == ["give_role"]


def test_end_role_ends_it_once_and_for_this_request_too():
    people = cast()
    held = people.budi.memberships.get()
    assert people.budi.living_memberships
    held.person = people.budi

    end_role(membership=held, by=people.dewi)
    end_role(membership=held, by=people.dewi)

    assert people.budi.living_memberships == []
    assert acts() == ["end_role"]


def test_end_role_on_a_laptop_whose_clock_went_back():
    people = cast()
    held = people.budi.memberships.get()
    ahead = timezone.now() + timedelta(days=400)
    Membership.objects.filter(pk=held.pk).update(since=ahead)

    end_role(membership=held, by=people.dewi)

    held.refresh_from_db()
    assert held.until == held.since == ahead


def test_end_role_refuses_strangers():
    people = cast()
    held = people.budi.memberships.get()

    for person in (people.eka, people.budi, people.citra):
        with pytest.raises(PermissionDenied):
            end_role(membership=held, by=person)
    assert Membership.objects.get(pk=held.pk).until is None


def test_an_operator_does_not_end_what_only_a_manager_gives():
    people = cast()

    with pytest.raises(PermissionDenied):
        end_role(membership=people.dewi.memberships.get(), by=people.dewi)


# --- record_consent


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


# --- withdraw_consent


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


# --- choose_language


def test_choose_language_remembers_it():
    aisyah = PersonFactory()

    choose_language(person=aisyah, language="zh-hans")

    aisyah.refresh_from_db()
    assert aisyah.language == "zh-hans"


def test_choose_language_refuses_one_that_the_site_does_not_speak():
    aisyah = PersonFactory()

    with pytest.raises(Refusal) as refusal:
        choose_language(person=aisyah, language="tlh")

    assert refusal.value.codes == ["unknown_language"]


def test_memberships_of_a_factory_are_those_of_the_person():
    held = MembershipFactory(role=Role.KIAI)

    assert held.person.living_memberships == [held]
