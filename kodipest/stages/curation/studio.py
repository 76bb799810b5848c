"""What curation brings to the desk of a work."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from kodipest.stages.curation import rubric
from kodipest.stages.curation.forms import SubmitForm
from kodipest.stages.curation.queries import obstacles_to_curation, verdicts_on
from kodipest.works.models import Work
from kodipest.works.standing import Standing
from kodipest.works.studio import Desk, Step, Voice, contribute


def steps(desk: Desk) -> Iterator[Step]:
    """Offer to lay the approved version before the curators, or say that they have it."""
    if desk.standing in {Standing.APPROVED, Standing.GROWING}:
        yield Step(
            title=_("Submit it to the curators"),
            text=_(
                "A curator from another pesantren judges exactly this version, without your names."
            ),
            url=reverse("curation_submit", args=[desk.work.pk]),
            action=_("Submit to curation"),
            obstacles=obstacles_to_curation(desk.revision),
            form_name="submit",
            form=SubmitForm(),
        )
    elif desk.standing == Standing.WITH_CURATORS:
        yield Step(
            title=_("The curators have it"),
            text=_("It is judged without names. You will find the verdict here."),
        )


def voices(work: Work) -> Iterator[Voice]:
    """Tell what curators decided; they stay unnamed."""
    names = {criterion.key: str(criterion.name) for criterion in rubric.CRITERIA}
    for verdict in verdicts_on(work):
        yield Voice(
            at=verdict.decided_at,
            title=_("Verdict of the curators: %(outcome)s, %(total)s of 100")
            % {"outcome": verdict.get_outcome_display(), "total": number_format(verdict.total)},
            number=verdict.submission.revision.number,
            text=verdict.advice,
            praise=verdict.praise,
            scores=[(names.get(key, key), score) for key, score in verdict.scores.items()],
        )


def join() -> None:
    """Take part in the desk."""
    contribute(steps=steps, voices=voices)
