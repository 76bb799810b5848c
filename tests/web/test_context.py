import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from kodipest.people.models import Role
from kodipest.web import context
from tests.factories.people import OrganisationFactory, cast, somebody

pytestmark = pytest.mark.django_db


def desks(person, rf: RequestFactory) -> list[str]:
    request = rf.get("/")
    request.user = person
    return [place.url_name for place in context.site(request)["desks"]]


def test_each_role_finds_its_own_desks(rf) -> None:
    people = cast()

    assert desks(people.aisyah, rf) == ["today", "studio"]
    assert desks(people.budi, rf) == ["today", "studio", "coaching", "studio_all"]
    assert desks(people.citra, rf) == ["today", "curation"]
    assert desks(people.dewi, rf) == ["today", "studio_all", "preparations"]
    assert desks(people.farid, rf) == [
        *("today", "incubation", "publication", "studio_all", "preparations")
    ]
    assert desks(people.eka, rf) == ["today"]
    assert desks(AnonymousUser(), rf) == []


def test_two_roles_find_the_desks_of_both(rf) -> None:
    person = somebody("Hasan", OrganisationFactory(), Role.COACH, Role.CURATOR)

    assert desks(person, rf) == ["today", "studio", "coaching", "curation", "studio_all"]


def test_a_person_reads_what_they_do_and_a_stranger_nothing(rf) -> None:
    people = cast()
    request = rf.get("/")
    request.user = people.budi
    assert str(people.house) in str(context.site(request)["what_i_do"])

    request.user = AnonymousUser()
    assert str(context.site(request)["what_i_do"]) == ""


def test_a_page_that_asks_nothing_costs_nothing(rf, django_assert_num_queries) -> None:
    person = cast().aisyah
    request = rf.get("/")
    request.user = person

    with django_assert_num_queries(0):
        context.site(request)
