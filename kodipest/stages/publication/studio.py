"""What publication brings to the desk of a work."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from kodipest.stages.publication.queries import obstacles_to_publication
from kodipest.works.standing import Standing
from kodipest.works.studio import Desk, Step, contribute


def steps(desk: Desk) -> Iterator[Step]:
    """Say what a passed work waits for, and where a published one is seen."""
    if desk.standing == Standing.PASSED:
        yield Step(
            title=_("It passed; a channel comes next"),
            text=_("The programme manager chooses the channel in which it comes out."),
            obstacles=obstacles_to_publication(desk.work),
        )
    elif desk.standing == Standing.PUBLISHED:
        yield Step(
            title=_("It is public"),
            text=_(
                "Everybody can see it. The pesantren and the programme may take it down at any time."
            ),
            url=reverse("work", args=[desk.work.slug]),
            action=_("Go to its public page"),
            is_link=True,
        )
    elif desk.standing == Standing.HELD:
        yield Step(
            title=_("Held back by a consent"),
            text=_(
                "It was published, but nobody sees it until everyone in the credits consents again."
            ),
            obstacles=obstacles_to_publication(desk.work),
        )


def join() -> None:
    """Take part in the desk."""
    contribute(steps=steps)
