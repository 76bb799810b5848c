"""Marks a page as the same for every anonymous visitor, so that any cache may keep it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

View = Callable[..., HttpResponse]
MARK = "public_seconds"
BRIEF_SECONDS = 10


def is_anonymous_visit(request: HttpRequest) -> bool:
    """Say whether nothing in `request` can make its page differ from that of the next stranger.

    The second cookie holds a message for one person ("You have signed out"), after its session.
    """
    cookies = request.COOKIES
    return settings.SESSION_COOKIE_NAME not in cookies and "messages" not in cookies


def public_page(*, seconds: int = 300) -> Callable[[View], View]:
    """Let the page be shared between anonymous visitors for `seconds`, or until `freshness.bump`.

    The view may set no cookie and must show what a stranger may see; a signed-in person gets a
    page of their own that nobody keeps.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            response = view(request, *args, **kwargs)
            if response.status_code == 200 and is_anonymous_visit(request):
                setattr(response, MARK, min(seconds, getattr(response, MARK, seconds)))
                # Compressed once for all by `PublicPages`: keeps the gzip middleware off.
                response.headers["Content-Encoding"] = "identity"
            return response

        return shown

    return decorate


def keep_briefly(response: HttpResponse, *, when: bool) -> HttpResponse:
    """Let a page that shows something still growing be kept for seconds only; return it."""
    if when:
        setattr(response, MARK, BRIEF_SECONDS)
    return response
