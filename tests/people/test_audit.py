from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, transaction

from kodipest.kernel.ids import new_id
from kodipest.people import audit
from kodipest.people.audit import audit_faults, record
from kodipest.people.models import AuditEntry, AuditHead, Person
from tests.factories.people import OrganisationFactory, PersonFactory


@pytest.fixture
def chain(db):
    """Five lines by Dewi, one of them on Aisyah's behalf."""
    dewi, aisyah = PersonFactory(), PersonFactory()
    house = OrganisationFactory()
    record("found_organisation", house, by=dewi, kind="pesantren")
    record("register_person", aisyah, by=dewi)
    record("record_consent", aisyah, by=dewi, on_behalf_of=aisyah, purpose="public")
    record("start_work", house, by=aisyah)
    record("sweep", house, by=None, count=3)
    return list(AuditEntry.objects.order_by("sequence"))


def test_a_whole_chain_has_no_faults(chain):
    assert list(audit_faults()) == []
    assert [entry.sequence for entry in chain] == [1, 2, 3, 4, 5]
    assert [entry.previous for entry in chain] == ["", *(entry.digest for entry in chain[:-1])]


def test_an_empty_chain_has_no_faults(db):
    assert list(audit_faults()) == []


def test_a_line_says_who_did_what_to_which_thing_for_whom(chain):
    line = chain[2]

    assert (line.act, line.thing, line.thing_id) == (
        "record_consent",
        "people.person",
        line.on_behalf_of_id,
    )
    assert line.facts == {"purpose": "public"}
    assert chain[4].facts == {"count": "3"}
    assert chain[4].by is None


@pytest.mark.parametrize(
    "change",
    [
        lambda line: {"id": new_id()},
        lambda line: {"at": line.at + timedelta(microseconds=1)},
        lambda line: {"by": None},
        lambda line: {"by": line.on_behalf_of_id},
        lambda line: {"on_behalf_of": None},
        lambda line: {"act": "withdraw_consent"},
        lambda line: {"thing": "works.work"},
        lambda line: {"thing_id": uuid4()},
        lambda line: {"facts": {}},
        lambda line: {"facts": line.facts | {"more": "1"}},
        lambda line: {"previous": 64 * "0"},
        lambda line: {"digest": 64 * "0"},
        lambda line: {"sequence": 6},
    ],
)
def test_a_change_of_any_field_is_found(chain, change):
    fields = change(chain[2])
    AuditEntry.objects.filter(pk=chain[2].pk).update(**fields)

    assert list(audit_faults()) != []


def test_every_field_of_a_line_is_covered():
    """A field added later must enter the digest, or be left out here on purpose."""
    covered = {*("id", "sequence", "at", "by", "on_behalf_of", "act", "thing", "thing_id")}

    assert {field.name for field in AuditEntry._meta.fields} == covered | {
        "facts",
        "previous",
        "digest",
    }


@pytest.mark.parametrize("place", range(5))
def test_a_removed_line_is_found(chain, place):
    chain[place].delete()

    assert list(audit_faults()) != []


def test_the_faults_are_named_for_an_operator(chain):
    chain[1].delete()
    AuditEntry.objects.filter(pk=chain[3].pk).update(act="x")

    faults = list(audit_faults())

    assert [fault.partition(",")[0] for fault in faults] == [
        "audit line 2: missing",
        f"audit line 3: previous is {chain[1].digest}",
        f"audit line 4: digest is {chain[3].digest}",
    ]


def test_swapped_lines_are_found_even_if_their_numbers_are_mended(chain):
    second, third = chain[1], chain[2]
    AuditEntry.objects.filter(pk=third.pk).update(sequence=9)
    AuditEntry.objects.filter(pk=second.pk).update(sequence=3)
    AuditEntry.objects.filter(pk=third.pk).update(sequence=2)

    assert list(audit_faults()) != []


def test_a_chain_written_anew_from_one_line_on_misses_its_head(chain):
    """Whoever recomputes a digest has to recompute all after it, and the head."""
    last = chain[-1]
    last.act = "nothing"
    last.digest = audit.digest_of(last)
    last.save()

    head = AuditHead.objects.get()
    assert list(audit_faults()) == [f"audit head: is 5 {head.digest}, expected 5 {last.digest}"]


def test_a_lost_head_is_found(chain):
    AuditHead.objects.all().delete()

    assert list(audit_faults()) == [f"audit head: is 0 empty, expected 5 {chain[-1].digest}"]


def test_a_line_of_an_act_that_failed_is_not_there(chain):
    with transaction.atomic():
        record("approve", chain[0].by, by=None)
        transaction.set_rollback(True)
    record("approve", chain[0].by, by=None)

    assert AuditEntry.objects.count() == 6
    assert list(audit_faults()) == []


def test_lines_written_at_the_same_moment_leave_no_gap(together):
    people = [PersonFactory() for _ in range(6)]

    outcomes = together(
        *[
            lambda person=person: [record("act", person, by=person) for _ in range(4)]
            for person in people
        ]
    )

    assert [len(lines) for lines in outcomes] == [4] * 6
    assert [*AuditEntry.objects.order_by("sequence").values_list("sequence", flat=True)] == [
        *range(1, 25)
    ]
    assert list(audit_faults()) == []


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time anyway")
def test_an_act_that_fails_late_makes_the_next_one_wait_and_leaves_no_gap(together):
    person = PersonFactory()

    def fails():
        with transaction.atomic():
            record("fails", person, by=person)
            transaction.set_rollback(True)

    together(*[fails, lambda: record("works", person, by=person)] * 3)

    assert [*AuditEntry.objects.values_list("act", flat=True)] == ["works"] * 3
    assert list(audit_faults()) == []


def test_a_person_in_the_trail_cannot_be_deleted(chain):
    with pytest.raises(Exception, match="protected"):
        Person.objects.filter(pk=chain[0].by_id).delete()
