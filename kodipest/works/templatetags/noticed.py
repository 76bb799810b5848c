"""What a program noticed in a film or sound, on the pages of those who work on it."""

from typing import Any

from django import template

from kodipest.works.findings import noticed_in
from kodipest.works.models import Revision

register = template.Library()


@register.inclusion_tag("works/noticed.html", takes_context=True)
def noticed(context: template.Context, revision: Revision) -> dict[str, Any]:
    """Show it to the person of the request, as far as that person may know it."""
    return {"noticed": noticed_in(revision, reader=context["request"].user)}
