"""Questions about works; each list says who may see what."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from kodipest.engines.media.models import Transcode
from kodipest.kernel.daily import daily
from kodipest.kernel.errors import Refusal
from kodipest.kernel.text import clean_line, folded
from kodipest.people.models import AuditEntry, Organisation, Person, Purpose, Role
from kodipest.people.queries import (
    consents_in_force,
    organisations_of,
    people_with_consent,
    public_names,
)
from kodipest.people.rules import is_curator, is_programme_manager
from kodipest.works import words
from kodipest.works.journey import Stage
from kodipest.works.models import Asset, Attestation, Credit, Passage, Revision, Work

REMOVE_CREDIT = "remove_credit"  # as the audit trail calls it


def works_by(person: Person) -> QuerySet[Work]:
    """Works `person` is an author of, newest first."""
    mine = Credit.objects.filter(person=person, role=Credit.Role.AUTHOR).values("work")
    return Work.objects.filter(pk__in=mine).select_related("organisation").order_by("-created_at")


def works_like(
    works: QuerySet[Work], *, q: str = "", kind: str = "", where: str = "", stage: str = ""
) -> QuerySet[Work]:
    """Narrow `works` to a text in the title, a kind, a stage, and a place: desk, others or out."""
    if q := folded(clean_line(q)):
        works = works.filter(title_folded__contains=q)
    if kind in Work.Kind.values:
        works = works.filter(kind=kind)
    if stage in Stage.values:
        works = works.filter(stage=stage)
    stages = {
        "desk": [Stage.TRAINING],
        "others": [Stage.COACHING, Stage.INCUBATION, Stage.CURATION],
        "out": [Stage.PUBLICATION],
    }.get(where)
    return works.filter(stage__in=stages) if stages else works


def works_per_stage(house: Organisation | None = None) -> dict[str, int]:
    """Count the works of `house` (default: of all houses) by stage. For those who lead them."""
    works = Work.objects.filter(organisation=house) if house else Work.objects.all()
    return dict(works.order_by().values_list("stage").annotate(Count("pk")))


def works_on_desk_of(person: Person) -> QuerySet[Work]:
    """Works whose desk `person` may open: its makers, its mentors, who leads the house or the programme.

    A curator is not among them: the desk names people.
    """
    works = Work.objects.select_related("organisation").prefetch_related("credits")
    if not person.is_active:
        return works.none()
    if person.is_superuser or is_programme_manager(person):
        return works
    houses = organisations_of(person, Role.COACH, Role.KIAI, Role.OPERATOR)
    mine = Credit.objects.filter(work=OuterRef("pk"), person=person, role=Credit.Role.AUTHOR)
    return works.filter(Q(Exists(mine)) | Q(organisation__in=houses))


def works_seen_by(person: Person) -> QuerySet[Work]:
    """Works whose inside `person` may look at: the list form of the permission `works.see_work`."""
    works = works_on_desk_of(person)
    if not is_curator(person):
        return works
    own = [held.organisation_id for held in person.living_memberships]
    judged = Work.objects.filter(stage=Stage.CURATION).exclude(organisation__in=own)
    return (
        Work.objects.filter(Q(pk__in=works.values("pk")) | Q(pk__in=judged.values("pk")))
        .select_related("organisation")
        .prefetch_related("credits")
    )


def with_files(revisions: QuerySet[Revision]) -> QuerySet[Revision]:
    """Bring the files of `revisions` along, with the state of their preparation."""
    assets = Asset.objects.select_related("original", "transcode")
    return revisions.prefetch_related(Prefetch("assets", assets, to_attr="files"))  # type: ignore[no-redef]


def sealed_revisions() -> QuerySet[Revision]:
    """Every version that was handed on, with all that its hash covers: to be read in pieces."""
    sealed = Revision.objects.exclude(sealed_at=None).select_related("work").order_by("pk")
    return with_files(sealed).prefetch_related("captions")


def newest_revisions(works: Iterable[Work]) -> dict[object, Revision]:
    """Map the id of each of `works` to its newest revision with its files, in two queries."""
    asked = {work.pk: work for work in works}
    newest = Revision.objects.filter(work=OuterRef("work")).order_by("-number").values("pk")[:1]
    revisions = list(with_files(Revision.objects.filter(work__in=asked, pk=newest)))
    for revision in revisions:
        revision.work = asked[revision.work_id]  # whoever asks about a revision asks for its kind
    return {revision.work_id: revision for revision in revisions}


# What a part in a work lets the public do with a person, besides seeing the work.
HEARD = (Credit.Role.VOICE, Credit.Role.SPEAKER, Credit.Role.ACTOR)
SEEN = (Credit.Role.ACTOR,)


def _lacks(purpose: Purpose) -> Q:
    return Q(~Exists(consents_in_force(purpose).filter(person=OuterRef("person"))))


@daily
def works_without_consent() -> QuerySet[Credit]:
    """Credits whose person has not consented to what they show: a work with one is not public.

    Everybody consents to the work being public, who is heard in it also to the voice, who is seen
    also to the face. Looks at the people of the credits it is asked about, however many others
    the site knows.
    """
    return Credit.objects.filter(
        _lacks(Purpose.PUBLIC)
        | Q(role__in=HEARD) & _lacks(Purpose.VOICE)
        | Q(role__in=SEEN) & _lacks(Purpose.FACE)
    )


@daily
def all_works_without_consent() -> QuerySet[Credit]:
    """The same credits, found from the people: faster where all works are looked at."""
    silent = Person.objects.exclude(pk__in=people_with_consent(Purpose.PUBLIC).values("pk"))
    return Credit.objects.filter(
        Q(person__in=silent.values("pk"))
        | Q(role__in=HEARD) & _lacks(Purpose.VOICE)
        | Q(role__in=SEEN) & _lacks(Purpose.FACE)
    )


def missing_consents(work: Work) -> Sequence[Person]:
    """People in the credits of `work` whose works may not be shown in public, by nickname."""
    missing = works_without_consent().filter(work=work).select_related("person")
    return sorted({credit.person for credit in missing}, key=lambda person: person.nickname)


def removed_credits(work: Work) -> list[tuple[Person, str]]:
    """List who was taken out of the credits of `work`, and of which part, in order; for its inside.

    Whoever vouches for a work sees it: a part must not vanish to get round a missing consent.
    """
    lines = AuditEntry.objects.filter(thing_id=work.pk, act=REMOVE_CREDIT).order_by("sequence")
    told = [(line.facts["person"], str(Credit.Role(line.facts["role"]).label)) for line in lines]
    people = Person.objects.in_bulk([person for person, _part in told])
    return [(people[UUID(person)], part) for person, part in told]


def public_credits(work: Work) -> list[tuple[Credit, str | None]]:
    """List the credits of `work` with each name as consented (None: a part without a name)."""
    named = list(work.credits.select_related("person"))
    names = public_names(credit.person for credit in named)
    return [(credit, names.get(credit.person_id)) for credit in named]


def sanad_of(work: Work, revision: Revision | None = None) -> list[tuple[Attestation, str | None]]:
    """List the links that lead to `revision` (default all), with the name where consent still covers it.

    A name stands in a link in the form of its day. If the person has chosen another form since, or
    none, the old one is not shown: its opening stays closed.
    """
    links = _links_of(work, revision)
    return _opened(links, public_names(link.person for link in links))


def credits_and_sanad_of(
    work: Work, revision: Revision
) -> tuple[list[tuple[Credit, str | None]], list[tuple[Attestation, str | None]]]:
    """Tell what `public_credits` and `sanad_of` tell, asking for everybody's name once."""
    named, links = list(work.credits.select_related("person")), _links_of(work, revision)
    names = public_names([credit.person for credit in named] + [link.person for link in links])
    return [(credit, names.get(credit.person_id)) for credit in named], _opened(links, names)


def _links_of(work: Work, revision: Revision | None) -> list[Attestation]:
    links = work.attestations.select_related("person")
    return list(links if revision is None else links.filter(revision=revision))


def _opened(
    links: list[Attestation], names: dict[UUID, str]
) -> list[tuple[Attestation, str | None]]:
    return [(link, link.name if names.get(link.person_id) == link.name else None) for link in links]


def folders_of(works: Iterable[Work]) -> set[str]:
    """Name the folders of everything that was ever prepared from the files of `works`."""
    files = Asset.objects.filter(revision__work__in=works).values("original")
    made = Transcode.objects.filter(original__in=files).exclude(folder="")
    return set(made.values_list("folder", flat=True))


def works_crediting(person_id: UUID) -> QuerySet[Work]:
    """Works in whose credits a person stands. For the program, not for pages."""
    return Work.objects.filter(pk__in=Credit.objects.filter(person=person_id).values("work"))


def history(work: Work) -> QuerySet[Passage]:
    """The passages of `work` in order. For those who may see its inside."""
    return work.passages.select_related("by", "revision")


def obstacles_to_handing_on(revision: Revision) -> list[Refusal]:
    """List what `revision` lacks before anyone else should look at it; empty when it is ready."""
    kind, files = revision.work.kind, revision.main_files
    obstacles = []
    if not revision.title:
        obstacles.append(Refusal(words.NEEDS_TITLE, code="title_missing"))
    if kind == Work.Kind.ARTICLE and not revision.body:
        obstacles.append(Refusal(words.NEEDS_TEXT, code="text_missing"))
    if kind != Work.Kind.ARTICLE and not files:
        obstacles.append(Refusal(words.NEEDS_FILE, code="file_missing"))
    if any(asset.transcode.is_cancelled for asset in revision.files):
        obstacles.append(Refusal(words.FILE_CALLED_OFF, code="media_cancelled"))
    elif any(asset.transcode.is_failed for asset in revision.files):
        obstacles.append(Refusal(words.FILE_FAILED, code="media_failed"))
    elif any(not asset.transcode.is_playable for asset in revision.files):
        obstacles.append(Refusal(words.FILE_NOT_READY, code="media_not_ready"))
    return obstacles
