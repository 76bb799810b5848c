import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from kodipest.engines.media import quotas, uploads
from kodipest.engines.media.models import Arrival
from kodipest.engines.media.operations import adopt_upload, begin_arrival, remove_arrival
from kodipest.kernel.errors import Refusal
from tests.factories.media import OriginalFactory, film
from tests.together import together  # noqa: F401 -- a fixture

pytestmark = pytest.mark.django_db


def group_of(person, target):
    return target


@pytest.fixture(autouse=True)
def house(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_RESERVE_BYTES = 0
    settings.UPLOAD_TARGETS = f"{__name__}.group_of"
    settings.UPLOAD_QUOTA_PER_PERSON = 1000
    settings.UPLOAD_QUOTA_PER_GROUP = 1500


@pytest.fixture
def aisyah(db):
    return get_user_model().objects.create(username="aisyah")


@pytest.fixture
def budi(db):
    return get_user_model().objects.create(username="budi")


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return film(tmp_path_factory.mktemp("clip") / "clip.mp4", seconds=1)


def begin(person, length, group="house"):
    return begin_arrival(by=person, length=length, name="f", target=group)


def refused(act):
    with pytest.raises(Refusal) as refusal:
        act()
    return refusal.value


def adopt_as(arrival, original):
    rows = Arrival.objects.filter(pk=arrival.pk)
    rows.update(offset=arrival.length, original=original, adopted_at=timezone.now())


def test_room_is_reserved_whole_before_the_first_byte(aisyah):
    begin(aisyah, 600)

    refusal = refused(lambda: begin(aisyah, 401))

    assert refusal.codes == ["quota_person"]
    assert "400" in refusal.messages[0]
    assert begin(aisyah, 400)
    assert quotas.quota_of(aisyah) == (1000, 1000)
    assert quotas.quota_of(aisyah).left == 0


def test_a_group_shares_its_room(aisyah, budi):
    begin(aisyah, 900)

    assert refused(lambda: begin(budi, 700)).codes == ["quota_group"]
    assert begin(budi, 700, group="another house")
    assert quotas.quota_of_group("house").used == 900


def test_what_is_let_go_of_gives_its_room_back(aisyah):
    remove_arrival(arrival=begin(aisyah, 1000))

    assert begin(aisyah, 1000)


def test_an_original_counts_once_for_each_who_brought_it(aisyah, budi):
    original = OriginalFactory(size_bytes=300)
    for person in (aisyah, aisyah, budi):
        adopt_as(begin(person, 300), original)

    assert quotas.quota_of(aisyah).used == quotas.quota_of(budi).used == 300
    assert quotas.quota_of_group("house").used == 300
    begin(budi, 50, group="")
    assert quotas.used_by_each("owner") == {aisyah.pk: 300, budi.pk: 350}
    assert quotas.used_by_each("quota_group") == {"house": 300}
    original.arrivals.all().delete()
    assert quotas.quota_of(aisyah).used == 0
    assert quotas.used_by_each("owner") == {budi.pk: 50}


def test_no_limit_is_a_limit_of_nothing(aisyah, settings):
    settings.UPLOAD_QUOTA_PER_PERSON = settings.UPLOAD_QUOTA_PER_GROUP = quotas.NO_LIMIT
    begin(aisyah, 10**9)

    assert quotas.quota_of(aisyah) == (None, 10**9)
    assert quotas.quota_of(aisyah).left is None
    assert quotas.quota_of(aisyah).takes(10**12)
    assert quotas.objection_of_person(aisyah, 10**12) is None


def test_a_limit_that_was_lowered_leaves_nothing(aisyah, settings):
    begin(aisyah, 900)
    settings.UPLOAD_QUOTA_PER_PERSON = 100

    assert quotas.quota_of(aisyah).left == 0
    assert refused(lambda: begin(aisyah, 1)).codes == ["quota_person"]
    assert list(quotas.beyond_the_limit()) == [(f"person {aisyah.pk}", (100, 900))]


def test_many_beginnings_at_once_stay_within_the_limit(together, aisyah, budi):  # noqa: F811
    found = together(*[lambda: begin(aisyah, 300)] * 4, *[lambda: begin(budi, 300)] * 4)

    refusals = {it.code for it in found if isinstance(it, Refusal)}
    assert len(found) - len([it for it in found if isinstance(it, Refusal)]) == 5
    assert refusals <= {"quota_person", "quota_group"}
    assert quotas.quota_of_group("house").used == 1500
    assert max(quotas.quota_of(aisyah).used, quotas.quota_of(budi).used) <= 1000


# --- a file that comes in one piece


def test_a_file_in_one_piece_counts_too(aisyah, settings, clip):
    size = clip.stat().st_size
    settings.UPLOAD_QUOTA_PER_PERSON = settings.UPLOAD_QUOTA_PER_GROUP = size + 10

    original = adopt_upload(upload=uploads.take_copy(clip), by=aisyah, quota_group="house")

    assert quotas.quota_of(aisyah).used == quotas.quota_of_group("house").used == size
    note = Arrival.objects.get()
    assert (note.original, note.name, note.is_whole) == (original, "clip.mp4", True)
    assert note.settled_at
    # the same once more takes no more room, another one does not fit
    assert adopt_upload(upload=uploads.take_copy(clip), by=aisyah, quota_group="house") == original
    assert Arrival.objects.count() == 1
    assert refused(lambda: begin(aisyah, 11)).codes == ["quota_person"]


def test_a_file_in_one_piece_that_does_not_fit_is_not_kept(aisyah, settings, clip):
    settings.UPLOAD_QUOTA_PER_PERSON = 10
    upload = uploads.take_copy(clip)

    refusal = refused(lambda: adopt_upload(upload=upload, by=aisyah))

    assert refusal.codes == ["quota_person"]
    assert not upload.path.exists()
    assert not Arrival.objects.exists()


def test_a_file_that_cannot_be_used_reserves_nothing(aisyah, tmp_path):
    (tmp_path / "f").write_bytes(b"a letter " * 20)

    refusal = refused(lambda: adopt_upload(upload=uploads.take_copy(tmp_path / "f"), by=aisyah))

    assert refusal.codes == ["not_media"]
    assert quotas.quota_of(aisyah).used == 0
