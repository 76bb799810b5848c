"""What coaching brings to the desk of a work."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from kodipest.stages.coaching.queries import advice_on
from kodipest.works.models import Work
from kodipest.works.queries import obstacles_to_handing_on
from kodipest.works.standing import Standing
from kodipest.works.studio import Desk, Step, Voice, contribute


def steps(desk: Desk) -> Iterator[Step]:
    """Offer to hand the open version to the mentors, or say that they have it."""
    if desk.standing in {Standing.DRAFT, Standing.REWORKED}:
        yield Step(
            title=_("Hand it to your mentor"),
            text=_(
                "This version is then closed and stays as it is. If it comes back, you start a new one."
            ),
            url=reverse("coaching_hand_in", args=[desk.work.pk]),
            action=_("Hand in version %(number)s") % {"number": desk.revision.number},
            obstacles=obstacles_to_handing_on(desk.revision),
            form_name="hand_in",
        )
    elif desk.standing == Standing.WITH_MENTOR:
        yield Step(
            title=_("Your mentor is looking at it"),
            text=_("You will find the advice here. Until then there is nothing to do."),
        )


def voices(work: Work) -> Iterator[Voice]:
    """Tell what mentors wrote."""
    for advice in advice_on(work):
        yield Voice(
            at=advice.given_at,
            title=_("Advice of the mentor"),
            number=advice.revision.number,
            who=advice.coach.nickname,
            text=advice.text,
        )


def join() -> None:
    """Take part in the desk."""
    contribute(steps=steps, voices=voices)
