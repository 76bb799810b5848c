"""Rows and folders of sections."""

from dataclasses import replace

import pytest
from django.db import DatabaseError

from kodipest.engines.media import queries
from kodipest.engines.media.models import Transcode
from kodipest.engines.media.operations import sharing, sweep_media
from kodipest.engines.media.operations.requests import plan_of
from tests.engines.media.operations.sharing.hands import folders, help_with_section

pytestmark = pytest.mark.django_db


def test_a_folder_of_a_section_is_not_swept_away(taken):
    assert help_with_section(worker="second/1/1")
    folder = taken.sections.get(number=0).folder

    sweep_media()

    assert folders() == {folder}
    assert queries.is_named(folder)


def test_sections_of_a_film_that_has_an_end_are_orphans(taken):
    assert help_with_section(worker="second/1/1")
    Transcode.objects.update(
        state="failed",
        lease_by="",
        lease_until=None,
        folder="",
        error_code="stalled",
        finished_at=taken.requested_at,
    )

    assert sharing.remove_orphans() == 3
    assert sweep_media().folders == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "running"},
        {"state": "done"},
        {"folder": "f-1"},
        {"lease_by": "w"},
        {"progress": 1.5},
        {"number": 1},
    ],
)
def test_rows_cannot_say_what_makes_no_sense(taken, wrong):
    with pytest.raises(DatabaseError):
        taken.sections.filter(number=0).update(**wrong)


def test_its_name_depends_on_where_it_is_cut_and_how_it_is_made(taken):
    (recipe,) = plan_of(taken.original)
    cuts = sharing.cuts_of(taken, recipe)
    names = {sharing._name_of(taken, recipe, cut) for cut in cuts}

    assert names == set(taken.sections.values_list("fingerprint", flat=True))
    assert sharing._name_of(taken, replace(recipe, crf=30), cuts[0]) not in names
    assert "section 0 waiting" in {str(row) for row in taken.sections.all()}
