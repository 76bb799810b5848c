"""What happens around every page: public ones are kept whole, a no becomes a page with a way out."""

import logging
from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control

from kodipest.engines.media import uploads
from kodipest.kernel.errors import Refusal
from kodipest.kernel.freshness import generation
from kodipest.kernel.public import MARK, is_anonymous_visit
from kodipest.web import errors
from kodipest.web.shelf import Key, Page, Shelf

GetResponse = Callable[[HttpRequest], HttpResponseBase]
View = Callable[..., HttpResponseBase]
BROWSER_SECONDS: Final = 60  # how long a browser or CDN may show what was just withdrawn
OWN_HEADERS = {"content-encoding", "content-length", "cache-control", "vary", "etag", "set-cookie"}
log = logging.getLogger(__name__)


class PublicPages:
    """Serve marked pages to anonymous visitors from memory while nothing public has changed.

    Stands before sessions: such a visitor costs one tiny query. A page is kept with the generation
    of the public data read *before* it was rendered, so a withdrawal is never outlived by a copy.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.shelf = Shelf()
        self.passing = (settings.STATIC_URL, settings.MEDIA_URL)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer from the shelf, or render once for all who ask at the same time."""
        if not is_anonymous_visit(request):
            return for_one_person(self.get_response(request))
        if request.method not in {"GET", "HEAD"} or request.path.startswith(self.passing):
            return self.get_response(request)
        try:
            now = generation()
        except DatabaseError:  # the page itself will say what is wrong
            return self.get_response(request)
        key = (request.scheme or "", request.get_host(), request.get_full_path())
        if page := self.shelf.find(key, now):
            return answer(request, page)
        with self.shelf.turn(key):
            if page := self.shelf.find(key, now):
                return answer(request, page)
            return self.render(request, key, now)

    def render(self, request: HttpRequest, key: Key, now: int) -> HttpResponseBase:
        """Render the page and keep it if its view marked it as public."""
        response = self.get_response(request)
        seconds: int | None = getattr(response, MARK, None)
        if seconds is None or not isinstance(response, HttpResponse):
            return response
        del response.headers["Content-Encoding"]
        if response.cookies:
            log.error("The public page %s set a cookie and was not kept.", request.path)
            return for_one_person(response)
        headers = {
            name: value for name, value in response.items() if name.lower() not in OWN_HEADERS
        }
        page = Page.print(response.content, headers, generation=now, seconds=seconds)
        self.shelf.put(key, page)
        return answer(request, page)


def answer(request: HttpRequest, page: Page) -> HttpResponseBase:
    """Send a kept page in the best encoding, or say that the browser has it."""
    body = page.body_for(request.headers.get("Accept-Encoding", ""))
    response = HttpResponse(b"" if request.method == "HEAD" else body.content)
    for name, value in page.headers.items():
        response.headers[name] = value
    response.headers["Content-Length"] = str(len(body.content))
    if body.encoding:
        response.headers["Content-Encoding"] = body.encoding
    response.headers["ETag"] = body.etag
    response.headers["Cache-Control"] = f"public, max-age={BROWSER_SECONDS}"
    response.headers["Vary"] = "Accept-Encoding, Cookie"
    conditional = get_conditional_response(request, etag=body.etag, response=response)
    return conditional or response


def for_one_person(response: HttpResponseBase) -> HttpResponseBase:
    """Forbid every cache and the Back button of a shared PC to keep the page."""
    if not response.has_header("Cache-Control"):
        patch_cache_control(response, private=True, no_store=True)
    if is_goodbye(response):
        # The next person at a shared PC finds neither pages nor the films somebody stopped in.
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def is_goodbye(response: HttpResponseBase) -> bool:
    """Say whether the response ends a session."""
    cookie = response.cookies.get(settings.SESSION_COOKIE_NAME)
    return cookie is not None and cookie["max-age"] == 0


class Refusals:
    """Turn a no that no form has shown into a page: what happened, what was kept, where to go."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass on."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Say why a file was not taken, before its view takes it for forgotten."""
        refusal = uploads.refusal_of(request)
        return errors.not_taken(request, refusal) if refusal else None

    def process_exception(
        self, request: HttpRequest, exception: Exception
    ) -> HttpResponseBase | None:
        """Show a Refusal, a request too big to read, a full disk as pages; leave the rest to Django."""
        if isinstance(exception, Refusal):
            return errors.refused(request, exception)
        if isinstance(exception, RequestDataTooBig):
            return errors.too_big(request, exception)
        if is_disk_full(exception):
            log.error("The disk of the database is full: %s", exception)
            return errors.no_room(request)
        return None


def is_disk_full(exception: Exception) -> bool:
    """Say whether the database had no room left (SQLITE_FULL; PostgreSQL 53100 disk_full)."""
    if not isinstance(exception, OperationalError):
        return False
    state = getattr(exception.__cause__, "sqlstate", "")
    return state == "53100" or "disk is full" in str(exception)
