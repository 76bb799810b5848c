"""Where an upload is meant to go: a question for the house that uses the engine."""

from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


def group_of(person: Any, target: str) -> str:
    """Ask the house whether `person` may send a file for `target`; return whose quota it counts for.

    `settings.UPLOAD_TARGETS` names a function of both. It raises PermissionDenied, Refusal, or
    ObjectDoesNotExist for a target that `person` may not even know of.
    """
    group: str = import_string(settings.UPLOAD_TARGETS)(person, target)
    return group
