from uuid import uuid4

import pytest
from django.test import Client

from kodipest.people.models import Organisation, Purpose
from kodipest.web.profiles import views
from tests.factories.people import OrganisationFactory, cast, consent, withdraw
from tests.factories.stages import published, started

pytestmark = pytest.mark.django_db


def test_pesantren_stand_by_name_and_companies_do_not(client: Client) -> None:
    OrganisationFactory(name="B")
    OrganisationFactory(name="A")
    OrganisationFactory(name="C", kind=Organisation.Kind.COMPANY)

    assert [house.name for house in client.get("/pesantren/").context["page"]] == ["A", "B"]


def test_pesantren_are_found_by_name_and_province(client: Client) -> None:
    OrganisationFactory(name="Nurul Qalam", province="JI")
    OrganisationFactory(name="Al-Furqan", province="AC")

    def names(query: str) -> list[str]:
        return [house.name for house in client.get(f"/pesantren/{query}").context["page"]]

    assert names("?q=furqan") == ["Al-Furqan"]
    assert names("?province=JI") == ["Nurul Qalam"]
    assert names("?province=nowhere") == ["Al-Furqan", "Nurul Qalam"]
    assert names("?province=JI&q=furqan") == []
    assert names("?q=fur%00qan") == ["Al-Furqan"]  # PostgreSQL would refuse to look for a NUL
    assert client.get("/pesantren/").context["provinces"] == [("AC", "Aceh"), ("JI", "Jawa Timur")]


def test_a_pesantren_shows_what_came_out_of_it(client: Client) -> None:
    people, others = cast(), cast()
    edition = published(people)
    published(others, started(others, title="From afar"))

    response = client.get(f"/pesantren/{people.house.slug}/")

    assert [card.title for card in response.context["cards"]] == [edition.revision.title]


def test_a_pesantren_without_works_says_so_and_a_company_has_no_page(client: Client) -> None:
    quiet = OrganisationFactory()
    company = OrganisationFactory(kind=Organisation.Kind.COMPANY)

    assert 'class="empty"' in client.get(f"/pesantren/{quiet.slug}/").text
    assert client.get(f"/pesantren/{company.slug}/").status_code == 404


def test_the_list_costs_the_same_with_one_and_with_three(django_assert_num_queries) -> None:
    for count in (1, 2):
        OrganisationFactory.create_batch(count)
        Client().get("/pesantren/")
        with django_assert_num_queries(4):
            Client().get("/pesantren/")


def test_a_person_is_shown_as_consented(client: Client) -> None:
    people = cast()
    edition = published(people)
    address = f"/orang/{people.aisyah.pk}/"
    assert client.get(address).status_code == 404  # shown works, no name

    name = consent(people.aisyah, Purpose.NAME)
    response = Client().get(address)

    assert response.context["name"] == people.aisyah.name
    assert [card.title for card in response.context["cards"]] == [edition.revision.title]
    withdraw(name)
    assert Client().get(address).status_code == 404


def test_an_address_tells_nothing_about_somebody_without_works(client: Client) -> None:
    people = cast()
    consent(people.aisyah, Purpose.NAME)
    consent(people.aisyah, Purpose.PUBLIC)

    assert client.get(f"/orang/{people.aisyah.pk}/").status_code == 404
    assert client.get(f"/orang/{uuid4()}/").status_code == 404


def test_a_closed_account_has_no_page(client: Client) -> None:
    people = cast()
    consent(people.aisyah, Purpose.NAME)
    published(people)
    people.aisyah.is_active = False
    people.aisyah.save()

    assert client.get(f"/orang/{people.aisyah.pk}/").status_code == 404


def test_long_lists_have_pages(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "HOUSES_PER_PAGE", 1)
    OrganisationFactory.create_batch(2)

    assert 'class="pages"' in client.get("/pesantren/").text
