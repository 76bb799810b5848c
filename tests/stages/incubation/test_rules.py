import pytest
from django.contrib.auth.models import AnonymousUser

from tests.factories.people import cast
from tests.factories.stages import started

pytestmark = pytest.mark.django_db


def test_authors_enter_and_programme_managers_send_back():
    people = cast()
    work = started(people)

    def who_may(permission):
        named = people._asdict().items()
        return {name for name, who in named if name != "house" and who.has_perm(permission, work)}

    assert who_may("incubation.enter_incubation") == {"aisyah"}
    assert who_may("incubation.send_back") == {"farid"}
    assert not AnonymousUser().has_perm("incubation.send_back", work)
