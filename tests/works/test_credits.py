"""Who stands in the credits: named, taken out again when it was a mistake, and never in silence."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from kodipest.kernel.errors import Refusal
from kodipest.people.audit import audit_faults
from kodipest.people.models import AuditEntry, Role
from kodipest.stages.coaching.operations import return_to_makers
from kodipest.works.models import Credit
from kodipest.works.operations import credit_person, remove_credit
from kodipest.works.queries import removed_credits
from tests.factories.people import cast, somebody
from tests.factories.stages import handed_in, reopened, started

pytestmark = pytest.mark.django_db
SAY_NO = 422


@pytest.fixture
def people():
    return cast()


@pytest.fixture
def work(people):
    return started(people)


@pytest.fixture
def friend(people):
    return somebody("Fauzan Rizqi", people.house, Role.SANTRI, age=17, display_name="Fauzan")


def test_a_mistake_is_taken_out_and_the_audit_trail_keeps_it(people, work, friend):
    credit = credit_person(work=work, person=friend, role=Credit.Role.ACTOR, by=people.aisyah)

    remove_credit(credit=credit, by=people.aisyah)
    remove_credit(
        credit=Credit(pk=credit.pk, work=work, person=friend, role="actor"), by=people.aisyah
    )

    assert [one.person for one in work.credits.all()] == [people.aisyah]
    line = AuditEntry.objects.get(act="remove_credit")
    assert (line.thing_id, line.by) == (work.pk, people.aisyah)
    assert line.facts == {"person": str(friend.pk), "role": "actor"}
    assert removed_credits(work) == [(friend, "Pemeran")]
    assert list(audit_faults()) == []


def test_only_authors_take_somebody_out(people, work, friend):
    credit = credit_person(work=work, person=friend, role=Credit.Role.ACTOR, by=people.aisyah)

    for person in (people.budi, people.dewi, people.eka, people.farid, friend):
        with pytest.raises(PermissionDenied):
            remove_credit(credit=credit, by=person)
    assert Credit.objects.filter(pk=credit.pk).exists()


def test_the_last_author_stays(people, work, friend):
    first = work.credits.get()
    credit_person(work=work, person=friend, role=Credit.Role.CAMERA, by=people.aisyah)

    with pytest.raises(Refusal) as refusal:
        remove_credit(credit=first, by=people.aisyah)
    assert refusal.value.codes == ["last_author"]

    credit_person(work=work, person=friend, by=people.aisyah)
    remove_credit(credit=first, by=people.aisyah)
    assert {one.person for one in work.credits.all()} == {friend}


def test_two_authors_who_take_each_other_out_at_once_leave_one(people, work, friend, together):
    mine = work.credits.get()
    theirs = credit_person(work=work, person=friend, by=people.aisyah)

    outcomes = together(
        lambda: remove_credit(credit=theirs, by=people.aisyah),
        lambda: remove_credit(credit=mine, by=friend),
    )

    assert Credit.objects.filter(work=work, role="author").count() == 1
    assert sorted(type(outcome).__name__ for outcome in outcomes) in (
        ["NoneType", "PermissionDenied"],
        ["NoneType", "Refusal"],
    )


def test_while_others_have_the_work_and_until_a_version_is_open_nobody_is_taken_out(
    people, work, friend
):
    credit = credit_person(work=work, person=friend, role=Credit.Role.ACTOR, by=people.aisyah)
    handed_in(people, work)
    with pytest.raises(Refusal) as with_mentor:
        remove_credit(credit=credit, by=people.aisyah)
    return_to_makers(work=work, by=people.budi, text="Once more.")
    with pytest.raises(Refusal) as returned:
        remove_credit(credit=credit, by=people.aisyah)
    assert with_mentor.value.codes == returned.value.codes == ["sealed"]

    reopened(people, work)
    remove_credit(credit=credit, by=people.aisyah)

    assert not Credit.objects.filter(pk=credit.pk).exists()


# --- the desk


@pytest.fixture
def aisyah(client, people):
    client.force_login(people.aisyah)
    return client


def test_the_desk_takes_somebody_out_and_says_so_to_the_mentor(aisyah, people, work, friend):
    credit = credit_person(work=work, person=friend, role=Credit.Role.ACTOR, by=people.aisyah)
    address = reverse("studio_uncredit", args=[credit.pk])
    desk = reverse("studio_work", args=[work.pk])
    assert address in aisyah.get(desk).content.decode()

    answer = aisyah.post(address)

    assert (answer.status_code, answer.url) == (302, desk)
    assert not Credit.objects.filter(pk=credit.pk).exists()
    assert "Fauzan (Pemeran)" in aisyah.get(desk).content.decode()
    handed_in(people, work)
    aisyah.force_login(people.budi)
    review = aisyah.get(reverse("coaching_review", args=[work.pk])).content.decode()
    assert "Fauzan (Pemeran)" in review


def test_whoever_takes_out_the_own_name_leaves_the_desk(aisyah, people, work, friend):
    credit_person(work=work, person=friend, by=people.aisyah)
    own = work.credits.get(person=people.aisyah)

    answer = aisyah.post(reverse("studio_uncredit", args=[own.pk]))

    assert (answer.status_code, answer.url) == (302, reverse("studio"))


def test_the_page_of_a_sealed_version_has_no_button_and_says_why(aisyah, people, work):
    handed_in(people, work)

    page = aisyah.get(reverse("studio_work", args=[work.pk])).content.decode()

    assert "studio/nama/" not in page
    assert "Nama hanya dapat diubah" in page


def test_a_no_is_a_page_with_words(aisyah, work):
    answer = aisyah.post(reverse("studio_uncredit", args=[work.credits.get().pk]))

    assert answer.status_code == 409
    assert "paling sedikit satu pembuat" in answer.content.decode()


def test_it_is_not_done_by_a_link(aisyah, work):
    assert aisyah.get(reverse("studio_uncredit", args=[work.credits.get().pk])).status_code == 405
