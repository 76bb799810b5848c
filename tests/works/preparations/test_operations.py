import pytest
from django.core.exceptions import PermissionDenied

from kodipest.engines.media.models import Transcode
from kodipest.kernel.errors import Refusal
from kodipest.people.models import AuditEntry, Role
from kodipest.works.models import Revision
from kodipest.works.operations import try_file_again
from kodipest.works.preparations.operations import (
    call_off_file,
    call_off_preparation,
    retry_preparation,
)
from kodipest.works.queries import obstacles_to_handing_on
from tests.factories.media import TranscodeFactory
from tests.factories.people import OrganisationFactory, cast, somebody
from tests.factories.stages import handed_in, started, started_film
from tests.factories.works import asset

pytestmark = pytest.mark.django_db

State = Transcode.State


@pytest.fixture
def people():
    return cast()


def film_of(people, **state):
    work = started_film(people)
    revision = Revision.objects.get(work=work)
    revision.assets.all().delete()
    return asset(revision, transcode=TranscodeFactory(**state))


def acts():
    return [*AuditEntry.objects.order_by("sequence").values_list("act", flat=True)]


def test_a_maker_calls_off_and_tries_again(people):
    file = film_of(people, running=True)

    call_off_file(asset=file, by=people.aisyah)
    file.transcode.refresh_from_db()
    assert file.transcode.state == State.CANCELLED
    obstacles = obstacles_to_handing_on(Revision.objects.get(pk=file.revision_id))
    assert [obstacle.code for obstacle in obstacles] == ["media_cancelled"]

    try_file_again(asset=file, by=people.aisyah)
    file.transcode.refresh_from_db()
    assert file.transcode.state == State.WAITING
    assert acts()[-2:] == ["call_off_file", "try_file_again"]


@pytest.mark.parametrize("who", ["budi", "dewi", "farid", "eka"])
def test_nobody_else_calls_off_the_file_of_a_version(people, who):
    file = film_of(people)

    with pytest.raises(PermissionDenied):
        call_off_file(asset=file, by=getattr(people, who))
    file.transcode.refresh_from_db()
    assert file.transcode.state == State.WAITING


def test_a_version_that_was_handed_on_keeps_its_preparation(people):
    work = started(people)
    file = asset(Revision.objects.get(work=work), "image", role="cover")
    handed_in(people, work)
    Transcode.objects.filter(pk=file.transcode_id).update(
        state=State.WAITING,
        folder="",
        progress=0,
        manifest=None,
        first_playable_at=None,
        finished_at=None,
    )

    with pytest.raises(Refusal) as refused:
        call_off_file(asset=file, by=people.aisyah)
    assert refused.value.code == "sealed"


@pytest.mark.parametrize("who", ["dewi", "farid"])
def test_who_looks_after_the_house_or_all_calls_off_and_retries(people, who):
    file, person = film_of(people), getattr(people, who)

    call_off_preparation(transcode=file.transcode, by=person)
    assert file.transcode.state == State.CANCELLED
    retry_preparation(transcode=file.transcode, by=person)
    assert file.transcode.state == State.WAITING
    assert acts()[-2:] == ["call_off_preparation", "retry_preparation"]


def test_additions_are_looked_after_with_their_film(people):
    base = film_of(people, done=True).transcode
    addition = TranscodeFactory(high=True, base=base, failed=True)

    retry_preparation(transcode=addition, by=people.dewi)
    assert addition.state == State.WAITING


@pytest.mark.parametrize("who", ["aisyah", "budi", "citra", "eka", "elsewhere"])
def test_nobody_else_runs_preparations(people, who):
    elsewhere = somebody("Operator elsewhere", OrganisationFactory(), Role.OPERATOR)
    person = elsewhere if who == "elsewhere" else getattr(people, who)
    file = film_of(people)

    for act in (call_off_preparation, retry_preparation):
        with pytest.raises(PermissionDenied):
            act(transcode=file.transcode, by=person)


@pytest.mark.parametrize(
    ("act", "code"),
    [(call_off_preparation, "nothing_to_cancel"), (retry_preparation, "nothing_to_retry")],
)
def test_there_is_nothing_to_do_for_what_is_ready(people, act, code):
    file = film_of(people, done=True)

    with pytest.raises(Refusal) as refused:
        act(transcode=file.transcode, by=people.farid)
    assert refused.value.code == code
