"""How long a work has waited, so that nobody waits for more than a week unseen."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone

register = template.Library()

TOO_LONG_DAYS = 7


@register.inclusion_tag("works/waits.html")
def waits(since: datetime) -> dict[str, Any]:
    """Say how many days somebody has waited since then; more than a week stands out."""
    days = (timezone.now() - since).days
    return {"days": days, "is_late": days > TOO_LONG_DAYS, "since": since}
