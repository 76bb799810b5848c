import pytest

from kodipest.stages.incubation.operations import enter_incubation
from kodipest.stages.incubation.queries import works_in_incubation
from tests.factories.people import cast
from tests.factories.stages import approved

pytestmark = pytest.mark.django_db


def growing(people):
    work = approved(people)
    enter_incubation(work=work, by=people.aisyah)
    return work


@pytest.mark.parametrize("count", [1, 3])
def test_programme_managers_see_what_grows_longest_first(django_assert_num_queries, count):
    people = cast()
    works = [growing(people) for _ in range(count)]
    approved(people)

    with django_assert_num_queries(2):  # memberships, works
        found = [*works_in_incubation(people.farid)]
        assert [work.organisation.name for work in found]

    assert found == works
    for person in people[1:-1]:
        assert [*works_in_incubation(person)] == []
