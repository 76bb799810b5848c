"""What a curator looks at: three criteria, each from 1 (not yet) to 4 (exemplary).

The first version of the rubric. A verdict stores the version it was given by.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

VERSION = 1
LOWEST, HIGHEST = 1, 4
PASS_MARK = 70  # weighted points of 100


@dataclass(frozen=True)
class Criterion:
    """One question to the work. At a gate the lowest score stops the work whatever the total."""

    key: str
    name: str | Promise
    question: str | Promise
    weight: int
    is_gate: bool = False


CRITERIA = (
    Criterion(
        "message",
        _("Clear message"),
        _("Is there one message, easy to tell again?"),
        weight=35,
    ),
    Criterion(
        "craft",
        _("Craft of picture, sound and language"),
        _("Is it clear and pleasant on a cheap phone?"),
        weight=30,
    ),
    Criterion(
        "adab",
        _("Adab, benefit and the safety of children"),
        _("Does it comfort and teach, and shame nobody?"),
        weight=35,
        is_gate=True,
    ),
)


def total(scores: Mapping[str, int]) -> float:
    """Return the weighted points of 100: the sum of weight x score / 4."""
    return sum(criterion.weight * scores[criterion.key] / HIGHEST for criterion in CRITERIA)


def failed_gates(scores: Mapping[str, int]) -> list[Criterion]:
    """List the gates at which `scores` stop a work."""
    return [each for each in CRITERIA if each.is_gate and scores[each.key] == LOWEST]
