from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kodipest.people.http import PersonRequest
from kodipest.web.today.agenda import first_of, sections_for


@login_required
@require_safe
def today(request: PersonRequest) -> HttpResponse:
    """Say what waits for the person, role by role, and the one thing to do first."""
    sections = sections_for(request.user)
    shown = {"sections": sections, "first": first_of(sections), "now": timezone.localdate()}
    return render(request, "web/today.html", shown)
