"""The desk of whoever looks after the preparation of files, and the button of its makers."""

from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kodipest.engines.media.messages import words_for_transcode
from kodipest.engines.media.models import Original, Transcode
from kodipest.kernel.permissions import require
from kodipest.people.http import PersonRequest
from kodipest.works.desk import time_left
from kodipest.works.models import Asset
from kodipest.works.preparations.operations import (
    call_off_file,
    call_off_preparation,
    keep_fast_motion,
    retry_preparation,
)
from kodipest.works.preparations.queries import (
    files_of,
    preparations_like,
    preparations_seen_by,
    states_of,
)
from kodipest.works.queries import works_on_desk_of

PAGE_SIZE = 20
ICONS: Final = {
    Original.Kind.VIDEO: "video",
    Original.Kind.AUDIO: "audio",
    Original.Kind.IMAGE: "poster",
    Original.Kind.DOCUMENT: "ebook",
}


@login_required
@require_safe
def preparations(request: PersonRequest) -> HttpResponse:
    """List preparations with how far they are, why they failed, and the log; `state` and `q` filter."""
    require(request.user, "works.see_preparations")
    wanted = {name: request.GET.get(name, "").strip()[:100] for name in ("q", "state")}
    seen = preparations_seen_by(request.user)
    page = Paginator(preparations_like(seen, **wanted), PAGE_SIZE).get_page(request.GET.get("page"))
    counts = states_of(seen)
    shown = {
        "page": page,
        "rows": rows_of(list(page)),
        "states": [
            (value, label, counts.get(value, 0)) for value, label in Transcode.State.choices
        ],
        "is_filtered": any(wanted.values()),
    }
    return render(request, "works/preparations.html", shown | wanted)


def part_of(row: Transcode) -> str:
    """Say what is made: a pack by its name, and what every file becomes by the kind of the file."""
    is_base = row.part == Transcode.Part.BASE
    return row.original.get_kind_display() if is_base else row.get_part_display()


def rows_of(transcodes: Sequence[Transcode]) -> list[dict[str, object]]:
    """Tell of each preparation which file it is for and how it stands, in words and figures."""
    files = files_of(transcodes)
    return [
        {
            "transcode": row,
            "file": files.get(row.pk),
            "icon": ICONS[Original.Kind(row.original.kind)],
            "part": part_of(row),
            "percent": row.progress * 100 if row.state == Transcode.State.RUNNING else None,
            "left": time_left(row.seconds_left),
            "trouble": words_for_transcode(row.error_code) if row.error_code else "",
            "may_retry": row.is_failed or row.is_cancelled,
        }
        for row in transcodes
    ]


@login_required
@require_POST
def call_off(request: PersonRequest, transcode_id: UUID) -> HttpResponse:
    """Stop one preparation."""
    return _done(
        request, transcode_id, call_off_preparation, _("Called off. The original is kept.")
    )


@login_required
@require_POST
def retry(request: PersonRequest, transcode_id: UUID) -> HttpResponse:
    """Put one preparation back in the queue."""
    return _done(request, transcode_id, retry_preparation, _("It waits for its turn again."))


def _done(
    request: PersonRequest, transcode_id: UUID, act: Callable[..., None], said: str
) -> HttpResponse:
    transcode = get_object_or_404(preparations_seen_by(request.user), pk=transcode_id)
    act(transcode=transcode, by=request.user)
    messages.success(request, said)
    return redirect("preparations")


@login_required
@require_POST
def call_off_own(request: PersonRequest, asset_id: UUID) -> HttpResponse:
    """Stop the preparation of one file, asked for by its makers."""
    asset = _own(request, asset_id)
    call_off_file(asset=asset, by=request.user)
    messages.success(request, _("Called off. The original is kept."))
    return redirect("studio_work", asset.revision.work_id)


@login_required
@require_POST
def motion(request: PersonRequest, asset_id: UUID) -> HttpResponse:
    """Keep the fast motion of a film, with `keep`; without it, no longer."""
    asset = _own(request, asset_id)
    keep = bool(request.POST.get("keep"))
    keep_fast_motion(asset=asset, by=request.user, keep=keep)
    said = (
        _("It is prepared anew, with 60 pictures a second.")
        if keep
        else _("It is prepared with 30 pictures a second again.")
    )
    messages.success(request, said)
    return redirect("studio_work", asset.revision.work_id)


def _own(request: PersonRequest, asset_id: UUID) -> Asset:
    assets = Asset.objects.select_related("revision__work__organisation", "original", "transcode")
    found: Asset = get_object_or_404(
        assets, pk=asset_id, revision__work__in=works_on_desk_of(request.user)
    )
    return found
