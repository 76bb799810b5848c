from datetime import date

import pytest
from django.db.models import QuerySet

from kodipest.kernel import daily as module
from kodipest.kernel.daily import daily
from kodipest.people.models import Person
from tests.factories.people import PersonFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def built() -> list[str]:
    return []


@pytest.fixture
def people(built: list[str]):
    @daily
    def named(name: str = "") -> QuerySet[Person]:
        built.append(name)
        return Person.objects.filter(name__contains=name)

    return named


def test_it_is_built_once_for_what_it_is_asked_with(people, built) -> None:
    for name in ("a", "a", "b", "a"):
        people(name)
    people(name="a")

    assert built == ["a", "b", "a"]


def test_another_day_builds_it_anew(people, built, monkeypatch) -> None:
    people("a")
    monkeypatch.setattr(module, "today", lambda: date(2100, 1, 1))
    people("a")

    assert built == ["a", "a"]


def test_a_copy_asks_the_database_each_time_and_changes_no_other(people) -> None:
    assert list(people()) == []
    person = PersonFactory()

    assert list(people()) == [person]
    assert list(people().exclude(pk=person.pk)) == []
    assert list(people()) == [person]
