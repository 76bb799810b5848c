"""How a work stands, in words its makers understand: read from what happened, never stored."""

from collections.abc import Collection
from typing import NamedTuple

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kodipest.works.journey import ORDER, Stage
from kodipest.works.models import Act, Revision, Work


class Standing(models.TextChoices):
    """One word for stage, newest version and who has vouched for it."""

    DRAFT = "draft", _("Being made")
    REWORKED = "reworked", _("New version being made")
    RETURNED = "returned", _("Back on your desk")
    WITH_MENTOR = "with_mentor", _("With the mentor")
    APPROVED = "approved", _("Approved by the mentor")
    GROWING = "growing", _("In incubation")
    WITH_CURATORS = "with_curators", _("With the curators")
    PASSED = "passed", _("Passed curation")
    PUBLISHED = "published", _("Published")
    HELD = "held", _("Held back by a consent")


WHAT_NEXT: dict[Standing, Promise] = {
    Standing.DRAFT: _("Finish it, then hand it to your mentor."),
    Standing.REWORKED: _("Change what was advised, then hand it in again."),
    Standing.RETURNED: _("Read the advice and start a new version."),
    Standing.WITH_MENTOR: _("Your mentor is looking at it; there is nothing to do now."),
    Standing.APPROVED: _("Submit it to the curators, or let it grow first."),
    Standing.GROWING: _("It is growing. When it is ready, submit it to the curators."),
    Standing.WITH_CURATORS: _(
        "A curator from another pesantren judges it; there is nothing to do now."
    ),
    Standing.PASSED: _("It waits for a channel in which it comes out."),
    Standing.PUBLISHED: _("Everybody can see it."),
    Standing.HELD: _("Nobody sees it until everyone in the credits consents."),
}
WITH_WHOM: dict[Standing, Promise] = {
    Standing.DRAFT: _("Its makers have it."),
    Standing.REWORKED: _("Its makers have it."),
    Standing.RETURNED: _("Its makers have it."),
    Standing.WITH_MENTOR: _("It waits for the word of a mentor."),
    Standing.APPROVED: _("Its makers decide where it goes next."),
    Standing.GROWING: _("It is growing in incubation."),
    Standing.WITH_CURATORS: _("It waits for the verdict of a curator."),
    Standing.PASSED: _("It waits for a channel in which it comes out."),
    Standing.PUBLISHED: _("Everybody can see it."),
    Standing.HELD: _("Nobody sees it until everyone in the credits consents."),
}
YOUR_TURN = frozenset(
    {Standing.DRAFT, Standing.REWORKED, Standing.RETURNED, Standing.APPROVED, Standing.GROWING}
)
TONES = {
    Standing.RETURNED: "gold",
    Standing.APPROVED: "gold",
    Standing.HELD: "clay",
    Standing.WITH_MENTOR: "sky",
    Standing.WITH_CURATORS: "sky",
    Standing.GROWING: "sky",
    Standing.DRAFT: "none",
    Standing.REWORKED: "none",
}


def standing_of(
    stage: str, newest: Revision, acts: Collection[str], *, is_barred: bool = False
) -> Standing:
    """Say how a work in `stage` stands, whose `newest` revision was vouched for by `acts`.

    `is_barred` says that somebody in its credits does not let works be shown.
    """
    if stage == Stage.TRAINING:
        return _on_the_desk(newest)
    if stage == Stage.COACHING:
        return Standing.APPROVED if Act.APPROVED in acts else Standing.WITH_MENTOR
    if stage == Stage.CURATION:
        return Standing.PASSED if Act.PASSED in acts else Standing.WITH_CURATORS
    if stage == Stage.INCUBATION:
        return Standing.GROWING
    return Standing.HELD if is_barred else Standing.PUBLISHED


def _on_the_desk(newest: Revision) -> Standing:
    if not newest.is_open:
        return Standing.RETURNED
    return Standing.DRAFT if newest.number == 1 else Standing.REWORKED


class Stop(NamedTuple):
    """One of the five stages as a work has it: `state` is done, now, skipped or empty."""

    stage: Stage
    label: str
    text: str
    state: str


def stops_of(work: Work, *, grew: bool) -> list[Stop]:
    """Draw the road of `work`; `grew` says whether it went through incubation."""
    here = ORDER.index(Stage(work.stage))
    return [
        Stop(stage, str(stage.label), "", _state(stage, place, here, grew=grew))
        for place, stage in enumerate(ORDER)
    ]


def _state(stage: Stage, place: int, here: int, *, grew: bool) -> str:
    if place == here:
        # The last stop is an arrival: nothing is left to do there.
        return "done" if stage == Stage.PUBLICATION else "now"
    if place > here:
        return ""
    return "skipped" if stage == Stage.INCUBATION and not grew else "done"
