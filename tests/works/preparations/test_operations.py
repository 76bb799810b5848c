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
    keep_fast_motion,
    retry_preparation,
)
from kodipest.works.queries import obstacles_to_handing_on
from tests.factories.media import OriginalFactory, TranscodeFactory
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


def sport_of(people, *, fps=59.94, **state):
    """A football match in an open version, prepared as everything is."""
    original = OriginalFactory()
    original.probe = original.probe | {"fps": fps, "height": 1080, "width": 1920}
    original.save(update_fields=["probe"])
    return film_of(people, original=original, **state)


def test_fast_motion_is_kept_on_request_and_given_up_again(people):
    file = sport_of(people, done=True)
    usual = file.transcode

    keep_fast_motion(asset=file, by=people.aisyah, keep=True)
    file.refresh_from_db()
    fast = file.transcode
    assert (fast.max_fps, fast.state, fast.original) == (60, State.WAITING, usual.original)
    assert fast.fingerprint != usual.fingerprint
    usual.refresh_from_db()
    assert usual.is_done  # another version may show it

    keep_fast_motion(asset=file, by=people.aisyah, keep=False)
    file.refresh_from_db()
    fast.refresh_from_db()
    assert (file.transcode.max_fps, fast.state) == (30, State.CANCELLED)

    keep_fast_motion(asset=file, by=people.aisyah, keep=True)
    file.refresh_from_db()
    assert (file.transcode, file.transcode.state) == (fast, State.WAITING)
    entries = AuditEntry.objects.filter(act="keep_fast_motion").order_by("sequence")
    assert [entry.facts for entry in entries] == [{"max_fps": most} for most in ("60", "30", "60")]


def test_asking_for_fast_motion_twice_is_asking_once(people):
    file = sport_of(people)
    for _press in range(2):
        keep_fast_motion(asset=file, by=people.aisyah, keep=True)

    assert acts().count("keep_fast_motion") == 1


def test_a_set_on_its_way_that_another_work_waits_for_goes_on(people):
    file = sport_of(people, running=True)
    other = asset(Revision.objects.get(work=started(people)), transcode=file.transcode)

    keep_fast_motion(asset=file, by=people.aisyah, keep=True)

    other.refresh_from_db()
    assert (other.transcode.state, other.transcode.max_fps) == (State.RUNNING, 30)


@pytest.mark.parametrize("who", ["budi", "dewi", "farid", "eka"])
def test_nobody_else_asks_for_fast_motion(people, who):
    file = sport_of(people)

    with pytest.raises(PermissionDenied):
        keep_fast_motion(asset=file, by=getattr(people, who), keep=True)
    file.refresh_from_db()
    assert file.transcode.max_fps == 30


def test_a_version_that_was_handed_on_keeps_its_motion(people):
    file = sport_of(people, done=True)
    handed_in(people, file.revision.work)

    with pytest.raises(Refusal) as refused:
        keep_fast_motion(asset=file, by=people.aisyah, keep=True)

    assert refused.value.code == "sealed"


@pytest.mark.parametrize("fps", [25.0, 30.0, 48.0])
def test_there_must_be_fast_motion_to_keep(people, fps):
    file = sport_of(people, fps=fps)

    with pytest.raises(Refusal) as refused:
        keep_fast_motion(asset=file, by=people.aisyah, keep=True)

    assert refused.value.code == "no_fast_motion"
