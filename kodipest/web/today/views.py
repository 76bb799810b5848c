from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, translate_url
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kodipest.people.http import PersonRequest
from kodipest.people.operations import choose_language
from kodipest.web.today.agenda import first_of, sections_for
from kodipest.web.today.forms import LanguageForm


@login_required
@require_safe
def today(request: PersonRequest) -> HttpResponse:
    """Say what waits for the person, role by role, and the one thing to do first."""
    sections = sections_for(request.user)
    shown = {
        "sections": sections,
        "first": first_of(sections),
        "now": timezone.localdate(),
        "language_form": LanguageForm(initial={"language": request.user.language}),
    }
    return render(request, "web/today.html", shown)


@login_required
@require_POST
def language(request: PersonRequest) -> HttpResponse:
    """Remember the language of a person: sign-in leads there from now on."""
    form = LanguageForm(request.POST)
    if not form.is_valid():
        return redirect("today")
    chosen = form.cleaned_data["language"]
    choose_language(person=request.user, language=chosen)
    return redirect(translate_url(reverse("today"), chosen))
