"""Works carried along their journey by the operations themselves, each step by the right person."""

import factory
from factory.django import DjangoModelFactory

from kodipest.people.models import Purpose
from kodipest.stages.coaching.operations import approve, ask_for_coaching
from kodipest.stages.curation.models import Submission, Verdict
from kodipest.stages.curation.operations import decide, submit_work
from kodipest.stages.publication.models import Channel, Edition
from kodipest.stages.publication.operations import publish_work
from kodipest.works.models import Revision, Work
from kodipest.works.operations import begin_revision, change_text, start_work
from tests.factories.people import Cast, consent
from tests.factories.works import asset

GOOD_SCORES = {"message": 4, "craft": 3, "adab": 4}


class ChannelFactory(DjangoModelFactory):
    """A channel."""

    class Meta:
        model = Channel

    name = factory.Sequence("Channel {}".format)
    slug = factory.Sequence("channel-{}".format)


def started(people: Cast, *, title: str = "Sholawat from the rice field") -> Work:
    """Let Aisyah begin an article and write it."""
    work = start_work(
        kind=Work.Kind.ARTICLE, title=title, organisation=people.house, by=people.aisyah
    )
    change_text(work=work, by=people.aisyah, title=title, body="Every evening we sing.")
    return work


def started_film(people: Cast, *, title: str = "A day in the dapur") -> Work:
    """Let Aisyah begin a film and put a file in."""
    work = start_work(
        kind=Work.Kind.VIDEO, title=title, organisation=people.house, by=people.aisyah
    )
    asset(Revision.objects.get(work=work))
    return work


def handed_in(people: Cast, work: Work | None = None) -> Work:
    """Let Aisyah lay the work before the mentors."""
    work = work or started(people)
    ask_for_coaching(work=work, by=people.aisyah)
    return work


def approved(people: Cast, work: Work | None = None) -> Work:
    """Let Budi vouch for it."""
    work = handed_in(people, work)
    approve(work=work, read=work.newest_revision.pk, by=people.budi)
    return work


def submitted(people: Cast, work: Work | None = None) -> Submission:
    """Let Aisyah lay the approved work before the curators."""
    return submit_work(work=approved(people, work), by=people.aisyah)


def passed(people: Cast, work: Work | None = None) -> Work:
    """Let Citra pass it."""
    submission = submitted(people, work)
    decide(
        submission=submission,
        by=people.citra,
        outcome=Verdict.Outcome.PASSED,
        scores=GOOD_SCORES,
        praise="A voice of its own.",
    )
    return submission.work


def published(people: Cast, work: Work | None = None, channel: Channel | None = None) -> Edition:
    """Let everyone in the credits consent, and Farid publish."""
    work = passed(people, work)
    for credit in work.credits.select_related("person"):
        consent(credit.person, Purpose.PUBLIC)
    return publish_work(
        work=work,
        read=work.newest_revision.pk,
        channel=channel or ChannelFactory(),
        by=people.farid,
    )


def reopened(people: Cast, work: Work, *, body: str = "Every evening we sing. Twice.") -> Revision:
    """Let Aisyah begin the next version of a work that came back, and change it."""
    begin_revision(work=work, by=people.aisyah)
    return change_text(work=work, by=people.aisyah, title=work.title, body=body)
