"""Keep what the checks found, and look whether the same was here before."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from kodipest.engines.media.checks.likeness import Likeness
from kodipest.engines.media.models import Examination, LikenessMark, Original
from kodipest.engines.media.similar import similar_to


@transaction.atomic
def keep_examination(*, original: Original, told: Mapping[str, Any]) -> Examination:
    """Write down what `checks.examine.report` told about `original`; an older examination goes.

    What is alike is looked for among all that were examined before: three queries, however many
    there are. Nobody's permission is asked: it is part of preparing a file.
    """
    likeness = Likeness.from_dict(told["likeness"])
    report = {name: value for name, value in told.items() if name != "likeness"}
    examination, _created = Examination.objects.update_or_create(
        original=original,
        defaults={
            "report": report,
            "likeness": likeness.as_dict(),
            "similar": [one.as_dict() for one in similar_to(likeness, besides=original)],
            "examined_at": timezone.now(),
        },
    )
    examination.marks.all().delete()
    LikenessMark.objects.bulk_create(
        LikenessMark(examination=examination, mark=mark) for mark in likeness.own_marks()
    )
    return examination
