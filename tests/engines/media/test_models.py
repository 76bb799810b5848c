from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from kodipest.engines.media.models import Transcode
from tests.factories.media import TranscodeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


LATER = {"lease_until": None, "lease_by": ""}


@pytest.mark.parametrize(
    ("trait", "change"),
    [
        ({}, {"state": "running"}),
        ({}, {"state": "odd"}),
        ({}, {"progress": 0.5}),
        ({}, {"lease_by": "w"}),
        ({}, {"manifest": {}}),
        ({}, {"first_playable_at": timezone.now()}),
        ({"running": True}, {"lease_by": ""}),
        ({"running": True}, {"lease_until": None}),
        ({"running": True}, {"folder": ""}),
        ({"running": True}, {"progress": 1.1}),
        ({"running": True}, {"progress": -0.1}),
        ({"running": True}, {"state": "done", **LATER}),
        ({"running": True}, {"state": "waiting", **LATER}),
        ({"running": True}, {"state": "failed", "folder": "", **LATER}),
        ({"done": True}, {"manifest": None}),
        ({"done": True}, {"finished_at": None}),
        ({"done": True}, {"progress": 0.9}),
        ({"done": True}, {"folder": ""}),
        ({"done": True}, {"part": "high"}),
        ({"high": True}, {"base": None}),
        ({"high": True, "done": True}, {"folder": "f" * 32 + "-1"}),
        ({"high": True}, {"part": "base"}),
        ({"cancelled": True}, {"finished_at": None}),
        ({"cancelled": True}, {"progress": 0.5}),
        ({"cancelled": True}, {"folder": "f" * 32 + "-1"}),
        ({"failed": True}, {"error_code": ""}),
    ],
)
def test_no_row_is_in_an_illegal_state(trait, change):
    row = TranscodeFactory(**trait)

    with pytest.raises(IntegrityError), transaction.atomic():
        Transcode.objects.filter(pk=row.pk).update(**change)


def test_a_base_has_each_addition_once():
    row = TranscodeFactory(high=True)

    with pytest.raises(IntegrityError), transaction.atomic():
        TranscodeFactory(high=True, base=row.base)


def test_a_clock_set_back_forbids_nothing():
    row = TranscodeFactory(done=True, finished_at=timezone.now() - timedelta(days=1))

    assert row.finished_at < row.started_at


def test_no_two_rows_share_a_recipe_or_a_folder():
    row = TranscodeFactory(done=True)

    with pytest.raises(IntegrityError), transaction.atomic():
        TranscodeFactory(original=row.original, fingerprint=row.fingerprint)
    with pytest.raises(IntegrityError), transaction.atomic():
        TranscodeFactory(done=True, folder=row.folder)
