"""The public pages of published works and channels."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kodipest.engines.media.captions import vtt_text
from kodipest.engines.media.storage import public_url
from kodipest.kernel.public import keep_briefly, public_page
from kodipest.kernel.text import article_html, is_arabic
from kodipest.stages.publication import cards
from kodipest.stages.publication.models import Channel, Edition
from kodipest.stages.publication.queries import (
    all_published_editions,
    channel_list,
    count_editions_like,
    editions_like,
    published_editions,
    with_files,
)
from kodipest.works.models import Act, Asset, Caption, Work
from kodipest.works.queries import credits_and_sanad_of, sanad_of
from kodipest.works.reading.books import main_book, open_book
from kodipest.works.reading.pages import asked_part, reader_context
from kodipest.works.sanad import export_sanad

PAGE_SIZE = 24
MORE = 4


@require_safe
@public_page()
def works(request: HttpRequest) -> HttpResponse:
    """List published works, newest first; `q` searches titles, `kind` filters."""
    words = request.GET.get("q", "").strip()[:100]
    kind = request.GET.get("kind", "")
    kind = kind if kind in Work.Kind.values else ""
    found = editions_like(words, kind)
    page = page_of(request, found, count=count_editions_like(words, kind))
    shown: dict[str, Any] = {
        "page": page,
        "cards": cards.cards_of(page),
        "words": words,
        "kind": kind,
    }
    response = render(request, "works/works.html", shown | {"kinds": Work.Kind.choices})
    return keep_briefly(response, when=cards.any_growing(shown["cards"]))


def page_of(request: HttpRequest, editions: QuerySet[Edition], *, count: int) -> Page[Edition]:
    """Cut the page asked for out of `editions`, which were counted the fast way beforehand."""
    paginator = Paginator(with_files(editions), PAGE_SIZE)
    paginator.count = count
    return paginator.get_page(request.GET.get("page"))


@require_safe
@public_page()
def work(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one published work with its credits and its sanad."""
    edition = get_object_or_404(published_editions(), work__slug=slug)
    edition.revision.work = edition.work  # the revision would ask for it once more
    sisters = published_editions().filter(work__organisation=edition.work.organisation)
    more = list(sisters.exclude(pk=edition.pk)[:MORE])
    files = Prefetch(
        "assets", Asset.objects.select_related("original", "transcode"), to_attr="files"
    )
    prefetch_related_objects([shown.revision for shown in [edition, *more]], files)
    address = request.build_absolute_uri(request.path)
    shown = {"edition": edition, "more": cards.cards_of(more), "address": address}
    response = render(request, "works/work.html", shown | about(edition) | content_of(edition))
    return keep_briefly(response, when=cards.card_of(edition).is_growing)


def about(edition: Edition) -> dict[str, Any]:
    """Gather who made the work and who vouches for it, as consented."""
    named, vouched = credits_and_sanad_of(edition.work, edition.revision)
    links = [
        {
            "act": link.act,
            "label": Act(link.act).label,
            "name": name,
            "at": link.at,
            "note": edition.channel.name if link.act == Act.PUBLISHED else "",
        }
        for link, name in vouched
    ]
    return {
        "revision": edition.revision,
        "credits": named,
        "links": links,
        "poster": cards.large_poster(edition.revision),
        "title_is_arabic": is_arabic(edition.revision.title),
    }


def content_of(edition: Edition) -> dict[str, Any]:
    """Gather what the page of this kind of work shows."""
    kind = edition.kind
    if kind in {Work.Kind.VIDEO, Work.Kind.AUDIO}:
        return {"film": cards.film_of(edition)}
    if kind == Work.Kind.ARTICLE:
        return {"article": article_html(edition.revision.body)}
    if kind == Work.Kind.EBOOK:
        return {"book": cards.book_of(edition)}
    return {"pictures": cards.pictures_of(edition.revision)}


@require_safe
@public_page()
def captions(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """Give the captions of a published film in one language to its player."""
    edition = get_object_or_404(published_editions(), work__slug=slug)
    caption = get_object_or_404(Caption, revision=edition.revision_id, language=language)
    return HttpResponse(vtt_text(caption.told), content_type="text/vtt; charset=utf-8")


@require_safe
@public_page()
def read(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one part of a published e-book; `bagian` says which."""
    edition = get_object_or_404(published_editions(), work__slug=slug)
    edition.revision.work = edition.work
    asset = main_book(edition.revision)
    opened = open_book(asset, asked_part(request.GET), public_url) if asset else None
    if opened is None:
        raise Http404
    context = reader_context(
        edition.revision,
        opened,
        remembered_as=str(edition.work_id),
        home=reverse("work", args=[slug]),
        home_words=_("Back to the work"),
    )
    address = request.build_absolute_uri(request.path)
    return render(request, "works/read.html", context | {"address": address})


@require_safe
@public_page()
def sanad_file(request: HttpRequest, slug: str) -> HttpResponse:
    """Give the chain of a published work as a file that anyone can verify offline."""
    edition = get_object_or_404(published_editions(), work__slug=slug)
    shown = {link.number: name for link, name in sanad_of(edition.work)}
    response = HttpResponse(export_sanad(edition.revision, shown), content_type="application/json")
    response.headers["Content-Disposition"] = (
        f'attachment; filename="{edition.work.slug}.sanad.json"'
    )
    return response


@require_safe
@public_page()
def channels(request: HttpRequest) -> HttpResponse:
    """List the channels."""
    return render(request, "publication/channels.html", {"channels": channel_list()})


@require_safe
@public_page()
def channel(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one channel and what came out in it, newest first."""
    found = get_object_or_404(Channel, slug=slug)
    count = all_published_editions().filter(channel=found).count()
    page = page_of(request, published_editions().filter(channel=found), count=count)
    shown: dict[str, Any] = {"channel": found, "page": page, "cards": cards.cards_of(page)}
    response = render(request, "publication/channel.html", shown)
    return keep_briefly(response, when=cards.any_growing(shown["cards"]))
