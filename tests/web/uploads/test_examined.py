"""What `doctor` says of uploads on their way."""

import os
import time

import pytest

from kodipest.engines.media import storage
from kodipest.engines.media.models import Arrival
from kodipest.engines.media.operations import begin_arrival
from kodipest.engines.media.queries import broken_arrivals
from kodipest.web import doctor
from kodipest.works.models import Asset
from kodipest.works.operations import target_of
from tests.factories.people import cast
from tests.factories.stages import started

pytestmark = pytest.mark.django_db


@pytest.fixture
def arrival(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_RESERVE_BYTES = 0
    people = cast()
    target = target_of(started(people), Asset.Role.COVER)
    arrival = begin_arrival(by=people.aisyah, length=10, name="f", target=target)
    storage.incoming()
    arrival.path.write_bytes(b"12345")
    past = time.time() - 3 * 24 * 3600
    os.utime(arrival.path, (past, past))
    Arrival.objects.update(offset=5)
    return arrival


def test_an_upload_that_rests_for_days_is_no_stray_file(arrival):
    assert list(doctor.stray_files()) == []

    Arrival.objects.all().delete()
    assert [arrival.path.name in said for said in doctor.stray_files()] == [True]


def test_a_disk_that_lost_what_was_acknowledged_is_told(arrival):
    assert list(broken_arrivals()) == []

    os.truncate(arrival.path, 3)
    assert [found.reason for found in broken_arrivals()] == [
        f"{arrival.path.name}: 3 bytes of 5 told"
    ]
    arrival.path.unlink()  # as after a restore: the sender begins anew
    assert list(broken_arrivals()) == []
