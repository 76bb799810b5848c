"""What a program noticed in the film or sound of a version, for those who work on it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from kodipest.engines.media import plots
from kodipest.engines.media.advice import Topic, topics
from kodipest.engines.media.checks.findings import Finding, worst_first
from kodipest.engines.media.models import Examination
from kodipest.engines.media.plots import Plot
from kodipest.people.models import Person
from kodipest.works.models import Asset, Revision, Work
from kodipest.works.queries import works_seen_by

PLAYED = {"video", "audio"}


@dataclass(frozen=True)
class Noticed:
    """The findings in words, the works that show or sound the same, and two curves.

    `similar` names only works that the reader may look into; a finding says that there are others.
    """

    topics: Sequence[Topic]
    similar: Sequence[Work]
    plots: Sequence[Plot]
    has_looked: bool
    is_film: bool

    @property
    def to_change(self) -> list[Topic]:
        """What is better changed, or looked at before anybody else does."""
        return [topic for topic in self.topics if topic.about.severity != "note"]

    @property
    def to_know(self) -> list[Topic]:
        """What is good to know, and may well be meant."""
        return [topic for topic in self.topics if topic.about.severity == "note"]


def noticed_in(revision: Revision, *, reader: Person) -> Noticed | None:
    """Say what was noticed in the main file of `revision`; None while nothing was measured.

    One query; one more for captions, and two where something alike was here before.
    """
    main = revision.main
    if main is None or main.original.kind not in PLAYED:
        return None
    examination = Examination.objects.filter(original_id=main.original_id).first()
    if examination is None:
        return None
    report = examination.report
    elsewhere = _elsewhere(examination, revision.work)
    findings = [Finding.from_dict(one) for one in report["findings"]]
    findings += _about_captions(revision, has_sound=main.original.probe.get("has_audio", False))
    findings += _about_others(examination, set(elsewhere))
    curves = report.get("curves") or {}
    drawn = (
        plots.loudness_plot(curves.get("loudness")),
        plots.bit_rate_plot(curves.get("bit_rate")),
    )
    return Noticed(
        topics=topics(worst_first(findings)),
        similar=_shown_to(reader, elsewhere.values()),
        plots=[plot for plot in drawn if plot],
        has_looked=bool(report.get("looked")),
        is_film=main.original.kind == "video",
    )


def _about_captions(revision: Revision, *, has_sound: bool) -> list[Finding]:
    if not revision.caption_languages:
        return [Finding("captions_missing", "note")] if has_sound else []
    from kodipest.engines.media.checks.language import captions_findings

    texts = {
        captions.language: " ".join(cue.text for cue in captions.told)
        for captions in revision.captions.all()
    }
    return captions_findings(texts, has_sound=has_sound)


def _elsewhere(examination: Examination, work: Work) -> dict[str, set[UUID]]:
    """Map each similar original to the works it is the main file of, other than `work` itself."""
    alike = [one["original"] for one in examination.similar]
    if not alike:
        return {}
    found = Asset.objects.filter(original_id__in=alike, role=Asset.Role.MAIN)
    works = defaultdict[str, set[UUID]](set)
    pairs = found.exclude(revision__work=work).values_list("original_id", "revision__work_id")
    for original_id, work_id in pairs:
        works[str(original_id)].add(work_id)
    return works


def _about_others(examination: Examination, elsewhere: set[str]) -> list[Finding]:
    alike = [one for one in examination.similar if one["original"] in elsewhere]
    found = list[Finding]()
    if share := max((one["picture"] for one in alike), default=0.0):
        found.append(Finding("similar_picture", "advice", value=share))
    heard = [one["sound"] for one in alike if one["sound"]]
    if heard:
        longest = max(heard, key=lambda sound: float(sound["end"] - sound["start"]))
        found.append(
            Finding("similar_sound", "advice", longest["start"], longest["end"], longest["alike"])
        )
    return found


def _shown_to(reader: Person, works: Iterable[set[UUID]]) -> list[Work]:
    ids = set[UUID]().union(*works)
    return list(works_seen_by(reader).filter(pk__in=ids).order_by("pk")) if ids else []
