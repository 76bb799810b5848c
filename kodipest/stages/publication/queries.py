"""What the public sees. Every public page, feed and file starts at `published_editions`."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kodipest.engines.media.models import Original, Transcode
from kodipest.engines.media.recipes import PACKS
from kodipest.kernel.daily import daily
from kodipest.kernel.errors import Refusal
from kodipest.kernel.journal import Entry
from kodipest.kernel.text import clean_line, folded
from kodipest.people import journal
from kodipest.people.models import Organisation, Person, Role
from kodipest.people.queries import organisations_of
from kodipest.people.rules import is_programme_manager
from kodipest.stages.publication.models import Channel, Edition
from kodipest.works.journey import Stage
from kodipest.works.models import Act, Asset, Attestation, Credit, Revision, Work
from kodipest.works.queries import (
    all_works_without_consent,
    missing_consents,
    obstacles_to_handing_on,
    works_without_consent,
)

WITHDRAW_WORK = "withdraw_work"  # as the journal of withdrawals calls it


@daily
def published_editions() -> QuerySet[Edition]:
    """Editions anyone may see, newest first: out, and everyone in the credits consents today.

    Asks about the credits of each edition it comes by: a page of them costs the same among a
    thousand and among a hundred thousand. To look at all of them, ask `all_published_editions`.
    """
    barred = works_without_consent().filter(work=OuterRef("work"))
    return (
        Edition.objects.filter(~Exists(barred), withdrawn_at=None)
        .select_related("work__organisation", "revision", "channel")
        .order_by("-published_at")
    )


@daily
def all_published_editions() -> QuerySet[Edition]:
    """The same editions in no order, found from the other end: for counting and for whole lists."""
    barred = all_works_without_consent().values("work")
    return Edition.objects.filter(withdrawn_at=None).exclude(work__in=barred)


def with_files(editions: QuerySet[Edition]) -> QuerySet[Edition]:
    """Bring the files of `editions` along, as far as a card shows them: one query more."""
    return editions.prefetch_related(Prefetch("revision__assets", _on_cards(), to_attr="files"))


@daily
def _on_cards() -> QuerySet[Asset]:
    """The first file of each role, and what is still being prepared: not every page of a comic."""
    same = {name: OuterRef(name) for name in ("revision", "role")}
    before = Asset.objects.filter(**same, position__lt=OuterRef("position")).order_by()
    shown = ("folder", "state", "first_playable_at", "manifest")
    return (
        Asset.objects.filter(~Exists(before) | ~Q(transcode__state=Transcode.State.DONE))
        .select_related("transcode")
        .only("revision", "role", *(f"transcode__{name}" for name in shown))
    )


def editions_like(text: str = "", kind: str = "") -> QuerySet[Edition]:
    """Published editions whose title holds `text`, of one `kind` if given."""
    return _like(published_editions(), text, kind)


def count_editions_like(text: str = "", kind: str = "") -> int:
    """Return how many editions `editions_like` would find."""
    return _like(all_published_editions(), text, kind).count()


def _like(editions: QuerySet[Edition], text: str, kind: str) -> QuerySet[Edition]:
    if text := folded(clean_line(text)[:200]):
        editions = editions.filter(revision__title_folded__contains=text)
    return editions.filter(kind=kind) if kind in Work.Kind.values else editions


def channel_list() -> QuerySet[Channel]:
    """Channels by name with `edition_count`, the number of works the public sees there."""
    there = all_published_editions().filter(channel=OuterRef("pk")).order_by().values("channel")
    count = Subquery(there.annotate(count=Count("pk")).values("count"))
    return Channel.objects.annotate(edition_count=Coalesce(count, 0))


def editions_of(organisation: Organisation) -> QuerySet[Edition]:
    """Published editions made in `organisation`."""
    return published_editions().filter(work__organisation=organisation)


def editions_with(person: Person) -> QuerySet[Edition]:
    """Published editions that credit `person`. A page that names the person asks for consent first."""
    credited = Credit.objects.filter(person=person).values("work")
    return published_editions().filter(work__in=credited)


def editions_out(manager: Person) -> QuerySet[Edition]:
    """All editions that are out, shown or held back by a consent. For programme managers; else none."""
    editions = Edition.objects.filter(withdrawn_at=None).order_by("-published_at")
    if not is_programme_manager(manager):
        return editions.none()
    return editions.select_related("work__organisation", "revision", "channel")


def editions_held_back(manager: Person) -> QuerySet[Edition]:
    """Editions that are out and yet not seen, for want of a consent. For programme managers; else none."""
    barred = all_works_without_consent().values("work")
    return editions_out(manager).filter(work__in=barred)


def editions_that_may_be_withdrawn(person: Person) -> QuerySet[Edition]:
    """Editions out that `person` may take off: the list form of `publication.withdraw_work`."""
    return editions_in_reach(person).filter(withdrawn_at=None)


def editions_in_reach(person: Person) -> QuerySet[Edition]:
    """Editions, out or gone, of works that `person` may take off."""
    editions = Edition.objects.select_related("work__organisation", "revision", "channel")
    if person.is_superuser or is_programme_manager(person):
        return editions
    return editions.filter(
        work__organisation__in=organisations_of(person, Role.KIAI, Role.OPERATOR)
    )


def waiting_for_channel(manager: Person) -> QuerySet[Work]:
    """Works whose newest version passed curation, longest first. For programme managers; else none."""
    works = Work.objects.filter(stage=Stage.CURATION)
    if not is_programme_manager(manager):
        return works.none()
    newest = Revision.objects.filter(work=OuterRef("work")).order_by("-number").values("pk")[:1]
    passed = Attestation.objects.filter(act=Act.PASSED, revision=newest).values("work")
    return works.filter(pk__in=passed).select_related("organisation").order_by("stage_since", "pk")


def withdrawal_entry(edition: Edition) -> Entry:
    """Spell the withdrawal of `edition` for the journal."""
    at = edition.withdrawn_at or edition.published_at
    return journal.entry(WITHDRAW_WORK, edition.pk, at=at, by=edition.withdrawn_by_id)


def withdrawn_editions() -> Iterator[Entry]:
    """Every edition taken off, as the journal spells it."""
    gone = Edition.objects.filter(withdrawn_at__isnull=False)
    return (withdrawal_entry(edition) for edition in gone.iterator(chunk_size=2000))


def editions_alive(ids: Collection[str]) -> Iterable[UUID]:
    """Which of the editions `ids` are out here."""
    return Edition.objects.filter(pk__in=ids, withdrawn_at=None).values_list("pk", flat=True)


def missing_names(works: Iterable[Work]) -> dict[UUID, list[str]]:
    """Map each of `works` that a consent holds back to the nicknames of whose it is: one query."""
    barred = works_without_consent().filter(work__in=[work.pk for work in works])
    names = defaultdict[UUID, set[str]](set)
    for credit in barred.select_related("person"):
        names[credit.work_id].add(credit.person.nickname)
    return {work_id: sorted(found) for work_id, found in names.items()}


def obstacles_to_publication(work: Work) -> list[Refusal]:
    """List what stands between the newest version of `work` and the public; empty when nothing does."""
    revision = Revision.objects.select_related("work").filter(work=work).latest()
    obstacles = obstacles_to_handing_on(revision)
    if not Attestation.objects.filter(revision=revision, act=Act.PASSED).exists():
        obstacles.append(Refusal(_("A curator has to pass this version first."), code="not_passed"))
    if missing := missing_consents(work):
        names = ", ".join(person.nickname for person in missing)
        obstacles.append(
            Refusal(
                ngettext(
                    "Consent to be shown, heard or seen in public is missing for %(names)s.",
                    "Consents to be shown, heard or seen in public are missing for %(names)s.",
                    len(missing),
                ),
                code="consent_missing",
                params={"names": names},
            )
        )
    return obstacles


def files_without_pack(kind: str, name: str) -> QuerySet[Asset]:
    """Main files of published works of `kind` that are ready and of which nobody asked for the pack."""
    asked = Transcode.objects.filter(
        base=OuterRef("transcode"), part=name, wishes__has_key="of"
    )  # those of an older program do not say of which version they tell
    seen = all_published_editions().filter(kind=kind).values("revision")
    ready = Asset.objects.filter(
        role=Asset.Role.MAIN, revision__in=seen, transcode__state=Transcode.State.DONE
    )
    return (
        ready.filter(~Exists(asked))
        .select_related("original", "transcode", "revision__work__organisation")
        .order_by("pk")
    )


def packs_about_others(asset: Asset) -> list[Transcode]:
    """Packs of the file of `asset` that tell of another version, or of another work with the same bytes."""
    packs = Transcode.objects.filter(base=asset.transcode_id, part__in=PACKS)
    return [pack for pack in packs if pack.wishes.get("of") != str(asset.revision_id)]


def files_shown_elsewhere(edition: Edition) -> Iterable[Asset]:
    """Main files of works the public sees which `edition` has too; one of each, the oldest."""
    mine = Asset.objects.filter(revision=edition.revision_id, role=Asset.Role.MAIN)
    others = Asset.objects.filter(
        transcode__in=mine.values("transcode"),
        role=Asset.Role.MAIN,
        revision__in=all_published_editions().exclude(pk=edition.pk).values("revision"),
    )
    found = others.select_related("original", "transcode", "revision__work__organisation")
    return {asset.transcode_id: asset for asset in found.order_by("-pk")}.values()


def public_folders() -> set[str]:
    """Names of the rendition folders that the public may fetch now.

    A set that was made anew stays open beside its successor for a while: somebody is in the middle
    of it. A document does not, and is closed while it waits: older copies told about their makers.
    """
    shown = Asset.objects.filter(revision__in=all_published_editions().values("revision"))
    shown = shown.exclude(
        original__kind=Original.Kind.DOCUMENT, transcode__replaced_by__isnull=False
    )
    before = Transcode.objects.filter(replaced_by__in=shown.values("transcode")).exclude(
        original__kind=Original.Kind.DOCUMENT
    )
    folders = {*shown.values_list("transcode__folder", flat=True)}
    folders |= {*before.values_list("folder", flat=True)}
    return folders - {""}
