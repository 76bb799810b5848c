"""Uploads in parts over HTTP: https://tus.io/protocols/resumable-upload, version 1.0.0.

A no is JSON: `code` for the program that sends, `message` for the person before it.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Final, Protocol
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    JsonResponse,
    UnreadablePostError,
)
from django.urls import reverse
from django.utils.http import http_date
from django.utils.translation import gettext as _

from kodipest.engines.media import messages, queries, tus
from kodipest.engines.media.arrivals import lines
from kodipest.engines.media.models import Arrival
from kodipest.engines.media.operations import (
    Part,
    begin_arrival,
    find_arrival,
    remove_arrival,
    take_part,
    told_offset,
)
from kodipest.engines.media.quotas import quota_of
from kodipest.engines.media.tus import Misspoken
from kodipest.kernel.errors import Refusal

CHECKSUM_DIFFERS: Final = 460  # of the protocol's own
STATUS: Final = {
    "upload_cut": 400,
    "sign_in_first": 401,
    "arrival_unknown": 404,
    "arrival_expired": 410,
    "too_big": 413,
    "quota_person": 413,
    "quota_group": 413,
    "more_than_declared": 413,
    "empty": 422,
    "arrival_busy": 423,
    "too_many_arrivals": 429,
    "checksum_differs": CHECKSUM_DIFFERS,
    "lines_busy": 503,
    "no_space": 507,
}
RETRY_SECONDS: Final = "5"


class View(Protocol):
    """What answers one of the two addresses; `name` is the id in the second one."""

    def __call__(self, request: HttpRequest, **name: UUID) -> HttpResponse:
        """Answer."""


def spoken(view: Callable[..., HttpResponse]) -> View:
    """Answer as the protocol wants: its version, no cache, each no in its own status."""

    @wraps(view)
    def answered(request: HttpRequest, **name: UUID) -> HttpResponse:
        response = _objection(request) or _or_no(view, request, **name)
        response["Tus-Resumable"] = tus.VERSION
        response["Cache-Control"] = "no-store"
        response["X-Content-Type-Options"] = "nosniff"
        return response

    return answered


def _objection(request: HttpRequest) -> HttpResponse | None:
    """Say no to strangers and to other versions of the protocol; what we offer, everybody may ask."""
    if request.method == "OPTIONS":
        return None
    if not request.user.is_authenticated:
        return _refused(messages.refusal("sign_in_first"))
    if request.method != "GET" and request.headers.get("Tus-Resumable") != tus.VERSION:
        response = _told(HTTPStatus.PRECONDITION_FAILED, "bad_request", "Tus-Resumable: 1.0.0")
        response["Tus-Version"] = tus.VERSION
        return response
    return None


def _or_no(view: Callable[..., HttpResponse], request: HttpRequest, **name: UUID) -> HttpResponse:
    try:
        return view(request, **name)
    except Misspoken as error:
        return _told(HTTPStatus.BAD_REQUEST, "bad_request", str(error))
    except PermissionDenied as error:
        said = str(error) or _("You may not do this. Ask the person who invited you.")
        return _told(HTTPStatus.FORBIDDEN, "not_allowed", said)
    except ObjectDoesNotExist:
        return _refused(messages.refusal("arrival_unknown"))
    except Refusal as refusal:
        return _refused(refusal)


def _refused(refusal: Refusal) -> HttpResponse:
    code = refusal.codes[0]
    response = _told(STATUS.get(code, 409), code, " ".join(refusal.messages))
    if code == "lines_busy":
        response["Retry-After"] = RETRY_SECONDS
    return response


def _told(status: int, code: str, message: str) -> HttpResponse:
    return JsonResponse({"code": code, "message": message}, status=status)


@spoken
def arrivals(request: HttpRequest) -> HttpResponse:
    """Begin an upload, list those of the signed-in person, or say what is offered."""
    if request.method == "POST":
        return _begin(request)
    if request.method in {"GET", "HEAD"}:
        return JsonResponse(_listed(request.user))
    if request.method == "OPTIONS":
        return _offered()
    return HttpResponseNotAllowed(["GET", "HEAD", "OPTIONS", "POST"])


@spoken
def arrival(request: HttpRequest, arrival_id: UUID) -> HttpResponse:
    """Say how far an upload is, take its next part, or let go of it."""
    if request.method == "OPTIONS":
        return _offered()
    if request.method not in {"HEAD", "PATCH", "DELETE"}:
        return HttpResponseNotAllowed(["DELETE", "HEAD", "OPTIONS", "PATCH"])
    found = find_arrival(arrival_id=arrival_id, by=request.user)
    if request.method == "HEAD":
        return _standing(found)
    if request.method == "PATCH":
        return _take(request, found)
    remove_arrival(arrival=found)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _offered() -> HttpResponse:
    response = HttpResponse(status=HTTPStatus.NO_CONTENT)
    response["Tus-Version"] = tus.VERSION
    response["Tus-Extension"] = tus.EXTENSIONS
    response["Tus-Checksum-Algorithm"] = ",".join(tus.ALGORITHMS)
    response["Tus-Max-Size"] = str(settings.UPLOAD_MAX_BYTES)
    return response


def _listed(person: Any) -> dict[str, Any]:
    quota = quota_of(person)
    return {
        "arrivals": [_row(it) for it in queries.pending_arrivals(person)],
        "quota": {"limit": quota.limit, "used": quota.used, "left": quota.left},
    }


def _row(it: Arrival) -> dict[str, Any]:
    plain = ("id", "name", "length", "offset", "target", "created_at", "touched_at", "expires_at")
    return {name: getattr(it, name) for name in plain} | {
        "url": reverse("arrival", args=[it.pk]),
        "whole": it.is_whole,
    }


def _begin(request: HttpRequest) -> HttpResponse:
    if "Upload-Defer-Length" in request.headers:
        msg = "Upload-Length must be known from the start"
        raise Misspoken(msg)
    length = tus.number("Upload-Length", request.headers.get("Upload-Length"))
    header = request.headers.get("Upload-Metadata", "")
    said = tus.metadata(header)
    has_body = request.headers.get("Content-Type") == tus.BODY_TYPE
    part = _part(request, 0) if has_body else None
    if part and part.length > length:
        raise messages.refusal("more_than_declared")
    begun = begin_arrival(
        by=request.user,
        length=length,
        name=said.get("filename", ""),
        target=said.get("target", ""),
        metadata=header,
    )
    response = HttpResponse(status=HTTPStatus.CREATED)
    response["Location"] = reverse("arrival", args=[begun.pk])
    if part and part.length:
        return _with_part(request, begun, part, response)
    return _counted(response, begun, 0)


def _with_part(
    request: HttpRequest, begun: Arrival, part: Part, response: HttpResponse
) -> HttpResponse:
    """Take the first bytes with the beginning; if they cannot be taken it has begun all the same."""
    try:
        with lines.held_for(request.user.pk):
            offset = take_part(arrival=begun, part=part)
    except Refusal as refusal:
        no = _refused(refusal)
        no["Location"] = response["Location"]
        return no
    return _counted(response, begun, offset)


def _standing(found: Arrival) -> HttpResponse:
    offset = told_offset(arrival=found)
    response = _counted(HttpResponse(), found, offset)
    response["Upload-Length"] = str(found.length)
    if found.metadata:
        response["Upload-Metadata"] = found.metadata
    return response


def _take(request: HttpRequest, found: Arrival) -> HttpResponse:
    if request.headers.get("Content-Type") != tus.BODY_TYPE:
        message = f"Content-Type must be {tus.BODY_TYPE}"
        return _told(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "bad_request", message)
    if not request.META.get("CONTENT_LENGTH"):
        return _told(HTTPStatus.LENGTH_REQUIRED, "bad_request", "Content-Length is missing")
    offset = tus.number("Upload-Offset", request.headers.get("Upload-Offset"))
    part = _part(request, offset)
    try:
        with lines.held_for(request.user.pk):
            reached = take_part(arrival=found, part=part)
    except Refusal as refusal:
        return _refused_part(found, refusal)
    if reached < offset + part.length:  # nobody hears it, unless the line was cut on one side only
        return _counted(_refused(messages.refusal("upload_cut")), found, reached)
    return _counted(HttpResponse(status=HTTPStatus.NO_CONTENT), found, reached)


def _refused_part(found: Arrival, refusal: Refusal) -> HttpResponse:
    response = _refused(refusal)
    if refusal.code == "offset_differs":
        found.refresh_from_db(fields=["offset"])
        response["Upload-Offset"] = str(found.offset)
    return response


def _part(request: HttpRequest, offset: int) -> Part:
    checksum = request.headers.get("Upload-Checksum")
    return Part(
        offset=offset,
        length=tus.number("Content-Length", request.META.get("CONTENT_LENGTH") or None),
        read=_reader(request),
        checksum=tus.Checksum(checksum) if checksum else None,
    )


def _reader(request: HttpRequest) -> Callable[[int], bytes]:
    """Read the body as it comes. A cut line is an error for one web server and an end for another."""

    def read(size: int) -> bytes:
        try:
            return request.read(size)
        except UnreadablePostError:
            return b""

    return read


def _counted(response: HttpResponse, of: Arrival, offset: int) -> HttpResponse:
    of.refresh_from_db(fields=["expires_at"])
    response["Upload-Offset"] = str(offset)
    if not of.is_adopted:
        response["Upload-Expires"] = http_date(of.expires_at.timestamp())
    return response
