"""The road of a work through the five stages: the one place where their order is written."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    """Where a work stands. TRAINING is the desk of its makers: there, and only there, it changes."""

    TRAINING = "training", _("Training")
    COACHING = "coaching", _("Coaching")
    INCUBATION = "incubation", _("Incubation")
    CURATION = "curation", _("Curation")
    PUBLICATION = "publication", _("Publication")


ORDER = list(Stage)
BACK_TO_THE_MAKER = Stage.TRAINING

# Forwards one stage at a time, incubation may be skipped; from each stage back to the maker.
ALLOWED_MOVES = {
    Stage.TRAINING: {Stage.COACHING},
    Stage.COACHING: {Stage.INCUBATION, Stage.CURATION, BACK_TO_THE_MAKER},
    Stage.INCUBATION: {Stage.CURATION, BACK_TO_THE_MAKER},
    Stage.CURATION: {Stage.PUBLICATION, BACK_TO_THE_MAKER},
    Stage.PUBLICATION: {BACK_TO_THE_MAKER},
}
