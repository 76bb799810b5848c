"""The public pages of pesantren and people."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from kodipest.kernel.public import public_page
from kodipest.kernel.text import clean_line
from kodipest.people.models import Person, Purpose
from kodipest.people.provinces import PROVINCES
from kodipest.people.queries import has_consent, organisations_in_public, public_name
from kodipest.stages.publication import cards
from kodipest.stages.publication.queries import editions_of, editions_with, with_files

PAGE_SIZE = 24
HOUSES_PER_PAGE = 48


@require_safe
@public_page()
def organisations(request: HttpRequest) -> HttpResponse:
    """List the pesantren by name; `q` searches, `province` filters."""
    words = clean_line(request.GET.get("q", ""))[:100]  # PostgreSQL takes no NUL
    province = request.GET.get("province", "")
    houses = organisations_in_public()
    if words:
        houses = houses.filter(name__icontains=words)
    if province in dict(PROVINCES):
        houses = houses.filter(province=province)
    page = Paginator(houses, HOUSES_PER_PAGE).get_page(request.GET.get("page"))
    held = set(organisations_in_public().order_by().values_list("province", flat=True))
    provinces = [(code, name) for code, name in PROVINCES if code in held]
    shown = {"page": page, "house_words": words, "province": province, "provinces": provinces}
    return render(request, "people/organisations.html", shown)


@require_safe
@public_page()
def organisation(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one pesantren and what came out of it."""
    house = get_object_or_404(organisations_in_public(), slug=slug)
    editions = with_files(editions_of(house))
    page = Paginator(editions, PAGE_SIZE).get_page(request.GET.get("page"))
    shown = {"organisation": house, "page": page, "cards": cards.cards_of(page)}
    return render(request, "people/organisation.html", shown)


@require_safe
@public_page()
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Show a person as consented, with the published works that credit them.

    404, the same as for nobody, while there is no consent to a name or to showing works, or while
    nothing is out: an address tells nothing about a child.
    """
    found = get_object_or_404(Person, pk=person_id, is_active=True)
    name = public_name(found)
    editions = with_files(editions_with(found))
    page = Paginator(editions, PAGE_SIZE).get_page(request.GET.get("page"))
    if name is None or not has_consent(found, Purpose.PUBLIC) or not page.paginator.count:
        raise Http404
    return render(
        request, "people/person.html", {"name": name, "page": page, "cards": cards.cards_of(page)}
    )
