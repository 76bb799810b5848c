"""What waits for a person, role by role: read from the inboxes of the stages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kodipest.people.models import Organisation, Person, Role
from kodipest.people.queries import organisations_of, roles_of
from kodipest.stages.coaching.queries import waiting_for_coach
from kodipest.stages.curation.queries import waiting_for_curator
from kodipest.stages.incubation.queries import works_in_incubation
from kodipest.stages.publication.queries import (
    editions_held_back,
    missing_names,
    waiting_for_channel,
)
from kodipest.web.today.funnel import Funnel, draw_funnel
from kodipest.works.queries import works_by, works_per_stage
from kodipest.works.standing import Standing
from kodipest.works.studio import Standings, standings_of

SHOWN = 5
LOOKED_AT = 60  # newest works of a maker that are looked through for what is to be done
URGENCY = {
    Standing.RETURNED: 0,
    Standing.APPROVED: 1,
    Standing.REWORKED: 2,
    Standing.DRAFT: 3,
    Standing.GROWING: 4,
}


@dataclass(frozen=True)
class Item:
    """One line that waits."""

    title: str
    url: str
    text: str = ""
    tag: str = ""
    tone: str = ""
    since: datetime | None = None
    percent: int | None = None
    kind: str = ""


@dataclass(frozen=True)
class Action:
    """The one thing to do first."""

    title: str
    text: str
    url: str
    action: str


@dataclass(frozen=True)
class Section:
    """What waits in one role."""

    key: str
    title: str
    empty: str
    items: list[Item] = field(default_factory=list)
    count: int = 0
    more_url: str = ""
    funnel: Funnel | None = None
    first: Action | None = None

    @property
    def has_more(self) -> bool:
        """Say whether there is more than is shown."""
        return self.count > len(self.items)


def sections_for(person: Person) -> list[Section]:
    """List what waits for `person`, the roles in the order of the journey."""
    held = roles_of(person)
    return [
        section
        for roles, build in BUILDERS
        if held & roles or (person.is_superuser and Role.PROGRAMME_MANAGER in roles)
        for section in build(person)
    ]


def first_of(sections: list[Section]) -> Action | None:
    """Choose the one thing to do first: what others wait for goes before what is one's own."""
    return next((section.first for section in reversed(sections) if section.first), None)


def for_maker(person: Person) -> Iterator[Section]:
    """Works that came back, works to finish, files being prepared."""
    told = standings_of(list(works_by(person)[:LOOKED_AT]))
    to_do = sorted(
        (each for each in told if each.is_your_turn),
        key=lambda each: (URGENCY[each.standing], each.work.stage_since),
    )
    yield Section(
        key="mine",
        title=_("My works"),
        empty=_("Nothing of yours waits for you."),
        items=[work_item(each) for each in to_do[:SHOWN]],
        count=len(to_do),
        more_url=reverse("studio"),
        first=first_for_maker(to_do, has_works=bool(told)),
    )
    busy = [each for each in told if each.unfinished]
    if busy:
        yield Section(
            key="preparing",
            title=_("Being prepared for watching"),
            empty="",
            items=[
                Item(
                    title=each.revision.title,
                    url=reverse("studio_work", args=[each.work.pk]),
                    percent=min(each.unfinished),
                    kind=each.work.kind,
                )
                for each in busy[:SHOWN]
            ],
            count=len(busy),
            more_url=reverse("studio"),
        )


def work_item(told: Standings) -> Item:
    """Show one work of a maker."""
    return Item(
        title=told.revision.title,
        url=reverse("studio_work", args=[told.work.pk]),
        text=told.next,
        tag=str(told.standing.label),
        tone=told.tone,
        kind=told.work.kind,
    )


def first_for_maker(to_do: list[Standings], *, has_works: bool) -> Action | None:
    """Say what a maker does first."""
    if not has_works:
        return Action(
            _("Start your first work"),
            _("A film, a recording, an article, a poster, a comic or a book: one title is enough."),
            reverse("studio_new"),
            _("Start a work"),
        )
    if not to_do:
        return None
    told = to_do[0]
    url = reverse("studio_work", args=[told.work.pk])
    return Action(told.revision.title, told.next, url, _("Open the work"))


def for_coach(person: Person) -> Iterator[Section]:
    """Works that wait for a word of the mentor."""
    waiting = waiting_for_coach(person)
    works, count = list(waiting[:SHOWN]), waiting.count()
    items = [
        Item(
            title=work.title,
            url=reverse("coaching_review", args=[work.pk]),
            text=work.organisation.name,
            since=work.stage_since,
            kind=work.kind,
        )
        for work in works
    ]
    yield Section(
        key="coaching",
        title=_("Waits for your word"),
        empty=_("No work waits for a mentor."),
        items=items,
        count=count,
        more_url=reverse("coaching"),
        first=longest_waiting(items, _("A santri waits for your word"), _("Look at it")),
    )


def longest_waiting(items: list[Item], title: str, action: str) -> Action | None:
    """Send a person to what has waited longest."""
    return Action(title, items[0].title, items[0].url, action) if items else None


def for_curator(person: Person) -> Iterator[Section]:
    """Submissions without a verdict; no names."""
    waiting = waiting_for_curator(person)
    submissions, count = list(waiting[:SHOWN]), waiting.count()
    items = [
        Item(
            title=each.revision.title,
            url=reverse("curation_review", args=[each.pk]),
            text=each.work.get_kind_display(),
            since=each.submitted_at,
            kind=each.work.kind,
        )
        for each in submissions
    ]
    yield Section(
        key="curation",
        title=_("Waits for your verdict"),
        empty=_("No work waits for a curator."),
        items=items,
        count=count,
        more_url=reverse("curation"),
        first=longest_waiting(items, _("A work waits for your verdict"), _("Look at it")),
    )


def for_manager(person: Person) -> Iterator[Section]:
    """Passed works without a channel, works in incubation, editions held back by a consent."""
    yield waiting_section(person)
    yield held_section(person)
    growing = works_in_incubation(person)
    yield Section(
        key="incubation",
        title=_("In incubation"),
        empty=_("No work is in incubation."),
        items=[
            Item(
                title=work.title,
                url=reverse("incubation_work", args=[work.pk]),
                text=work.organisation.name,
                since=work.stage_since,
                kind=work.kind,
            )
            for work in growing[:SHOWN]
        ],
        count=growing.count(),
        more_url=reverse("incubation"),
    )
    yield stage_section(None)


def waiting_section(person: Person) -> Section:
    """Passed works that wait for a channel; those that may come out at once lead the way."""
    waiting = waiting_for_channel(person)
    works, count = list(waiting[:SHOWN]), waiting.count()
    missing = missing_names(works)
    items = [
        Item(
            title=work.title,
            url=reverse("publication_publish", args=[work.pk]),
            text=consents_missing(missing[work.pk])
            if work.pk in missing
            else work.organisation.name,
            tag=_("Consent missing") if work.pk in missing else _("Ready"),
            tone="clay" if work.pk in missing else "",
            since=work.stage_since,
            kind=work.kind,
        )
        for work in works
    ]
    ready = [item for item, work in zip(items, works, strict=True) if work.pk not in missing]
    return Section(
        key="channel",
        title=_("Waits for a channel"),
        empty=_("No passed work waits for a channel."),
        items=items,
        count=count,
        more_url=reverse("publication"),
        first=longest_waiting(ready, _("A passed work waits for a channel"), _("Publish it")),
    )


def held_section(person: Person) -> Section:
    """Editions that are out but not seen, and whose consent holds them back."""
    held = editions_held_back(person)
    editions, count = list(held[:SHOWN]), held.count()
    missing = missing_names([edition.work for edition in editions])
    return Section(
        key="held",
        title=_("Held back by a consent"),
        empty=_("Everybody can see every published work."),
        items=[
            Item(
                title=edition.revision.title,
                url=reverse("studio_work", args=[edition.work_id]),
                text=consents_missing(missing[edition.work_id]),
                tag=edition.channel.name,
                tone="clay",
                kind=edition.kind,
            )
            for edition in editions
        ],
        count=count,
        more_url=reverse("publication_out"),
    )


def consents_missing(names: list[str]) -> str:
    """Say whose consent is missing."""
    words = ngettext(
        "The consent of %(names)s is missing.", "The consents of %(names)s are missing.", len(names)
    )
    return words % {"names": ", ".join(names)}


def for_house(person: Person) -> Iterator[Section]:
    """The works of the house by stage."""
    for house in organisations_of(person, Role.KIAI, Role.OPERATOR):
        yield stage_section(house)


def stage_section(house: Organisation | None) -> Section:
    """Draw the works of `house`, or of all houses, by stage."""
    funnel = draw_funnel(works_per_stage(house))
    return Section(
        key=f"stages-{house.slug}" if house else "stages",
        title=_("Works of %(house)s by stage") % {"house": house}
        if house
        else _("All works by stage"),
        empty=_("No work has been started yet."),
        count=funnel.total,
        funnel=funnel,
    )


Builder = Callable[[Person], Iterator[Section]]
BUILDERS: list[tuple[set[Role], Builder]] = [
    ({Role.SANTRI}, for_maker),
    ({Role.COACH}, for_coach),
    ({Role.CURATOR}, for_curator),
    ({Role.PROGRAMME_MANAGER}, for_manager),
    ({Role.KIAI, Role.OPERATOR}, for_house),
]
