"""Who may sign in, and the demo's door where everybody may be anybody."""

from itertools import groupby
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth import login
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.urls import translate_url
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from kodipest.people.models import Membership, Person, Role
from kodipest.web.demo.cast import PEOPLE

SHOWN_PER_ROLE = 8


class StaffOnly(DefaultAccountAdapter):  # type: ignore[misc]  # allauth brings no types
    """Nobody makes an account alone: an operator registers people, who then sign in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Keep the public sign-up shut."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Lead a person to today in the language chosen on the way here, else in their own."""
        today: str = resolve_url(settings.LOGIN_REDIRECT_URL)
        chosen = translation.get_language()
        if chosen != settings.LANGUAGE_CODE or not isinstance(request.user, Person):
            return today
        return translate_url(today, request.user.language)


def demo_people() -> QuerySet[Membership]:
    """Roles one may try: those of the invented people, never of anybody who came since."""
    return Membership.objects.filter(
        until=None,
        person__username__in=[person.username for person in PEOPLE],
        person__is_active=True,
        person__is_superuser=False,
        person__is_staff=False,
    ).select_related("person", "organisation")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Show the demo people by role; a press signs in as one. 404 unless the setting says so."""
    if not settings.DEMO_SIGN_IN:
        raise Http404
    if request.method == "POST":
        return sign_in_as(request)
    order = list(Role.values)
    held = sorted(demo_people(), key=lambda held: (order.index(held.role), held.person.nickname))
    groups = [
        (Role(role).label, list(members)[:SHOWN_PER_ROLE])
        for role, members in groupby(held, key=lambda held: held.role)
    ]
    return render(request, "web/demo_sign_in.html", {"groups": groups, "next": wanted(request)})


def sign_in_as(request: HttpRequest) -> HttpResponse:
    """Become the chosen person, in a fresh session."""
    try:
        chosen = UUID(request.POST.get("person", ""))
    except ValueError as wrong:
        raise Http404 from wrong
    # Somebody with two roles is listed twice and is one person.
    person = get_object_or_404(
        Person.objects.filter(memberships__in=demo_people()).distinct(), pk=chosen
    )
    request.session.flush()
    login(request, person, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return redirect(wanted(request) or resolve_url(settings.LOGIN_REDIRECT_URL))


def wanted(request: HttpRequest) -> str:
    """Return the page the person came from, if it is one of ours."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if ours else ""
