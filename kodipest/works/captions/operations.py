"""Verbs about captions; with `works.operations` the only writers of this app."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from kodipest.engines.media.captions import MAX_CUES, Cue, in_order
from kodipest.kernel.errors import Refusal
from kodipest.kernel.permissions import require
from kodipest.people import audit
from kodipest.people.models import Person
from kodipest.works import words
from kodipest.works.models import LANGUAGES, Caption, Revision, Work
from kodipest.works.operations import open_revision

SPOKEN = frozenset({Work.Kind.VIDEO, Work.Kind.AUDIO})


@transaction.atomic
def save_captions(
    *, work: Work, language: str, cues: Sequence[Cue], by: Person, after: int | None = None
) -> Caption | None:
    """Write the captions of the open version in `language`; without a cue they are taken out.

    `after` is how often they had been saved when they were read (0: there were none): then nobody's
    work is overwritten unseen. Raises PermissionDenied unless `by` is an author; Refusal `sealed`,
    `no_captions` for a kind that is not listened to, `language_unknown`, `too_many_cues`,
    `saved_meanwhile`.
    """
    require(by, "works.change_work", work)
    _refuse_impossible(work, language, cues)
    revision = open_revision(work)
    found = Caption.objects.filter(revision=revision, language=language).first()
    if after is not None and after != (found.saves if found else 0):
        raise Refusal(words.SAVED_MEANWHILE, code="saved_meanwhile")
    kept = [list(cue) for cue in in_order(cues)]
    if kept:
        caption = found or Caption(revision=revision, language=language, saves=0)
        caption.cues, caption.saves = kept, caption.saves + 1
        caption.changed_at, caption.changed_by = timezone.now(), by
        caption.save()
    else:
        caption = None
        Caption.objects.filter(revision=revision, language=language).delete()
    _note_languages(revision)
    audit.record("save_captions", revision, by=by, language=language, cues=len(kept))
    return caption


def _refuse_impossible(work: Work, language: str, cues: Sequence[Cue]) -> None:
    if work.kind not in SPOKEN:
        raise Refusal(words.NO_CAPTIONS, code="no_captions")
    if language not in dict(LANGUAGES):
        raise Refusal(words.LANGUAGE_UNKNOWN, code="language_unknown")
    if len(cues) > MAX_CUES:
        raise Refusal(words.TOO_MANY_CUES, code="too_many_cues", params={"limit": MAX_CUES})


def _note_languages(revision: Revision) -> None:
    """Tell the version which captions it has; the order is that of the house."""
    found = set(Caption.objects.filter(revision=revision).values_list("language", flat=True))
    revision.caption_languages = [code for code, _name in LANGUAGES if code in found]
    Revision.objects.filter(pk=revision.pk).update(caption_languages=revision.caption_languages)
