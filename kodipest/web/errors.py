"""Pages that say what went wrong and offer a way out, in the reader's language."""

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from kodipest.engines.media import uploads
from kodipest.kernel.errors import Refusal


def page(request: HttpRequest, status: int, template: str = "", **words: Any) -> HttpResponse:
    """Render the page of one error; no cache keeps it."""
    response = render(
        request, f"{template or status}.html", {"status": status, **words}, status=status
    )
    patch_cache_control(response, no_store=True)
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400, or 413 when the request was too big to be read."""
    if isinstance(exception, RequestDataTooBig):
        return too_big(request, exception)
    # A wrong Host header: no page may repeat it, and links need a true one.
    return bare(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403 with the reason, when the rule gave one."""
    return page(request, 403, reason=str(exception or ""))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404. The address is not repeated."""
    return page(request, 404)


def csrf_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose protection did not match: most often a page left open for long.

    A file that was refused on its way ends the reading of the form, maybe before its protection
    was read: then the file is what people must hear about.
    """
    if refusal := uploads.refusal_of(request):
        return not_taken(request, refusal)
    if "Tus-Resumable" in request.headers:  # a program sends a file in parts: it reads no page
        said = _("This page was open for too long. Load it again and go on; what was sent is kept.")
        return JsonResponse({"code": "csrf", "message": said}, status=403)
    return page(request, 403, template="403_csrf")


def refused(request: HttpRequest, refusal: Refusal, *, status: int = 409) -> HttpResponse:
    """Answer 409: a rule of the house said no."""
    return page(request, status, template="refused", reasons=refusal.messages)


def not_taken(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Answer for a file that was refused on its way: 403, 409, 413, 507, or 400 when it was cut off."""
    return refused(request, refusal, status=uploads.status_of(refusal))


def too_big(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 413."""
    return page(request, 413, limit=settings.UPLOAD_MAX_BYTES)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 429; the sign-in calls it when somebody tries too often."""
    return page(request, 429)


def no_room(request: HttpRequest) -> HttpResponse:
    """Answer 507: the database cannot take another word; nothing was changed."""
    return bare(request, 507)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer 500."""
    return bare(request, 500)


def bare(request: HttpRequest, status: int) -> HttpResponse:
    """Render without session, person or database: all of them may be what is broken."""
    language = translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
    with translation.override(language):
        body = render_to_string(
            f"{status}.html", {"site_name": settings.SITE_NAME, "status": status}
        )
    return HttpResponse(body, status=status, headers={"Cache-Control": "no-store"})
