import random
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from kodipest.engines.media import storage
from kodipest.engines.media.checks.likeness import Likeness
from kodipest.engines.media.models import Examination, LikenessMark, Original
from kodipest.engines.media.operations import adopt_file, request_transcode, transcode_next
from kodipest.engines.media.operations.examinations import examine, keep_examination
from tests.factories.media import OriginalFactory

pytestmark = pytest.mark.django_db

RANDOM = random.Random(8)
REPORT = {"findings": [{"code": "short", "severity": "note"}], "loudness": None, "curves": {}}


def film(seed: int) -> Likeness:
    mixed = random.Random(seed)
    return Likeness(
        tuple(mixed.getrandbits(128) for _ in range(12)),
        tuple(mixed.getrandbits(32) for _ in range(300)),
    )


def keep(likeness: Likeness, original: Original | None = None, **report: Any) -> Examination:
    told = REPORT | report | {"likeness": likeness.as_dict()}
    return keep_examination(examine(original=original or OriginalFactory(), told=told))


def test_the_report_is_kept_without_what_it_is_known_by() -> None:
    examination = keep(film(1), looked=True)

    assert examination.report == REPORT | {"looked": True}
    assert examination.similar == []
    assert set(examination.marks.values_list("mark", flat=True)) == film(1).own_marks()


def test_a_copy_names_what_was_there_before_and_not_the_other_way_round() -> None:
    first, copy = keep(film(1)), keep(film(1))
    first.refresh_from_db()

    assert first.similar == []
    assert copy.similar == [
        {
            "original": str(first.original_id),
            "picture": 1.0,
            "sound": {"start": 0.0, "end": 37.5, "alike": 1.0},
        }
    ]


def test_only_the_sound_is_the_same() -> None:
    first = keep(film(1))

    other = keep(Likeness(film(2).frames, film(1).sound))

    assert [(one["original"], one["picture"]) for one in other.similar] == [
        (str(first.original_id), 0.0)
    ]


def test_strangers_share_nothing() -> None:
    keep(film(1))

    assert keep(film(2)).similar == []
    assert keep(Likeness()).similar == []


def test_examined_again_replaces_what_was_found_and_does_not_find_itself() -> None:
    examination = keep(film(1))

    again = keep(film(2), examination.original, findings=[])

    assert again.pk == examination.pk
    assert again.report["findings"] == []
    assert again.similar == []
    assert set(LikenessMark.objects.values_list("mark", flat=True)) == film(2).own_marks()


def test_the_likest_come_first_and_few_of_them() -> None:
    for _ in range(7):
        keep(Likeness(film(1).frames[:9] + film(3).frames[:3], film(2).sound))
    likest = keep(film(1))

    found = keep(film(1)).similar

    assert len(found) == 5
    assert found[0]["original"] == str(likest.original_id)


def test_queries_do_not_grow_with_what_is_there() -> None:
    originals = OriginalFactory(), OriginalFactory()
    keep(film(1))
    with CaptureQueriesContext(connection) as few:
        keep(film(1), originals[0])
    for _ in range(5):
        keep(film(1))
    with CaptureQueriesContext(connection) as many:
        keep(film(1), originals[1])

    assert len(many) == len(few)


def test_it_goes_with_its_original() -> None:
    examination = keep(film(1))

    examination.original.delete()

    with pytest.raises(ObjectDoesNotExist):
        examination.refresh_from_db()
    assert not LikenessMark.objects.exists()


def test_a_film_that_was_prepared_is_examined_and_its_manifest_tells_nothing(clip: Path) -> None:
    transcode = request_transcode(original=adopt_file(path=clip))

    transcode_next()

    transcode.refresh_from_db()
    report = transcode.original.examination.report
    assert transcode.state == "done"
    assert {one["code"] for one in report["findings"]} >= {"short", "small"}
    assert "measured" not in transcode.manifest
    assert not any(
        b"findings" in path.read_bytes()
        for path in storage.rendition_path(transcode.folder).rglob("*")
        if path.is_file()
    )


def test_a_picture_that_was_prepared_is_known_again(tmp_path: Path) -> None:
    drawn = Image.effect_mandelbrot((900, 1200), (-1.5, -1.1, 0.6, 1.2), 60)
    drawn.save(tmp_path / "page.png")
    drawn.resize((600, 800)).save(tmp_path / "copy.jpg", quality=50)
    made = [request_transcode(original=adopt_file(path=path)) for path in tmp_path.glob("*.*")]

    while transcode_next():
        pass

    first, copy = (one.original.examination for one in made)
    assert first.similar == []
    assert copy.similar == [{"original": str(first.original_id), "picture": 1.0, "sound": None}]
    assert "measured" not in made[0].original.transcodes.get().manifest
