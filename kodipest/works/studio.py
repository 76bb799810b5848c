"""The desk of a work: what its makers see, and the seam at which stages bring their part.

A stage knows works, works know no stage. So a stage registers what it offers as the next step and
what was said about a work there, and the page asks everyone who registered.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from django.forms import BaseForm

from kodipest.kernel.errors import Refusal
from kodipest.people.models import Person
from kodipest.works.journey import Stage
from kodipest.works.models import Attestation, Passage, Revision, Work
from kodipest.works.preview import poster_of
from kodipest.works.queries import newest_revisions, works_without_consent
from kodipest.works.standing import (
    TONES,
    WHAT_NEXT,
    WITH_WHOM,
    YOUR_TURN,
    Standing,
    Stop,
    standing_of,
    stops_of,
)


@dataclass(frozen=True)
class Step:
    """One thing that may come next. Without `url` it only tells what the work waits for."""

    title: str
    text: str
    url: str = ""
    action: str = ""
    order: int = 0
    is_link: bool = False
    obstacles: Sequence[Refusal] = ()
    form_name: str = ""
    form: BaseForm | None = None


class Voice(NamedTuple):
    """What somebody said about one version."""

    at: datetime
    title: str
    number: int
    who: str = ""
    text: str = ""
    praise: str = ""
    scores: Sequence[tuple[str, int]] = ()


@dataclass(frozen=True)
class Standings:
    """A work as its makers' list shows it."""

    work: Work
    revision: Revision
    standing: Standing
    stops: list[Stop]
    poster: str

    @property
    def next(self) -> str:
        """What happens next, in a sentence to its makers."""
        return str(WHAT_NEXT[self.standing])

    @property
    def with_whom(self) -> str:
        """Who has it now, in a sentence to everybody else."""
        return str(WITH_WHOM[self.standing])

    @property
    def tone(self) -> str:
        """The colour of its tag."""
        return TONES.get(self.standing, "")

    @property
    def is_your_turn(self) -> bool:
        """Say whether the next step is the makers'."""
        return self.standing in YOUR_TURN

    @property
    def unfinished(self) -> list[int]:
        """Per cent done of each file that is still being prepared."""
        return [
            round(asset.transcode.progress * 100)
            for asset in self.revision.files
            if asset.transcode.state in {"waiting", "running"}
        ]


@dataclass
class Desk:
    """Everything the page of one work asks its contributors about."""

    work: Work
    revision: Revision
    standing: Standing
    person: Person
    forms: Mapping[str, BaseForm] = field(default_factory=dict)


Offer = Callable[[Desk], Iterable[Step]]
Memory = Callable[[Work], Iterable[Voice]]
_offers: list[Offer] = []
_memories: list[Memory] = []


def contribute(*, steps: Offer | None = None, voices: Memory | None = None) -> None:
    """Let a stage take part in the desk; called once, when its app is ready."""
    if steps and steps not in _offers:
        _offers.append(steps)
    if voices and voices not in _memories:
        _memories.append(voices)


def steps_on(desk: Desk) -> list[Step]:
    """List what may come next, the most likely first; a form that was refused keeps its words."""
    offered = sorted(
        (step for offer in _offers for step in offer(desk)), key=lambda step: step.order
    )
    return [
        replace(step, form=desk.forms[step.form_name]) if step.form_name in desk.forms else step
        for step in offered
    ]


def voices_on(work: Work) -> list[Voice]:
    """List what mentors and curators said about `work`, newest first."""
    said = (voice for memory in _memories for voice in memory(work))
    return sorted(said, key=lambda voice: voice.at, reverse=True)


def standings_of(works: Iterable[Work]) -> list[Standings]:
    """Tell how each of `works` stands: five queries for a page, however many works it has."""
    works = list(works)
    newest = newest_revisions(works)
    acts = defaultdict[object, set[str]](set)
    vouched = Attestation.objects.filter(revision__in=[each.pk for each in newest.values()])
    for work_id, act in vouched.values_list("work_id", "act"):
        acts[work_id].add(act)
    grown = set(
        Passage.objects.filter(work__in=works, to_stage=Stage.INCUBATION).values_list(
            "work_id", flat=True
        )
    )
    barred = set(works_without_consent().filter(work__in=works).values_list("work_id", flat=True))
    found = []
    for work in works:
        revision = newest[work.pk]
        revision.work = work
        standing = standing_of(work.stage, revision, acts[work.pk], is_barred=work.pk in barred)
        stops = stops_of(work, grew=work.pk in grown)
        found.append(Standings(work, revision, standing, stops, poster_of(revision)))
    return found
