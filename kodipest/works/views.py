"""The studio: where makers keep, change and hand on their works."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
    require_safe,
)

from kodipest.engines.media.models import Arrival
from kodipest.engines.media.uploads import counts_for
from kodipest.kernel.errors import Refusal
from kodipest.kernel.text import article_html
from kodipest.people.http import PersonRequest
from kodipest.people.models import Person
from kodipest.people.queries import organisations_of
from kodipest.works.desk import desk_context, files_context
from kodipest.works.forms import MAKER_ROLES, CreditForm, StartWorkForm, TextForm, UploadForm
from kodipest.works.journey import Stage
from kodipest.works.models import Asset, Credit, Work
from kodipest.works.operations import (
    attach_arrival,
    attach_file,
    begin_revision,
    change_text,
    credit_person,
    remove_credit,
    remove_file,
    start_work,
    try_file_again,
)
from kodipest.works.queries import works_by, works_like, works_on_desk_of
from kodipest.works.studio import standings_of
from kodipest.works.targets import group_of_work
from kodipest.works.unfinished import unfinished_of

PAGE_SIZE = 12
SAY_NO = 422
Part = Callable[[PersonRequest, UUID], HttpResponse]


@login_required
@require_safe
def studio(request: PersonRequest) -> HttpResponse:
    """List the works of the person; `q` searches titles, `kind` and `where` filter."""
    wanted = {name: request.GET.get(name, "").strip()[:100] for name in ("q", "kind", "where")}
    mine = works_by(request.user)
    page = Paginator(works_like(mine, **wanted), PAGE_SIZE).get_page(request.GET.get("page"))
    shown = {
        "page": page,
        "cards": standings_of(page),
        "kinds": Work.Kind.choices,
        "is_filtered": any(wanted.values()),
        "may_start": may_start(request),
        "unfinished": unfinished_of(request.user),
    }
    return render(request, "works/studio.html", shown | wanted)


@login_required
@require_safe
def all_works(request: PersonRequest) -> HttpResponse:
    """List every work whose desk the person may open, longest in its stage first."""
    wanted = {name: request.GET.get(name, "").strip()[:100] for name in ("q", "kind", "stage")}
    works = works_like(works_on_desk_of(request.user), **wanted).order_by("stage_since", "pk")
    page = Paginator(works, PAGE_SIZE).get_page(request.GET.get("page"))
    shown = {
        "page": page,
        "rows": standings_of(page),
        "kinds": Work.Kind.choices,
        "stages": Stage.choices,
        "is_filtered": any(wanted.values()),
    }
    return render(request, "works/studio_all.html", shown | wanted)


def may_start(request: PersonRequest) -> bool:
    """Say whether the person belongs to a house in which works are made."""
    return bool(organisations_of(request.user, *MAKER_ROLES))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: PersonRequest) -> HttpResponse:
    """Begin a work."""
    form = StartWorkForm(request.POST if request.method == "POST" else None, person=request.user)
    if form.is_valid():
        try:
            work = start_work(by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("studio_work", work.pk)
    status = SAY_NO if form.is_bound else 200
    shown = {"form": form, "may_start": may_start(request)}
    return render(request, "works/studio_new.html", shown, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: PersonRequest, work_id: UUID) -> HttpResponse:
    """Show one work to those who make or lead it; a POST writes the words of the open version."""
    work = get_object_or_404(works_on_desk_of(request.user), pk=work_id)
    if request.method != "POST":
        return page_of(request, work)
    form = TextForm(request.POST, kind=work.kind, instance=work.newest_revision)
    if not form.is_valid():
        return page_of(request, work, text=form)
    try:
        change_text(work=work, by=request.user, **form.cleaned_data)
    except Refusal as refusal:
        form.add_error(None, refusal)
        return page_of(request, work, text=form)
    messages.success(request, _("Saved."))
    return redirect("studio_work", work.pk)


def page_of(request: PersonRequest, work: Work, **bound: forms.BaseForm) -> HttpResponse:
    """Show the desk of `work`; a form that was refused keeps what was typed."""
    context: dict[str, Any] = desk_context(work, request.user, bound)
    return render(request, "works/studio_work.html", context, status=SAY_NO if bound else 200)


def part_of_a_page(view: Part) -> Callable[[HttpRequest, UUID], HttpResponse]:
    """Answer 401 to whoever is signed out: a redirect would put the door into the middle of a page."""

    @wraps(view)
    def shown(request: HttpRequest, work_id: UUID) -> HttpResponse:
        if not request.user.is_authenticated:
            return HttpResponse(status=401)
        return view(cast("PersonRequest", request), work_id)

    return shown


@part_of_a_page
@require_POST
def preview(request: PersonRequest, work_id: UUID) -> HttpResponse:
    """Show how the typed text will look; nothing is saved."""
    get_object_or_404(works_on_desk_of(request.user), pk=work_id)
    text = article_html(request.POST.get("body", ""))
    return render(request, "works/studio_text_preview.html", {"text": text})


@part_of_a_page
@require_GET
def files(request: PersonRequest, work_id: UUID) -> HttpResponse:
    """Tell how far the preparation of the files is; the page asks every two seconds."""
    work = get_object_or_404(works_on_desk_of(request.user), pk=work_id)
    return render(request, "works/studio_files.html", files_context(work, request.user))


@counts_for(group_of_work)
@login_required
@require_POST
def upload(request: PersonRequest, work_id: UUID) -> HttpResponse:
    """Take one file into the open version, sent with the form or in parts before it."""
    work = get_object_or_404(works_on_desk_of(request.user), pk=work_id)
    form = UploadForm(request.POST, request.FILES, person=request.user)
    if form.is_valid():
        try:
            attach(work, request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("studio_work", work.pk)
    return page_of(request, work, upload=form)


def attach(work: Work, by: Person, upload: Any, arrival: Arrival | None, role: Asset.Role) -> None:
    """Take the file, however it came."""
    if arrival:
        attach_arrival(work=work, arrival=arrival, by=by, role=role)
    else:
        attach_file(work=work, upload=upload, by=by, role=role)


@login_required
@require_POST
def remove(request: PersonRequest, asset_id: UUID) -> HttpResponse:
    """Take one file out of the open version."""
    asset = asset_on_desk(request, asset_id)
    remove_file(asset=asset, by=request.user)
    messages.success(request, _("“%(name)s” was taken out.") % {"name": asset.file_name})
    return redirect("studio_work", asset.revision.work_id)


@login_required
@require_POST
def retry(request: PersonRequest, asset_id: UUID) -> HttpResponse:
    """Ask once more for the preparation of one file."""
    asset = asset_on_desk(request, asset_id)
    try_file_again(asset=asset, by=request.user)
    return redirect("studio_work", asset.revision.work_id)


def asset_on_desk(request: PersonRequest, asset_id: UUID) -> Asset:
    """Find a file among the works the person may open."""
    assets = Asset.objects.select_related("revision__work__organisation", "original", "transcode")
    return get_object_or_404(assets, pk=asset_id, revision__work__in=works_on_desk_of(request.user))


@login_required
@require_POST
def credit(request: PersonRequest, work_id: UUID) -> HttpResponse:
    """Name somebody of the same house in the credits."""
    work = get_object_or_404(works_on_desk_of(request.user), pk=work_id)
    form = CreditForm(request.POST, house=work.organisation)
    if form.is_valid():
        try:
            named = credit_person(work=work, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal)
        else:
            said = _("%(name)s is in the credits.")
            messages.success(request, said % {"name": named.person.nickname})
            return redirect("studio_work", work.pk)
    return page_of(request, work, credit=form)


@login_required
@require_POST
def uncredit(request: PersonRequest, credit_id: UUID) -> HttpResponse:
    """Take somebody named by mistake out of the credits."""
    named = Credit.objects.select_related("work__organisation", "person")
    found = get_object_or_404(named, pk=credit_id, work__in=works_on_desk_of(request.user))
    remove_credit(credit=found, by=request.user)
    said = _("%(name)s is not in the credits any more.")
    messages.success(request, said % {"name": found.person.nickname})
    if works_on_desk_of(request.user).filter(pk=found.work_id).exists():
        return redirect("studio_work", found.work_id)
    return redirect("studio")  # whoever took the own name out has left this desk


@login_required
@require_POST
def begin(request: PersonRequest, work_id: UUID) -> HttpResponse:
    """Open the next version."""
    work = get_object_or_404(works_on_desk_of(request.user), pk=work_id)
    form = forms.Form(request.POST)
    try:
        begin_revision(work=work, by=request.user)
    except Refusal as refusal:
        form.add_error(None, refusal)
        return page_of(request, work, begin=form)
    messages.success(request, _("A new version is open. The old one stays as it was."))
    return redirect("studio_work", work.pk)
