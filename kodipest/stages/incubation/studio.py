"""What incubation brings to the desk of a work."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from kodipest.works.standing import Standing
from kodipest.works.studio import Desk, Step, contribute

AFTER_CURATION = 10


def steps(desk: Desk) -> Iterator[Step]:
    """Offer an approved work time to grow before it is judged."""
    if desk.standing == Standing.APPROVED:
        yield Step(
            title=_("Or let it grow first"),
            text=_("In incubation a good idea becomes a series, with help. Curation comes later."),
            url=reverse("incubation_enter", args=[desk.work.pk]),
            action=_("Into incubation"),
            order=AFTER_CURATION,
            form_name="enter",
        )


def join() -> None:
    """Take part in the desk."""
    contribute(steps=steps)
