"""How much a person, and a group of persons, may keep here: used + reserved <= limit, always.

Nothing is counted up or down: what is used is the sum of what is there. An upload on its way counts
with its full length from the moment it is begun; an original counts once for each who brought it.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Sum
from django.template.defaultfilters import filesizeformat

from kodipest.engines.media import messages
from kodipest.engines.media.models import Arrival, Original
from kodipest.kernel import advisory
from kodipest.kernel.errors import Refusal

NO_LIMIT: Final = 0


class Quota(NamedTuple):
    """What somebody may keep and keeps, in bytes; `limit` is None when there is none."""

    limit: int | None
    used: int

    @property
    def left(self) -> int | None:
        """How much more there may be."""
        return None if self.limit is None else max(0, self.limit - self.used)

    def takes(self, length: int) -> bool:
        """Say whether `length` more bytes stay within the limit."""
        return self.left is None or length <= self.left


def quota_of(person: Any) -> Quota:
    """Return what the person may keep and keeps."""
    return _quota(settings.UPLOAD_QUOTA_PER_PERSON, owner=person.pk)


def quota_of_group(group: str) -> Quota:
    """Return what all persons of the group may keep together and keep."""
    return _quota(settings.UPLOAD_QUOTA_PER_GROUP, quota_group=group)


def _quota(limit: int, **whose: Any) -> Quota:
    rows = Arrival.objects.filter(**whose)
    on_their_way = rows.filter(original=None).aggregate(sum=Sum("length"))["sum"] or 0
    brought = Original.objects.filter(Exists(rows.filter(original=OuterRef("pk"))))
    stored = brought.aggregate(sum=Sum("size_bytes"))["sum"] or 0
    return Quota(None if limit == NO_LIMIT else limit, on_their_way + stored)


def beyond_the_limit() -> Iterator[tuple[str, Quota]]:
    """Yield each person and group that keeps more than the limit, with what it keeps; for `doctor`."""
    for kind, field, limit in (
        ("person", "owner", settings.UPLOAD_QUOTA_PER_PERSON),
        ("group", "quota_group", settings.UPLOAD_QUOTA_PER_GROUP),
    ):
        if limit == NO_LIMIT:
            continue
        for whose, used in used_by_each(field).items():
            if used > limit:
                yield f"{kind} {whose}", Quota(limit, used)


def used_by_each(field: str) -> Counter[Any]:
    """Add up what each `owner`, or each `quota_group`, keeps: the `used` of all their quotas at once."""
    rows = Arrival.objects.exclude(quota_group="") if field == "quota_group" else Arrival.objects
    used: Counter[Any] = Counter()
    for whose, length in rows.filter(original=None).values_list(field, "length").iterator():
        used[whose] += length
    brought = rows.filter(original__isnull=False).values_list(
        field, "original", "original__size_bytes"
    )
    for whose, _original, size in brought.distinct().iterator():
        used[whose] += size
    return used


def counted_wrongly() -> Iterator[tuple[Any, int, int]]:
    """Yield each upload that counts for another length than its original has, with both lengths."""
    adopted = Arrival.objects.filter(original__isnull=False)
    differing = adopted.exclude(length=F("original__size_bytes"))
    yield from differing.values_list("pk", "length", "original__size_bytes").iterator()


def require_room(person: Any, group: str, length: int) -> None:
    """Raise Refusal `quota_person` or `quota_group` when `length` more bytes would be too many.

    Inside a transaction that goes on to write the row it holds: nobody else can reserve for the same
    person or group until then.
    """
    if settings.UPLOAD_QUOTA_PER_PERSON != NO_LIMIT:
        advisory.hold(f"person {person.pk}")
        _require(quota_of(person), length, "quota_person")
    if group and settings.UPLOAD_QUOTA_PER_GROUP != NO_LIMIT:
        advisory.hold(f"group {group}")
        _require(quota_of_group(group), length, "quota_group")


def objection_of_person(person: Any, length: int) -> Refusal | None:
    """Return what `require_room` would say of the person's own quota; nothing is reserved."""
    if settings.UPLOAD_QUOTA_PER_PERSON == NO_LIMIT:
        return None
    return _objection(quota_of(person), length, "quota_person")


def objection_of_group(group: str, length: int) -> Refusal | None:
    """Return what `require_room` would say of the group's quota; nothing is reserved."""
    if not group or settings.UPLOAD_QUOTA_PER_GROUP == NO_LIMIT:
        return None
    return _objection(quota_of_group(group), length, "quota_group")


def _objection(quota: Quota, length: int, code: str) -> Refusal | None:
    if quota.takes(length):
        return None
    said = {"limit": quota.limit or 0, "left": quota.left or 0, "length": length}
    return messages.refusal(code, **{key: filesizeformat(it) for key, it in said.items()})


def _require(quota: Quota, length: int, code: str) -> None:
    if objection := _objection(quota, length, code):
        raise objection
