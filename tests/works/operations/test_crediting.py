import pytest
from django.core.exceptions import PermissionDenied

from kodipest.kernel.errors import Refusal
from kodipest.works.journey import Stage
from kodipest.works.models import Credit, Work
from kodipest.works.operations import (
    credit_person,
)
from tests.factories.people import cast
from tests.factories.works import CreditFactory
from tests.works.operations.hands import acts, codes, work_of

pytestmark = pytest.mark.django_db


def test_credit_person_names_somebody_once_per_part_in_order():
    people = cast()
    work = work_of(people)

    voice = credit_person(work=work, person=people.eka, role=Credit.Role.VOICE, by=people.aisyah)
    again = credit_person(work=work, person=people.eka, role=Credit.Role.VOICE, by=people.aisyah)
    author = credit_person(work=work, person=people.eka, by=people.aisyah)

    assert voice == again
    assert [*work.credits.all()][1:] == [voice, author]
    assert acts() == ["credit_person"] * 2


def test_credit_person_refuses_everyone_but_authors():
    people = cast()
    work = work_of(people)
    CreditFactory(work=work, person=people.citra, role=Credit.Role.VOICE)

    for person in (people.eka, people.budi, people.citra, people.dewi, people.farid):
        with pytest.raises(PermissionDenied):
            credit_person(work=work, person=people.eka, by=person)
    assert work.credits.count() == 2


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage != Stage.TRAINING])
def test_credits_do_not_change_while_others_have_the_work(stage):
    """Else somebody who never consented would stand in the credits of a work that is out."""
    people = cast()
    work = work_of(people, stage=stage)

    with pytest.raises(Refusal) as refusal:
        credit_person(work=work, person=people.eka, by=people.aisyah)

    assert codes(refusal) == ["not_at_desk"]
    assert work.credits.count() == 1


def test_one_credit_given_twice_at_once_is_one_credit(together):
    people = cast()
    work = work_of(people)

    outcomes = together(
        *[
            lambda: credit_person(
                work=Work.objects.get(pk=work.pk), person=people.eka, by=people.aisyah
            )
        ]
        * 3
    )

    assert len({credit.pk for credit in outcomes}) == 1
    assert acts() == ["credit_person"]
