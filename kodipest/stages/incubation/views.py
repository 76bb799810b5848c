"""The works that grow before they are judged."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kodipest.kernel.errors import Refusal
from kodipest.people.http import PersonRequest, find_or_late
from kodipest.people.rules import is_programme_manager
from kodipest.stages.incubation.forms import EnterForm, SendBackForm
from kodipest.stages.incubation.operations import enter_incubation, send_back
from kodipest.stages.incubation.queries import works_in_incubation
from kodipest.works.desk import desk_context
from kodipest.works.models import Work
from kodipest.works.preview import preview_of
from kodipest.works.queries import works_on_desk_of
from kodipest.works.studio import standings_of, voices_on

PAGE_SIZE = 20
SAY_NO = 422


@login_required
@require_safe
def growing(request: PersonRequest) -> HttpResponse:
    """List the works in incubation, longest first."""
    if not is_programme_manager(request.user):
        raise PermissionDenied(_("This page is for programme managers."))
    page = Paginator(works_in_incubation(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    shown = {"page": page, "rows": standings_of(page)}
    return render(request, "incubation/growing.html", shown)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def work(request: PersonRequest, work_id: UUID) -> HttpResponse:
    """Show one work in incubation; a POST gives it back with a reason."""
    found = work_of(request, work_id)
    form = SendBackForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            send_back(work=found, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The work is back with its makers."))
            return redirect("incubation")
    told = standings_of([found])[0]
    shown = {
        "work": found,
        "told": told,
        "revision": told.revision,
        "preview": preview_of(told.revision),
        "voices": voices_on(found),
        "form": form,
    }
    return render(request, "incubation/work.html", shown, status=SAY_NO if form.is_bound else 200)


def work_of(request: PersonRequest, work_id: UUID) -> Work:
    """Find a work in incubation; for those who may see it at all."""
    seen = (
        works_on_desk_of(request.user)
        if is_programme_manager(request.user)
        else Work.objects.none()
    )
    return find_or_late(request, works_in_incubation(request.user), seen, pk=work_id)


@login_required
@require_POST
def enter(request: PersonRequest, work_id: UUID) -> HttpResponse:
    """Take an approved work in from its makers."""
    found = get_object_or_404(works_on_desk_of(request.user), pk=work_id)
    form = EnterForm(request.POST)
    try:
        enter_incubation(work=found, by=request.user)
    except Refusal as refusal:
        form.add_error(None, refusal)
        context = desk_context(found, request.user, {"enter": form})
        return render(request, "works/studio_work.html", context, status=SAY_NO)
    messages.success(request, _("The work is in incubation."))
    return redirect("studio_work", found.pk)
