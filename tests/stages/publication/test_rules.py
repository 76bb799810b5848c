import pytest
from django.contrib.auth.models import AnonymousUser

from kodipest.people.models import Role
from kodipest.stages.publication.queries import editions_that_may_be_withdrawn
from tests.factories.people import cast, somebody
from tests.factories.stages import published

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("permission", "holders"),
    [
        ("publication.open_channel", {"farid"}),
        ("publication.publish_work", {"farid"}),
        ("publication.withdraw_work", {"farid", "dewi", "kiai"}),
    ],
)
def test_who_may_do_what_in_publication(permission, holders):
    people = cast()
    work = published(people).work
    named = people._asdict() | {"kiai": somebody("Kiai Hasyim", people.house, Role.KIAI)}
    del named["house"]

    assert {name for name, who in named.items() if who.has_perm(permission, work)} == holders
    assert not AnonymousUser().has_perm(permission, work)


def test_the_list_of_editions_to_withdraw_says_what_the_permission_says():
    people, others = cast(), cast()
    editions = [published(people), published(others)]
    founder, kiai = somebody("Founder"), somebody("Kiai Hasyim", others.house, Role.KIAI)
    founder.is_superuser = True
    gone = somebody("Gone", people.house, Role.OPERATOR)
    gone.is_active = False

    for person in [*people[1:], *others[1:], founder, kiai, gone]:
        may = {
            edition
            for edition in editions
            if person.has_perm("publication.withdraw_work", edition.work)
        }
        assert {*editions_that_may_be_withdrawn(person)} == may
