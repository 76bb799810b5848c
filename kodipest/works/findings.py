"""What a program noticed in the film, sound or pictures of a version, for those who work on it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from kodipest.engines.media import plots
from kodipest.engines.media.advice import Topic, topics
from kodipest.engines.media.checks.findings import Finding, worst_first
from kodipest.engines.media.models import Examination
from kodipest.engines.media.plots import Plot
from kodipest.people.models import Person
from kodipest.works.journey import Stage
from kodipest.works.models import Asset, Revision, Work
from kodipest.works.queries import works_seen_by

PLAYED = {"video", "audio"}
SEEN = {"video", "image"}


@dataclass(frozen=True)
class Noticed:
    """The findings in words, the works that show or sound the same, and two curves.

    `similar` names only works that the reader may look into; a finding says that there are others.
    `looked_at` of the `file_count` main files were examined yet.
    """

    topics: Sequence[Topic]
    similar: Sequence[Work]
    plots: Sequence[Plot]
    has_looked: bool
    kind: str
    looked_at: int
    file_count: int

    @property
    def is_played(self) -> bool:
        """Say whether it has times."""
        return self.kind in PLAYED

    @property
    def is_seen(self) -> bool:
        """Say whether somebody may be seen in it."""
        return self.kind in SEEN

    @property
    def is_whole(self) -> bool:
        """Say whether every file was examined."""
        return self.looked_at == self.file_count

    @property
    def to_change(self) -> list[Topic]:
        """What is better changed, or looked at before anybody else does."""
        return [topic for topic in self.topics if topic.about.severity != "note"]

    @property
    def to_know(self) -> list[Topic]:
        """What is good to know, and may well be meant."""
        return [topic for topic in self.topics if topic.about.severity == "note"]


def noticed_in(revision: Revision, *, reader: Person) -> Noticed | None:
    """Say what was noticed in the main files of `revision`; None while nothing was measured.

    Two queries; one more for captions, and one or two where something alike was here before.
    """
    main = revision.main
    if main is None or main.original.kind not in PLAYED | SEEN:
        return None
    examined = _examined(revision)
    if not examined:
        return None
    earlier = _earlier(examined.values(), revision.work, reader)
    findings = [one for at in examined.items() for one in _found(*at, set(earlier))]
    if main.original.kind in PLAYED:
        has_sound = main.original.probe.get("has_audio", False)
        findings += _about_captions(revision, has_sound=has_sound)
    curves = examined[min(examined)].report.get("curves") or {}
    drawn = (
        plots.loudness_plot(curves.get("loudness")),
        plots.bit_rate_plot(curves.get("bit_rate")),
    )
    return Noticed(
        topics=topics(worst_first(findings)),
        similar=_shown_to(reader, earlier.values()),
        plots=[plot for plot in drawn if plot],
        has_looked=all(one.report.get("looked") for one in examined.values()),
        kind=main.original.kind,
        looked_at=len(examined),
        file_count=len(revision.main_files),
    )


def _examined(revision: Revision) -> dict[int, Examination]:
    """Map the pages of a comic, counted from 1, to what was measured on them; 0 is the only file."""
    files = revision.main_files
    first = 0 if len(files) == 1 else 1
    rows = Examination.objects.filter(original__in=[file.original_id for file in files])
    by_original = {row.original_id: row for row in rows.select_related("original")}
    return {
        number: by_original[file.original_id]
        for number, file in enumerate(files, first)
        if file.original_id in by_original
    }


def _found(page: int, examination: Examination, earlier: set[tuple[str, str]]) -> list[Finding]:
    """Return what was found on one file, with its page if it is one of several."""
    found = [Finding.from_dict(one) for one in examination.report["findings"]]
    found += _about_others(examination, earlier)
    return [replace(one, page=page) for one in found] if page else found


def _about_captions(revision: Revision, *, has_sound: bool) -> list[Finding]:
    if not revision.caption_languages:
        return [Finding("captions_missing", "note")] if has_sound else []
    from kodipest.engines.media.checks.language import captions_findings

    texts = {
        captions.language: " ".join(cue.text for cue in captions.told)
        for captions in revision.captions.all()
    }
    return captions_findings(texts, has_sound=has_sound)


def _earlier(
    examined: Iterable[Examination], work: Work, reader: Person
) -> dict[tuple[str, str], set[UUID]]:
    """Map pairs of an original of `work` and one like it to the other works that had that before.

    Makers hear of what is out and of what they may see, nothing of drafts in other houses.
    """
    pairs = {(mine, one["original"]) for each in examined for mine, one in _pairs(each)}
    files = Asset.objects.filter(
        original_id__in={original for pair in pairs for original in pair}, role=Asset.Role.MAIN
    )
    rows = list(files.values_list("pk", "original_id", "revision__work_id"))
    begun = dict[str, UUID]()  # since when this work has each of its files: ids tell the time
    for pk, original_id, work_id in rows:
        if work_id == work.pk:
            begun[str(original_id)] = min(pk, begun.get(str(original_id), pk))
    found = defaultdict[tuple[str, str], set[UUID]](set)
    for mine, other in pairs:
        for pk, original_id, work_id in rows:
            if str(original_id) == other and work_id != work.pk and pk < begun.get(mine, pk):
                found[mine, other].add(work_id)
    if found and reader.has_perm("works.change_work", work):
        return _known(found, reader)
    return found


def _pairs(examination: Examination) -> Iterator[tuple[str, dict[str, Any]]]:
    return ((str(examination.original_id), one) for one in _alike(examination))


def _known(
    found: dict[tuple[str, str], set[UUID]], reader: Person
) -> dict[tuple[str, str], set[UUID]]:
    ids = set[UUID]().union(*found.values())
    out = Work.objects.filter(pk__in=ids, stage=Stage.PUBLICATION).values_list("pk", flat=True)
    seen = works_seen_by(reader).filter(pk__in=ids).values_list("pk", flat=True)
    known = {*out, *seen}
    return {pair: works & known for pair, works in found.items() if works & known}


def _alike(examination: Examination) -> list[dict[str, Any]]:
    """List what was here before, and the same bytes: somebody else may have sent them too."""
    original = examination.original
    end = original.probe.get("duration_seconds")
    equal = {
        "original": str(original.pk),
        "picture": float(original.kind in SEEN),
        "sound": {"start": 0, "end": end, "alike": 1} if original.probe.get("has_audio") else None,
    }
    return [*examination.similar, equal]


def _about_others(examination: Examination, earlier: set[tuple[str, str]]) -> list[Finding]:
    alike = [one for mine, one in _pairs(examination) if (mine, one["original"]) in earlier]
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
