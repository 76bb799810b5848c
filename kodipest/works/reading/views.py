"""The reader of e-books for those who may see a version before it is published."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kodipest.engines.media.storage import private_url
from kodipest.people.http import PersonRequest
from kodipest.works.models import Revision
from kodipest.works.queries import works_on_desk_of, works_seen_by
from kodipest.works.reading.books import main_book, open_book
from kodipest.works.reading.pages import asked_part, reader_context


@login_required
@require_safe
def read(request: PersonRequest, revision_id: UUID) -> HttpResponse:
    """Show one part of the e-book of a version; names of its makers stand nowhere."""
    revisions = Revision.objects.select_related("work")
    seen = works_seen_by(request.user).values("pk")
    revision = get_object_or_404(revisions, pk=revision_id, work__in=seen)
    asset = main_book(revision)
    opened = open_book(asset, asked_part(request.GET), private_url) if asset else None
    if asset is None or opened is None:
        raise Http404
    is_desk = works_on_desk_of(request.user).filter(pk=revision.work_id).exists()
    context = reader_context(
        revision,
        opened,
        # A place remembered in one version means nothing in the next.
        remembered_as=str(revision.pk),
        home=reverse("studio_work", args=[revision.work_id]) if is_desk else reverse("today"),
        home_words=_("Back to the work") if is_desk else _("Back to my desk"),
    )
    return render(request, "works/read_here.html", context)
