"""What `manage.py check` says about the doors of this site."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Warning, register


@register("security")
def demo_sign_in_is_off(
    app_configs: Sequence[AppConfig] | None, **options: Any
) -> list[CheckMessage]:
    """Warn while anybody may become any demo person with one press."""
    if not settings.DEMO_SIGN_IN:
        return []
    return [
        Warning(
            "ANYONE CAN SIGN IN AS ANY DEMO PERSON: KODIPEST_DEMO_SIGN_IN is on.",
            hint="Unset KODIPEST_DEMO_SIGN_IN before real people use this site.",
            id="kodipest.W001",
        )
    ]
