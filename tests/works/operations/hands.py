"""What several tests of these verbs use."""

from kodipest.people.models import AuditEntry
from kodipest.works.models import Work
from tests.factories.works import RevisionFactory, WorkFactory

Kind = Work.Kind


def acts():
    return [*AuditEntry.objects.order_by("sequence").values_list("act", flat=True)]


def work_of(people, **fields):
    return WorkFactory(
        organisation=people.house, authors=[people.aisyah], created_by=people.aisyah, **fields
    )


def sealed_work_of(people, **fields):
    work = work_of(people, revision=None, **fields)
    RevisionFactory(work=work, sealed=True)
    return work


def codes(refusal):
    return refusal.value.codes
