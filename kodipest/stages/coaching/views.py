"""The mentor's inbox and desk, and the door through which a work comes in."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kodipest.kernel.errors import Refusal
from kodipest.people.http import PersonRequest
from kodipest.people.models import Role
from kodipest.people.queries import roles_of
from kodipest.stages.coaching.forms import AdviceForm, HandInForm
from kodipest.stages.coaching.operations import advise, approve, ask_for_coaching, return_to_makers
from kodipest.stages.coaching.queries import (
    advice_on,
    approval_of_newest,
    waiting_for_coach,
    works_of_coach,
)
from kodipest.works.desk import desk_context
from kodipest.works.forms import ReadForm
from kodipest.works.models import Work
from kodipest.works.preview import preview_of
from kodipest.works.queries import removed_credits, works_on_desk_of
from kodipest.works.studio import standings_of, voices_on

PAGE_SIZE = 20
SAY_NO = 422


@login_required
@require_safe
def inbox(request: PersonRequest) -> HttpResponse:
    """List the works that wait for a word of this mentor, longest first."""
    if Role.COACH not in roles_of(request.user):
        raise PermissionDenied(_("This page is for mentors."))
    page = Paginator(waiting_for_coach(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    shown = {"page": page, "rows": standings_of(page)}
    return render(request, "coaching/inbox.html", shown)


@login_required
@require_safe
def review(request: PersonRequest, work_id: UUID) -> HttpResponse:
    """Show one work to its mentor: the version handed in, what was said before, what can be done."""
    return review_page(request, work_of(request, work_id))


def work_of(request: PersonRequest, work_id: UUID) -> Work:
    """Find a work that this mentor coaches; others learn nothing of it."""
    return get_object_or_404(works_of_coach(request.user), pk=work_id)


def review_page(request: PersonRequest, work: Work, **bound: forms.BaseForm) -> HttpResponse:
    """Show the page; a form that was refused keeps what was typed."""
    told = standings_of([work])[0]
    shown: dict[str, Any] = {
        "work": work,
        "told": told,
        "revision": told.revision,
        "preview": preview_of(told.revision),
        "voices": voices_on(work),
        "authors": work.credits.select_related("person"),
        "removed_credits": removed_credits(work),
        "approval": approval_of_newest(work),
        "advice": advice_on(work),
        "form": bound.get("advice") or AdviceForm(),
        "refused": bound.get("refused"),
    }
    return render(request, "coaching/review.html", shown, status=SAY_NO if bound else 200)


@login_required
@require_POST
def hand_in(request: PersonRequest, work_id: UUID) -> HttpResponse:
    """Take the open version in from its makers."""
    work = get_object_or_404(works_on_desk_of(request.user), pk=work_id)
    form = HandInForm(request.POST)
    try:
        ask_for_coaching(work=work, by=request.user)
    except Refusal as refusal:
        form.add_error(None, refusal)
        context = desk_context(work, request.user, {"hand_in": form})
        return render(request, "works/studio_work.html", context, status=SAY_NO)
    messages.success(request, _("Handed in. Your mentor has it now."))
    return redirect("studio_work", work.pk)


@login_required
@require_POST
def write(request: PersonRequest, work_id: UUID) -> HttpResponse:
    """Write a word to the makers; the work stays."""
    work = work_of(request, work_id)
    form = AdviceForm(request.POST)
    if form.is_valid():
        try:
            advise(work=work, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Your advice is with the makers."))
            return redirect("coaching_review", work.pk)
    return review_page(request, work, advice=form)


@login_required
@require_POST
def give_back(request: PersonRequest, work_id: UUID) -> HttpResponse:
    """Give the work back with advice."""
    work = work_of(request, work_id)
    form = AdviceForm(request.POST)
    if form.is_valid():
        try:
            return_to_makers(work=work, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The work is back with its makers, with your advice."))
            return redirect("coaching")
    return review_page(request, work, advice=form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: PersonRequest, work_id: UUID) -> HttpResponse:
    """Say what a signature means, then take it."""
    work = work_of(request, work_id)
    form = ReadForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            approve(work=work, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(
                request, _("You have vouched for this version. Its makers go on from here.")
            )
            return redirect("coaching")
    shown = {"work": work, "revision": work.newest_revision, "form": form}
    return render(request, "coaching/approve.html", shown, status=SAY_NO if form.is_bound else 200)
