"""What was withdrawn stays withdrawn, whatever copy of the database comes back."""

from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import Settings

from kodipest.kernel import freshness
from kodipest.kernel.journal import Entry
from kodipest.kernel.signals import consent_changed, sweep_due
from kodipest.people import journal
from kodipest.people.audit import audit_faults
from kodipest.people.models import AuditEntry, Consent, NameForm, Purpose, Withdrawal
from kodipest.people.operations import record_consent, withdraw_consent
from kodipest.people.queries import has_consent, public_name, withdrawal_entry
from tests.factories import homes
from tests.factories.people import cast, consent, withdraw

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(tmp_path: Path, settings: Settings) -> Path:
    return homes.move_into(tmp_path / "home", settings)


def noted(home: Path) -> list[Entry]:
    return journal.journal_of(home).entries()


def bring_the_old_database_back() -> None:
    """Stand where a copy from before every withdrawal would stand."""
    Withdrawal.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_is_written_down_before_anybody_is_told(home):
    people = cast()
    given = consent(people.aisyah, Purpose.PUBLIC)

    withdrawal = withdraw_consent(consent=given, by=people.dewi)

    assert noted(home) == [withdrawal_entry(withdrawal)]
    entry = noted(home)[0]
    assert (entry.act, entry.thing, entry.by) == (
        "withdraw_consent",
        str(given.pk),
        str(people.dewi.pk),
    )


@pytest.mark.django_db(transaction=True)
def test_whoever_asks_twice_finds_it_written_once_also_after_a_crash(home):
    people = cast()
    given = consent(people.aisyah, Purpose.PUBLIC)
    withdraw(given)  # committed, and the process died before the line

    withdraw_consent(consent=given, by=people.dewi)
    withdraw_consent(consent=given, by=people.dewi)

    assert [entry.thing for entry in noted(home)] == [str(given.pk)]


@pytest.mark.django_db(transaction=True)
def test_what_was_not_committed_is_not_written_down(home):
    people = cast()
    given = consent(people.aisyah, Purpose.PUBLIC)

    with transaction.atomic():
        withdraw_consent(consent=given, by=people.dewi)
        transaction.set_rollback(True)

    assert noted(home) == []
    assert has_consent(people.aisyah, Purpose.PUBLIC)


@pytest.mark.django_db(transaction=True)
def test_a_wider_name_does_not_come_back_after_a_narrower_one_was_chosen(home):
    people = cast()
    full = consent(people.aisyah, Purpose.NAME, NameForm.FULL)
    narrow = record_consent(
        person=people.aisyah,
        purpose=Purpose.NAME,
        choice=NameForm.INITIALS,
        guardian_name="Umar",
        by=people.dewi,
    )
    assert [entry.thing for entry in noted(home)] == [str(full.pk)]
    bring_the_old_database_back()
    narrow.delete()
    assert public_name(people.aisyah) == "Aisyah binti Umar"

    journal.reconcile()

    assert public_name(people.aisyah) is None


def test_a_withdrawal_is_applied_again_as_it_was(home, django_capture_on_commit_callbacks):
    people = cast()
    given = consent(people.aisyah, Purpose.PUBLIC)
    withdrawal = withdraw(given)
    journal.journal_of(home).append([withdrawal_entry(withdrawal)])
    bring_the_old_database_back()
    before, heard = freshness.generation(), []
    consent_changed.connect(lambda **facts: heard.append(facts["person_id"]), weak=False)

    with django_capture_on_commit_callbacks(execute=True):
        assert journal.reconcile() == (1, 0)
        assert journal.reconcile() == (0, 0)

    again = Withdrawal.objects.get(consent=given)
    assert (again.withdrawn_at, again.recorded_by) == (
        withdrawal.withdrawn_at,
        withdrawal.recorded_by,
    )
    assert heard == [people.aisyah.pk]
    assert freshness.generation() == before + 1
    line = AuditEntry.objects.get(act="withdraw_consent_again")
    assert (line.by, line.on_behalf_of) == (None, people.aisyah)
    assert line.facts == {"recorded_by": str(people.aisyah.pk)}
    assert list(audit_faults()) == []


def test_it_does_not_matter_that_whoever_recorded_it_is_not_known_yet(home):
    people = cast()
    given = consent(people.aisyah, Purpose.PUBLIC)
    stranger = "0199c0de-0000-7000-8000-000000000000"
    entry = withdrawal_entry(withdraw(given))._replace(by=stranger)
    journal.journal_of(home).append([entry])
    bring_the_old_database_back()

    journal.reconcile()

    assert Withdrawal.objects.get(consent=given).recorded_by == given.recorded_by
    assert AuditEntry.objects.get(act="withdraw_consent_again").facts == {"recorded_by": stranger}


def test_a_consent_that_is_not_here_yet_is_withdrawn_when_it_comes(home):
    people = cast()
    given = consent(people.aisyah, Purpose.PUBLIC)
    journal.journal_of(home).append([withdrawal_entry(withdraw(given))])
    bring_the_old_database_back()
    Consent.objects.filter(pk=given.pk).delete()

    assert journal.reconcile() == (0, 0)
    assert list(journal.faults()) == []

    given.save(force_insert=True)
    assert [fault.split(" is ")[0] for fault in journal.faults()] == [
        f"withdraw_consent {given.pk}"
    ]
    assert journal.reconcile() == (1, 0)
    assert not has_consent(people.aisyah, Purpose.PUBLIC)
    assert list(journal.faults()) == []


def test_a_consent_given_anew_is_not_touched(home):
    people = cast()
    journal.journal_of(home).append(
        [withdrawal_entry(withdraw(consent(people.aisyah, Purpose.PUBLIC)))]
    )
    consent(people.aisyah, Purpose.PUBLIC)

    assert journal.reconcile() == (0, 0)

    assert has_consent(people.aisyah, Purpose.PUBLIC)


def test_what_the_journal_lacks_is_written_down(home):
    people = cast()
    withdrawal = withdraw(consent(people.aisyah, Purpose.PUBLIC))
    assert list(journal.faults()) == []  # young: it may be on its way
    Withdrawal.objects.update(withdrawn_at="2026-01-01T00:00:00Z")
    assert list(journal.faults()) == [
        f"withdraw_consent {withdrawal.consent_id} is not in the journal"
    ]

    assert journal.reconcile() == (0, 1)

    assert list(journal.faults()) == []


def test_what_another_program_wrote_into_the_journal_is_kept(home):
    other = Entry("forget_everything", "0199c0de-0000-7000-8000-000000000001", "2026-01-01", "")
    journal.journal_of(home).append([other])

    assert journal.reconcile() == (0, 0)

    assert noted(home) == [other]
    assert list(journal.faults()) == []


def test_more_withdrawals_than_one_query_asks_for(home, monkeypatch):
    monkeypatch.setattr(journal, "AT_ONCE", 2)
    people = cast()
    for purpose in (Purpose.PUBLIC, Purpose.VOICE, Purpose.FACE, Purpose.TRAINING, Purpose.ABROAD):
        withdraw(consent(people.aisyah, purpose))
    journal.reconcile()
    bring_the_old_database_back()

    assert journal.reconcile() == (5, 0)


def test_a_sweep_looks_again_when_something_has_changed_and_only_then(
    home, django_assert_num_queries
):
    people = cast()
    given = consent(people.aisyah, Purpose.PUBLIC)
    journal.look_again()
    with django_assert_num_queries(1):
        journal.look_again()
    journal.journal_of(home).append(
        [journal.entry("withdraw_consent", given.pk, at=given.given_at, by=people.dewi.pk)]
    )

    answers = sweep_due.send_robust(sender=None)

    assert [answer for _receiver, answer in answers if isinstance(answer, Exception)] == []
    assert not has_consent(people.aisyah, Purpose.PUBLIC)
