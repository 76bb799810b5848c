"""The five stages in words, for the pages that draw them."""

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from kodipest.works.journey import ORDER, Stage


class Stop(NamedTuple):
    """One stage as the component `road.html` draws it."""

    stage: str
    label: Any
    text: Any
    state: str = ""


WHAT_HAPPENS = {
    Stage.TRAINING: _("Santri learn to write, film, draw and record, with good manners."),
    Stage.COACHING: _("A teacher goes through it with them, line by line."),
    Stage.INCUBATION: _("A good idea grows into a series."),
    Stage.CURATION: _("Curators look, listen and read before anyone else does."),
    Stage.PUBLICATION: _("It comes out, and everyone can see who vouches for it."),
}


def road() -> list[Stop]:
    """Return the five stops in their order."""
    return [Stop(stage.value, stage.label, WHAT_HAPPENS[stage]) for stage in ORDER]
