import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from kodipest.kernel import freshness
from kodipest.kernel.errors import Refusal
from kodipest.people import operations
from kodipest.people.audit import audit_faults
from kodipest.people.models import (
    Organisation,
    Person,
)
from kodipest.people.operations import (
    found_organisation,
    found_site,
)
from tests.factories.people import (
    OrganisationFactory,
    PersonFactory,
    cast,
)
from tests.people.operations.hands import acts

pytestmark = pytest.mark.django_db
KIND = Organisation.Kind.PESANTREN


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
