"""The curator's inbox and table, without names; and the door through which a work comes in."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kodipest.kernel.errors import Refusal
from kodipest.people.http import PersonRequest, find_or_late
from kodipest.people.rules import is_curator, is_programme_manager
from kodipest.stages.curation import rubric
from kodipest.stages.curation.forms import SendBackForm, SubmitForm, VerdictForm
from kodipest.stages.curation.operations import decide, send_back, submit_work
from kodipest.stages.curation.queries import (
    decided_by,
    open_to_curator,
    passed_and_waiting,
    waiting_for_curator,
)
from kodipest.works.desk import desk_context
from kodipest.works.preview import preview_of
from kodipest.works.queries import works_on_desk_of

PAGE_SIZE = 20
SAY_NO = 422


@login_required
@require_safe
def inbox(request: PersonRequest) -> HttpResponse:
    """List what waits for a verdict of this curator, longest first."""
    require_curator(request)
    waiting = waiting_for_curator(request.user)
    page = Paginator(waiting, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "curation/inbox.html", {"page": page})


@login_required
@require_safe
def decided(request: PersonRequest) -> HttpResponse:
    """List what this curator has decided, newest first."""
    require_curator(request)
    page = Paginator(decided_by(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "curation/decided.html", {"page": page})


def require_curator(request: PersonRequest) -> None:
    """Raise PermissionDenied for everybody else."""
    if not is_curator(request.user):
        raise PermissionDenied(_("This page is for curators."))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: PersonRequest, submission_id: UUID) -> HttpResponse:
    """Lay one submission before a curator; a POST is the verdict."""
    form = VerdictForm(request.POST if request.method == "POST" else None)
    submission = waiting_for_curator(request.user).filter(pk=submission_id).first()
    if submission is None:
        return too_late(request, submission_id, form)
    if form.is_valid():
        try:
            decide(submission=submission, by=request.user, **form.decision)
        except Refusal as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Your verdict is written down. Thank you."))
            return redirect("curation")
    revision = submission.revision
    revision.work = submission.work
    shown = {
        "submission": submission,
        "revision": revision,
        "preview": preview_of(revision),
        "form": form,
        "mark": rubric.PASS_MARK,
        "highest": rubric.HIGHEST,
    }
    return render(request, "curation/review.html", shown, status=SAY_NO if form.is_bound else 200)


def too_late(request: PersonRequest, submission_id: UUID, form: VerdictForm) -> HttpResponse:
    """Give the words back to a curator whose verdict came after another one; nothing else is shown."""
    get_object_or_404(open_to_curator(request.user), pk=submission_id)
    if not form.is_bound:
        raise Http404
    return render(request, "curation/too_late.html", {"form": form}, status=SAY_NO)


@login_required
@require_POST
def submit(request: PersonRequest, work_id: UUID) -> HttpResponse:
    """Take an approved version in from its makers."""
    work = get_object_or_404(works_on_desk_of(request.user), pk=work_id)
    form = SubmitForm(request.POST)
    if form.is_valid():
        try:
            submit_work(work=work, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("Submitted. A curator will judge it without your names."))
            return redirect("studio_work", work.pk)
    context = desk_context(work, request.user, {"submit": form})
    return render(request, "works/studio_work.html", context, status=SAY_NO)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def give_back(request: PersonRequest, work_id: UUID) -> HttpResponse:
    """Give a passed work that cannot come out as it is back to its makers."""
    if not is_programme_manager(request.user):
        raise Http404
    seen = works_on_desk_of(request.user)
    waiting = passed_and_waiting(request.user).values("submission__work")
    work = find_or_late(request, seen.filter(pk__in=waiting), seen, pk=work_id)
    form = SendBackForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            send_back(work=work, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The work is back with its makers."))
            return redirect("publication")
    status = SAY_NO if form.is_bound else 200
    return render(request, "curation/give_back.html", {"work": work, "form": form}, status=status)
