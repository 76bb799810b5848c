"""Pages that span apps: home, about, health, the manifest of the installable site."""

from typing import NamedTuple

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from kodipest.kernel.public import keep_briefly, public_page
from kodipest.people.queries import organisations_in_public
from kodipest.stages.publication import cards
from kodipest.stages.publication.cards import Card
from kodipest.stages.publication.models import Edition
from kodipest.stages.publication.queries import published_editions, with_files
from kodipest.web.health import health
from kodipest.web.road import road
from kodipest.works.models import Work

NEWEST_PER_KIND = 4
LOOKED_AT = 200
HOUSES_ON_HOME = 6
HEADINGS = {
    Work.Kind.VIDEO: _("Newest films"),
    Work.Kind.AUDIO: _("Newest sound"),
    Work.Kind.ARTICLE: _("Newest articles"),
    Work.Kind.POSTER: _("Newest posters"),
    Work.Kind.COMIC: _("Newest comics"),
    Work.Kind.EBOOK: _("Newest e-books"),
}


class Shelf(NamedTuple):
    """The newest works of one kind. On a desk it is as wide as it has cards, and four make a row."""

    kind: Work.Kind
    heading: str
    cards: list[Card]


@require_safe
@public_page()
def home(request: HttpRequest) -> HttpResponse:
    """Show the newest film, the newest works of each kind, the road of a work, some pesantren."""
    newest = newest_of_each_kind()
    film = next((edition for edition in newest if edition.kind == Work.Kind.VIDEO), None)
    shelves = [
        Shelf(kind, str(heading), cards.cards_of(one for one in newest if one.kind == kind))
        for kind, heading in HEADINGS.items()
    ]
    shown = {
        "hero": cards.card_of(film) if film else None,
        "hero_poster": cards.large_poster(film.revision) if film else "",
        "hero_synopsis": film.revision.synopsis if film else "",
        "shelves": arranged([shelf for shelf in shelves if shelf.cards]),
        "kinds": [shelf.kind for shelf in shelves if shelf.cards],
        "houses": organisations_in_public()[:HOUSES_ON_HOME],
        "stops": road(),
    }
    is_growing = any(cards.any_growing(shelf.cards) for shelf in shelves)
    return keep_briefly(render(request, "web/home.html", shown), when=is_growing)


def arranged(shelves: list[Shelf]) -> list[Shelf]:
    """Put `shelves` into an order in which short ones share a row, and no card stands in one alone.

    A card that is left over gets its place from the last full shelf, which shows one work less.
    """
    rows: list[list[Shelf]] = []
    for shelf in shelves:
        open_row = next((row for row in rows if _room(row) >= len(shelf.cards)), None)
        if open_row is None:
            rows.append([shelf])
        else:
            open_row.append(shelf)
    alone = [row for row in rows if _room(row) == NEWEST_PER_KIND - 1]
    full = [row for row in rows if len(row) == 1 and not _room(row)]
    if alone and full:
        shelf = full[-1][0]
        full[-1][:] = [shelf._replace(cards=shelf.cards[:-1]), *alone[0]]
        rows.remove(alone[0])
    return [shelf for row in rows for shelf in row]


def _room(row: list[Shelf]) -> int:
    return NEWEST_PER_KIND - sum(len(shelf.cards) for shelf in row)


def newest_of_each_kind() -> list[Edition]:
    """Return up to four published editions of each kind, newest first, in three queries.

    Looks at the newest two hundred first, by index, whatever the number of works; a kind that is rare
    among them is looked for by itself.
    """
    published = published_editions()
    seen: dict[str, list[object]] = {kind: [] for kind in HEADINGS}
    rows = list(published.values_list("pk", "kind")[:LOOKED_AT])
    for pk, kind in rows:
        if len(seen[kind]) < NEWEST_PER_KIND:
            seen[kind].append(pk)
    chosen = Q(pk__in=[pk for pks in seen.values() for pk in pks])
    rare = [kind for kind, pks in seen.items() if len(pks) < NEWEST_PER_KIND]
    for kind in rare if len(rows) == LOOKED_AT else []:
        chosen |= Q(pk__in=published.filter(kind=kind).values("pk")[:NEWEST_PER_KIND])
    return list(with_files(published.filter(chosen)))


@require_safe
@public_page(seconds=3600)
def about(request: HttpRequest) -> HttpResponse:
    """Say what KodiPest is."""
    return render(request, "web/about.html", {"stops": road()})


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer monitors: 200 while the site can do its work, else 503, with what was found."""
    found = health()
    return JsonResponse(found, status=200 if found.get("ok") else 503)


@require_safe
@public_page(seconds=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    """Describe the site to a phone that installs it, in the language of the page."""
    described = {
        "name": gettext("KodiPest – Pesantren Digital Content"),
        "short_name": settings.SITE_NAME,
        "description": gettext("Films, sound, writing and pictures made by santri."),
        "lang": get_language(),
        "id": reverse("home"),
        "start_url": reverse("home"),
        "display": "standalone",
        "background_color": "#fbf8f1",
        "theme_color": "#0e5c4a",
        "icons": [
            icon("icon-192.png", "192x192", "any"),
            icon("icon-512.png", "512x512", "any"),
            icon("maskable-512.png", "512x512", "maskable"),
        ],
    }
    return JsonResponse(described, content_type="application/manifest+json")


def icon(name: str, sizes: str, purpose: str) -> dict[str, str]:
    """Describe one icon of the manifest."""
    address = static(f"web/icons/{name}")
    return {"src": address, "sizes": sizes, "type": "image/png", "purpose": purpose}
