"""Writing captions beside the player, and handing them to players of those who may see a version."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kodipest.engines.media.captions import Cue, Doubt, doubts_about, vtt_text
from kodipest.kernel.errors import Refusal
from kodipest.people.http import PersonRequest
from kodipest.works.captions.forms import BringCaptionsForm, CaptionsForm
from kodipest.works.captions.operations import SPOKEN, save_captions
from kodipest.works.models import LANGUAGES, Caption, Work
from kodipest.works.preview import preview_of
from kodipest.works.queries import works_on_desk_of, works_seen_by

SAY_NO = 422
DOUBTS_SHOWN = 12
VTT = "text/vtt; charset=utf-8"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: PersonRequest, work_id: UUID, language: str) -> HttpResponse:
    """Show the captions of the newest version beside its player; a POST writes them."""
    work = spoken_work(request, work_id)
    if language not in dict(LANGUAGES):
        raise Http404
    if request.method != "POST":
        return page_of(request, work, language)
    form = CaptionsForm(request.POST)
    if form.is_valid():
        cues = form.cleaned_data["text"]
        try:
            save_captions(
                work=work,
                language=language,
                cues=cues,
                by=request.user,
                after=form.cleaned_data["after"],
            )
        except Refusal as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, saved_words(len(cues)))
            return redirect("captions_edit", work.pk, language)
    return page_of(request, work, language, form=form)


@login_required
@require_POST
def bring(request: PersonRequest, work_id: UUID, language: str) -> HttpResponse:
    """Take captions from a file in place of those that are there."""
    work = spoken_work(request, work_id)
    if language not in dict(LANGUAGES):
        raise Http404
    form = BringCaptionsForm(request.POST, request.FILES)
    if form.is_valid():
        cues = form.cleaned_data["file"]
        try:
            save_captions(work=work, language=language, cues=cues, by=request.user)
        except Refusal as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, saved_words(len(cues)))
            return redirect("captions_edit", work.pk, language)
    return page_of(request, work, language, bring=form)


@login_required
@require_safe
def vtt(request: PersonRequest, revision_id: UUID, language: str) -> HttpResponse:
    """Give the captions of a version to the player of somebody who may see its inside."""
    seen = works_seen_by(request.user)
    caption = get_object_or_404(
        Caption, revision=revision_id, language=language, revision__work__in=seen.values("pk")
    )
    return HttpResponse(vtt_text(caption.told), content_type=VTT)


def spoken_work(request: PersonRequest, work_id: UUID) -> Work:
    """Find a film or sound on a desk that the person may open."""
    return get_object_or_404(works_on_desk_of(request.user), pk=work_id, kind__in=SPOKEN)


def saved_words(count: int) -> str:
    """Say what was kept."""
    if not count:
        return _("The subtitles in this language were taken out.")
    said = ngettext("%(count)s subtitle was saved.", "%(count)s subtitles were saved.", count)
    return said % {"count": count}


def page_of(
    request: PersonRequest, work: Work, language: str, **bound: forms.BaseForm
) -> HttpResponse:
    """Show the editor, or the captions alone to whoever may not change them."""
    revision = work.newest_revision
    captions = {each.language: each for each in revision.captions.select_related("changed_by")}
    found = captions.get(language)
    example = None if found else captions.get(request.GET.get("from", ""))
    shown_first = found or example
    told = shown_first.told if shown_first else ()
    first = {"text": vtt_text(told), "after": found.saves if found else 0}
    preview = preview_of(revision)
    seconds = preview.film.seconds if preview.film else None
    may_change = revision.is_open and request.user.has_perm("works.change_work", work)
    shown: dict[str, Any] = {
        "work": work,
        "revision": revision,
        "language": language,
        "name": dict(LANGUAGES)[language],
        "tabs": [(code, name, code in captions) for code, name in LANGUAGES],
        "examples": [(each.language, each.get_language_display()) for each in captions.values()],
        "caption": found,
        "example": example,
        "preview": preview,
        "doubts": doubts_of(told, float(seconds or 0)) if found else [],
        "cues": told,
        "form": bound.get("form") or (CaptionsForm(initial=first) if may_change else None),
        "bring_form": bound.get("bring") or (BringCaptionsForm() if may_change else None),
    }
    return render(request, "works/captions.html", shown, status=SAY_NO if bound else 200)


def doubts_of(cues: tuple[Cue, ...], seconds: float) -> list[dict[str, Any]]:
    """Say which captions readers will not manage, the first dozen, in words."""
    said = {
        "overlaps": _("runs into the next one"),
        "too_fast": _("is gone before it is read"),
        "too_short": _("flashes by"),
        "too_long": _("does not fit on a phone; two lines of 42 letters do"),
        "beyond_the_end": _("lasts longer than the film"),
    }
    found: list[Doubt] = doubts_about(cues, seconds)
    return [
        {"number": doubt.number + 1, "start": cues[doubt.number].start, "text": said[doubt.fault]}
        for doubt in found[:DOUBTS_SHOWN]
    ]
