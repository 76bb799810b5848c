"""How the preparation of files goes, for those who look after it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When

from kodipest.engines.media.models import Transcode
from kodipest.people.models import Person, Role
from kodipest.people.queries import organisations_of
from kodipest.people.rules import is_programme_manager
from kodipest.works.models import Asset

State = Transcode.State
# What an operator looks for first: what failed, what is at work, what waits in its order.
FIRST = (State.FAILED, State.RUNNING, State.WAITING, State.CANCELLED, State.DONE)


def preparations_seen_by(person: Person) -> QuerySet[Transcode]:
    """Preparations that `person` looks after: the list form of `works.run_preparation`."""
    rows = Transcode.objects.select_related("original")
    if not person.is_active:
        return rows.none()
    if person.is_superuser or is_programme_manager(person):
        return rows
    houses = organisations_of(person, Role.OPERATOR)
    return rows.filter(Exists(_files().filter(revision__work__organisation__in=houses)))


def _files() -> QuerySet[Asset]:
    """Files that a row in an outer query is made for, be it an addition or made anew."""
    of_it = Q(transcode=OuterRef("pk"))
    return Asset.objects.filter(
        of_it | Q(transcode=OuterRef("base")) | Q(transcode=OuterRef("replaces"))
    )


def preparations_like(
    rows: QuerySet[Transcode], *, state: str = "", q: str = ""
) -> QuerySet[Transcode]:
    """Narrow to a state (default: all that is not done) and to a text in a file's or work's name."""
    rows = rows.filter(state=state) if state in State.values else rows.exclude(state=State.DONE)
    if q:
        named = Q(file_name__icontains=q) | Q(revision__work__title__icontains=q)
        rows = rows.filter(Exists(_files().filter(named)))
    place = Case(
        *(When(state=state, then=Value(number)) for number, state in enumerate(FIRST)),
        output_field=IntegerField(),
    )
    return rows.order_by(place, "turn_at", "pk")


def states_of(rows: QuerySet[Transcode]) -> dict[str, int]:
    """Count `rows` by state, in one query."""
    return dict(rows.order_by().values_list("state").annotate(Count("pk")))


def files_of(rows: Iterable[Transcode]) -> dict[UUID, Asset]:
    """Map the id of each of `rows` to a file that it is made for, the newest one: one query."""
    keys = {row.pk: (row.pk, row.base_id, row.replaces_id) for row in rows}
    assets = Asset.objects.filter(transcode__in={key for three in keys.values() for key in three})
    newest: dict[Any, Asset] = {
        asset.transcode_id: asset
        for asset in assets.select_related("revision__work__organisation").order_by("pk")
    }
    found = {pk: [newest[key] for key in three if key in newest] for pk, three in keys.items()}
    return {pk: files[0] for pk, files in found.items() if files}
