"""Keep what the checks found, and look whether the same was here before."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from kodipest.engines.media.checks.likeness import Likeness
from kodipest.engines.media.models import Examination, LikenessMark, Original
from kodipest.engines.media.similar import similar_to


def examine(*, original: Original, told: Mapping[str, Any]) -> Examination:
    """Compare what `checks.examine.report` told about `original` with all that came before.

    Returns a row that is not written yet: comparing takes a moment, and writing locks a node's
    database for everybody. Two queries, however many films there are.
    """
    likeness = Likeness.from_dict(told["likeness"])
    return Examination(
        original=original,
        report={name: value for name, value in told.items() if name != "likeness"},
        likeness=likeness.as_dict(),
        similar=[one.as_dict() for one in similar_to(likeness, besides=original)],
    )


@transaction.atomic
def keep_examination(examination: Examination) -> Examination:
    """Write down what `examine` returned; an older examination of the same original goes.

    Nobody's permission is asked: it is part of preparing a file.
    """
    kept, _created = Examination.objects.update_or_create(
        original=examination.original,
        defaults={
            "report": examination.report,
            "likeness": examination.likeness,
            "similar": examination.similar,
            "examined_at": timezone.now(),
        },
    )
    kept.marks.all().delete()
    marks = Likeness.from_dict(kept.likeness).own_marks()
    LikenessMark.objects.bulk_create(LikenessMark(examination=kept, mark=mark) for mark in marks)
    return kept
