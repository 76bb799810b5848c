"""A house that uses the engine: it knows targets, forbids some, and counts all for one group."""

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied

from kodipest.kernel.errors import Refusal


def group_of(person, target):
    if target == "forbidden":
        raise PermissionDenied("This place is not yours.")
    if target == "hidden":
        raise ObjectDoesNotExist
    if target == "full":
        raise Refusal("This place is taken.", code="sealed")
    return "the house"
