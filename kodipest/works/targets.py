"""Where files are meant to go, as the media engine asks: `work:<id>:<role>` in parts, or the page of a work."""

from uuid import UUID

from kodipest.people.models import Person
from kodipest.works.models import Asset, Work
from kodipest.works.operations import require_place
from kodipest.works.queries import works_on_desk_of


def group_of(person: Person, target: str) -> str:
    """Return whose quota a file for `target` counts for: the pesantren of the work.

    Raises Work.DoesNotExist when `person` may not open the work, PermissionDenied when only its
    makers may change it, Refusal `sealed` or `no_files` when it takes no file there.
    """
    work, role = _place(person, target)
    require_place(work=work, role=role, by=person)
    return str(work.organisation_id)


def group_of_work(person: Person, work_id: UUID) -> str:
    """Return whose quota any file for a work counts for. Raises what `group_of` raises."""
    work = works_on_desk_of(person).get(pk=work_id)
    require_place(work=work, by=person)
    return str(work.organisation_id)


def _place(person: Person, target: str) -> tuple[Work, Asset.Role]:
    try:
        word, named, part = target.split(":")
        work_id, role = UUID(named), Asset.Role(part)
    except ValueError as error:
        raise Work.DoesNotExist from error
    if word != "work":
        raise Work.DoesNotExist
    return works_on_desk_of(person).get(pk=work_id), role
