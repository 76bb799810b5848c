import pytest
from django.contrib.auth.models import AnonymousUser

from tests.factories.people import cast
from tests.factories.stages import submitted

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("permission", "holders"),
    [
        ("curation.submit_work", {"aisyah"}),
        ("curation.decide", {"citra"}),
        ("curation.send_back", {"farid"}),
    ],
)
def test_who_may_do_what_in_curation(permission, holders):
    people = cast()
    work = submitted(people).work
    named = people._asdict().items()

    assert {
        name for name, who in named if name != "house" and who.has_perm(permission, work)
    } == holders
    assert not AnonymousUser().has_perm(permission, work)
