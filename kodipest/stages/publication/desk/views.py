"""The programme manager's desk: what waits for a channel, what is out, what is taken off."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kodipest.kernel.errors import Refusal
from kodipest.people.http import PersonRequest, find_or_late
from kodipest.people.rules import is_programme_manager
from kodipest.stages.publication.forms import ChannelForm, PublishForm, WithdrawForm
from kodipest.stages.publication.operations import (
    ask_for_pack,
    open_channel,
    publish_work,
    withdraw_work,
)
from kodipest.stages.publication.packs import packs_of
from kodipest.stages.publication.queries import (
    channel_list,
    editions_in_reach,
    editions_out,
    editions_that_may_be_withdrawn,
    missing_names,
    obstacles_to_publication,
    waiting_for_channel,
)
from kodipest.works.models import Work
from kodipest.works.preview import preview_of
from kodipest.works.queries import works_on_desk_of
from kodipest.works.studio import standings_of

PAGE_SIZE = 20
SAY_NO = 422


def require_manager(request: PersonRequest) -> None:
    """Raise PermissionDenied for everybody else."""
    if not is_programme_manager(request.user):
        raise PermissionDenied(_("This page is for programme managers."))


@login_required
@require_safe
def desk(request: PersonRequest) -> HttpResponse:
    """List the works that wait for a channel, and whose consent is missing."""
    require_manager(request)
    page = Paginator(waiting_for_channel(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    missing = missing_names(page)
    rows = [(told, missing.get(told.work.pk, [])) for told in standings_of(page)]
    shown = {"page": page, "rows": rows, "channels": channel_list()}
    return render(request, "publication/desk.html", shown)


@login_required
@require_safe
def out(request: PersonRequest) -> HttpResponse:
    """List the editions that are out, those held back by a consent included."""
    require_manager(request)
    page = Paginator(editions_out(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    missing = missing_names([edition.work for edition in page])
    rows = [(edition, missing.get(edition.work_id, [])) for edition in page]
    return render(request, "publication/desk_out.html", {"page": page, "rows": rows})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_channel(request: PersonRequest) -> HttpResponse:
    """Open a channel."""
    require_manager(request)
    form = ChannelForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            channel = open_channel(by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, _("The channel “%(name)s” is open.") % {"name": channel.name})
            return redirect("publication")
    status = SAY_NO if form.is_bound else 200
    return render(request, "publication/desk_channel.html", {"form": form}, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: PersonRequest, work_id: UUID) -> HttpResponse:
    """Show one passed work with what stands in its way; a POST brings it out."""
    seen = (
        works_on_desk_of(request.user)
        if is_programme_manager(request.user)
        else Work.objects.none()
    )
    work = find_or_late(request, waiting_for_channel(request.user), seen, pk=work_id)
    form = PublishForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            edition = publish_work(work=work, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal)
        else:
            said = _("“%(title)s” is now public in %(channel)s.")
            messages.success(request, said % {"title": work.title, "channel": edition.channel.name})
            return redirect("publication")
    told = standings_of([work])[0]
    shown = {
        "work": work,
        "told": told,
        "revision": told.revision,
        "preview": preview_of(told.revision),
        "obstacles": obstacles_to_publication(work),
        "form": form,
    }
    status = SAY_NO if form.is_bound else 200
    return render(request, "publication/desk_publish.html", shown, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: PersonRequest, work_id: UUID) -> HttpResponse:
    """Take a work off every public page, with a reason, confirmed by typing."""
    edition = find_or_late(
        request,
        editions_that_may_be_withdrawn(request.user),
        editions_in_reach(request.user).order_by("-published_at"),
        work=work_id,
    )
    form = WithdrawForm(
        request.POST if request.method == "POST" else None, title=edition.revision.title
    )
    if form.is_valid():
        try:
            withdraw_work(work=edition.work, by=request.user, why=form.cleaned_data["why"])
        except Refusal as refusal:
            form.add_error(None, refusal)
        else:
            said = _("“%(title)s” was taken down. Nobody sees it any more.")
            messages.success(request, said % {"title": edition.revision.title})
            return redirect("today")
    status = SAY_NO if form.is_bound else 200
    shown = {"edition": edition, "form": form}
    return render(request, "publication/desk_withdraw.html", shown, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def packs(request: PersonRequest, work_id: UUID) -> HttpResponse:
    """Tell what a published work can be taken away in; a POST has one more of it made."""
    edition = find_or_late(
        request,
        editions_that_may_be_withdrawn(request.user),
        editions_in_reach(request.user).order_by("-published_at"),
        work=work_id,
    )
    refusal = None
    if request.method == "POST":
        try:
            ask_for_pack(work=edition.work, name=request.POST.get("name", ""), by=request.user)
        except Refusal as said:
            refusal = said
        else:
            return redirect("publication_packs", work_id)
    rows = packs_of(edition)
    is_busy = any(row.is_busy for row in rows)
    shown = {"edition": edition, "rows": rows, "is_busy": is_busy, "refusal": refusal}
    shown["is_manager"] = is_programme_manager(request.user)
    status = SAY_NO if refusal else 200
    return render(request, "publication/desk_packs.html", shown, status=status)
