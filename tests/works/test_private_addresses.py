"""A private address opens while whoever was given it may see the file, and not a moment longer."""

import pytest
from django.test import Client

from kodipest.engines.media.storage import private_url
from kodipest.people.models import Consent, Purpose
from kodipest.people.operations import withdraw_consent
from kodipest.stages.coaching.operations import return_to_makers
from kodipest.stages.curation.models import Submission, Verdict
from kodipest.stages.curation.operations import decide
from kodipest.stages.publication.operations import withdraw_work
from kodipest.works.models import Revision, Work
from tests.factories.media import TranscodeFactory, fill_folder
from tests.factories.people import cast, consent
from tests.factories.stages import (
    GOOD_SCORES,
    handed_in,
    published,
    reopened,
    started_film,
    submitted,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.HOME = tmp_path


@pytest.fixture
def people():
    return cast()


def film_of(people) -> Work:
    """A film whose poster lies on the disk."""
    work = started_film(people)
    transcode = Revision.objects.get(work=work).main.transcode
    fill_folder(transcode, poster_jpg=b"jpeg", manifest_json=b"{}")
    return work


def address_of(work: Work, name: str = "poster.jpg") -> str:
    return private_url(Revision.objects.filter(work=work).latest().main.transcode, name)


def opens(address: str) -> bool:
    status = Client().head(address).status_code
    asked_by_caddy = Client().head(address.replace("/media/s/", "/media/opens/")).status_code
    assert (status, asked_by_caddy) in {(200, 204), (404, 404)}
    return status == 200


def test_an_address_given_out_ends_when_a_consent_is_withdrawn(people):
    work, other = film_of(people), film_of(cast())
    given = consent(people.aisyah, Purpose.PUBLIC)
    old, elsewhere = address_of(work), address_of(other)
    assert opens(old)

    withdraw_consent(consent=given, by=people.dewi)

    assert not opens(old)
    assert opens(address_of(work))  # the makers' own page signs anew
    assert opens(elsewhere)


def test_what_was_made_of_the_film_besides_ends_too(people):
    work = film_of(people)
    original = Revision.objects.get(work=work).main.original
    pack = TranscodeFactory(done=True, original=original)
    fill_folder(pack, poster_jpg=b"jpeg", manifest_json=b"{}")
    old = private_url(pack, "poster.jpg")
    given = consent(people.aisyah, Purpose.PUBLIC)

    withdraw_consent(consent=given, by=people.dewi)

    assert not opens(old)


def test_a_curator_who_sent_a_work_back_has_an_address_that_opens_nothing(people):
    submission = submitted(people, film_of(people))
    old = address_of(submission.work)

    decide(
        submission=submission, by=people.citra, outcome=Verdict.Outcome.RETURNED,
        scores=GOOD_SCORES, praise="Warm.", advice="Shorter.",
    )  # fmt: skip

    assert not opens(old)
    assert opens(address_of(submission.work))


def test_a_step_on_that_hides_the_work_from_nobody_ends_nothing(people):
    work = film_of(people)
    handed_in(people, work)
    old = address_of(work)

    submitted_work = submitted_after_coaching(people, work)

    assert submitted_work == work
    assert opens(old)


def submitted_after_coaching(people, work) -> Work:
    from kodipest.stages.coaching.operations import approve
    from kodipest.stages.curation.operations import submit_work

    approve(work=work, read=work.newest_revision.pk, by=people.budi)
    return submit_work(work=work, by=people.aisyah).work


def test_a_film_that_goes_back_and_one_that_is_taken_off(people):
    work = film_of(people)
    handed_in(people, work)
    with_mentor = address_of(work)
    return_to_makers(work=work, by=people.budi, text="Once more.")
    assert not opens(with_mentor)

    revision = reopened(people, work)
    assert revision.main is not None
    published(people, work)
    out = address_of(work)
    assert Submission.objects.filter(work=work).exists()
    assert Consent.objects.filter(person=people.aisyah).exists()
    withdraw_work(work=work, by=people.dewi, why="Too loud.")

    assert not opens(out)
    assert opens(address_of(work))
