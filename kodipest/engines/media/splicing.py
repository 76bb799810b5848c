"""Make a long film in sections, and splice them while they come (sections.py says where it is cut)."""

import json
import math
import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, Self

from kodipest.engines.media.commands import SOURCE, Aside, ladder_arguments
from kodipest.engines.media.encoder import Limits, Pulse, Usage, run_encoder
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.facts import Probe
from kodipest.engines.media.ladder import Ladder, Laddered, aside_of, limits_for, means_for
from kodipest.engines.media.manifest import flush, link, put
from kodipest.engines.media.playlists import Segment, Track
from kodipest.engines.media.recipes import Recipe
from kodipest.engines.media.sections import Section
from kodipest.engines.media.taps import CUT, Tap

WORK = ".work"
ASIDE = "aside"
RECORD = "section.json"


@dataclass(frozen=True, slots=True)
class Task:
    """A section that is ours to make, and the empty folder to make it in."""

    section: Section
    folder: Path


class Crew(Protocol):
    """Who shares the sections of one film, and where those that are made lie."""

    sections: tuple[Section, ...]

    def take(self) -> Task | None:
        """Return the earliest section that nobody has begun; None when there is none."""

    def keep(self, task: Task, fraction: float) -> None:
        """Say how far one is. Raises what must end its encoder."""

    def finish(self, task: Task) -> None:
        """Let everybody have it."""

    def fail(self, task: Task, error: Unusable) -> None:
        """Give it back to be tried anew, alone. Raises `error` when that would be in vain."""

    def made(self, section: Section) -> Path | None:
        """Return the folder of one that is made, None while it is not. Raises Unusable when it failed."""

    def done_seconds(self) -> float:
        """Return how many seconds of the film are made, whoever made them."""

    def rest(self) -> None:
        """Wait a moment for the others."""


@dataclass(slots=True)
class Making:
    """One section at work in `folder`: its rungs grow there, stills and what taps found come last."""

    source: Path
    folder: Path
    probe: Probe
    recipe: Recipe
    section: Section
    taps: Sequence[Tap] = ()
    tracks: dict[str, Track] = field(init=False)

    def __post_init__(self) -> None:
        ends = math.inf if self.section.frames else self.probe.duration_seconds
        self.tracks = {
            rung.name: Track(
                rung.name, self.work, self.folder, expected_seconds=ends, section=self.section
            )
            for rung in self._encoded.rungs
        }

    @property
    def work(self) -> Path:
        return self.folder / WORK

    @property
    def _encoded(self) -> Recipe:
        """The recipe without its sound and what is copied: these are never cut."""
        return replace(
            self.recipe,
            rungs=tuple(rung for rung in self.recipe.rungs if not rung.is_copied),
            sound="",
        )

    def run(self, threads: int | None, on_seconds: Callable[[float], None]) -> None:
        """Encode it; the record, which comes last, vouches for its files. Raises Unusable."""
        self.work.mkdir(mode=0o700)
        (self.work / SOURCE).symlink_to(self.source)
        recipe = self._encoded
        aside = aside_of(self.probe, self.recipe, self.taps)
        words = ladder_arguments(
            self.probe, recipe, means_for(threads), aside, section=self.section
        )

        def tick(pulse: Pulse) -> None:
            self._advance(is_last=False)
            on_seconds(pulse.frames / float(recipe.fps))

        usage = run_encoder(words, self.work, limits_for(self.probe), tick)
        self._advance(is_last=True)
        self._verify()
        self._put_aside()
        self._record(usage)

    def _advance(self, *, is_last: bool) -> None:
        for track in self.tracks.values():
            if is_last and not track.has_begun():
                raise Unusable("encoder_failed", f"nothing came out for {track.name}")
            track.advance(is_last=is_last)

    def _verify(self) -> None:
        """See that not a frame is missing or too much: the next section begins where this one ends."""
        if self.section.frames is None:
            return
        ends = (self.section.first_frame + self.section.frames) / self.section.fps
        for track in self.tracks.values():
            assert track.init is not None  # noqa: S101 - it has begun
            if track.end != ends * track.init.timescale:
                found = f"{track.end / track.init.timescale:.3f} s, expected {float(ends):.3f} s"
                raise Unusable("encoder_failed", f"{track.name}: section ends at {found}")

    def _put_aside(self) -> None:
        (self.folder / ASIDE).mkdir()
        for path in [*self.work.glob("*.jpg"), *self.work.glob("*.txt")]:
            path.rename(self.folder / ASIDE / path.name)

    def _record(self, usage: Usage) -> None:
        shutil.rmtree(self.work)
        for path in [*self.folder.rglob("*"), self.folder]:
            flush(path)
        segments = {name: [asdict(one) for one in it.segments] for name, it in self.tracks.items()}
        cost = [usage.cpu_seconds, usage.wall_seconds, usage.peak_rss_bytes]
        told = json.dumps({"segments": segments, "usage": cost})
        put(self.folder / RECORD, told.encode())


@dataclass(frozen=True, slots=True)
class Made:
    """What a section left in its folder."""

    segments: dict[str, list[Segment]]
    usage: Usage


def read_made(folder: Path) -> Made:
    """Return what a finished section says of itself. Raises FileNotFoundError."""
    told: dict[str, Any] = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    segments = {
        name: [Segment(**one) for one in listed] for name, listed in told["segments"].items()
    }
    return Made(segments, Usage(*told["usage"]))


@dataclass(slots=True, kw_only=True)
class SplicedLadder(Ladder):
    """A part of a long film: sections in a row, and beside them what is never cut."""

    source: Path
    crew: Crew
    joined: int = 0  # sections that are in the film to their end
    making: Making | None = None
    spent: Usage = field(default_factory=lambda: Usage(0.0, 0.0, 0))

    def encode(self, threads: int | None = None) -> Laddered:
        """Make the sections that nobody else makes, splice what is there, and wait for the rest."""
        self.clock.head_start = self.crew.done_seconds() / self.clock.duration
        with Strand(self._strand_words(threads), self.work, limits_for(self.probe)) as strand:
            while self.joined < len(self.crew.sections) or not strand.has_ended:
                if task := self.crew.take():
                    self._make(task, threads, strand)
                else:
                    self.crew.rest()
                self._splice(strand)
            strand.check()
        self._gather()
        return self._end(aside_of(self.probe, self.recipe, self.taps), self.spent + strand.usage)

    def _strand_words(self, threads: int | None) -> list[str]:
        """Say how the sound and what is copied are made; nothing when there is neither."""
        copied = tuple(rung for rung in self.recipe.rungs if rung.is_copied)
        if not copied and not self.recipe.sound:
            return []
        heard = () if self.recipe.is_addition else self.taps
        aside = Aside(None, [replace(tap, picture="") for tap in heard])
        recipe = replace(self.recipe, rungs=copied)
        return ladder_arguments(self.probe, recipe, means_for(threads), aside, self.correction)

    def _make(self, task: Task, threads: int | None, strand: "Strand") -> None:
        section = task.section
        making = Making(self.source, task.folder, self.probe, self.recipe, section, self.taps)
        length = float(section.seconds_of(self.probe.duration_seconds))

        def tell(seconds: float) -> None:
            self.crew.keep(task, min(seconds / length, 0.99))
            self._splice(strand)

        self.making = making
        try:
            making.run(threads, tell)
        except Unusable as error:
            self.crew.fail(task, error)
        else:
            self.crew.finish(task)
        finally:
            self.making = None

    def _splice(self, strand: "Strand") -> None:
        """Show what has come, in its order; of a section that we make, while it grows.

        One that failed half-way and is made anew goes on where it was: every segment stands alone.
        """
        strand.check()
        for section in self.crew.sections[self.joined :]:
            if folder := self.crew.made(section):
                made = read_made(folder)
                self._append(section, folder, made.segments)
                self.spent += made.usage
                self.joined += 1
                continue
            if self.making and self.making.section == section:
                grown = {name: track.segments for name, track in self.making.tracks.items()}
                self._append(section, self.making.folder, grown)
            break
        self._publish(is_last=False)
        self.clock.tell(self.crew.done_seconds())

    def _append(self, section: Section, folder: Path, segments: dict[str, list[Segment]]) -> None:
        for track in self.tracks:
            if not track.is_copied:
                known = len(track.segments) - section.first_segment
                track.append(folder / track.name, segments[track.name][known:])

    def _gather(self) -> None:
        """Lay stills and findings of all sections where those of a film in one go would lie."""
        for section in self.crew.sections:
            folder = self.crew.made(section)
            assert folder is not None  # noqa: S101 - it was spliced
            for path in sorted((folder / ASIDE).iterdir()):
                if path.suffix == ".jpg":
                    link(path, self.work / path.name)
                    continue
                with (self.work / path.name).open("a", encoding="utf-8") as findings:
                    findings.write(f"frame:0 pts:0 pts_time:{float(section.begins):.6f}\n{CUT}=1\n")
                    findings.write(path.read_text(encoding="utf-8", errors="replace"))


class _Ended(Exception):
    """Nobody needs the strand any more."""


class Strand:
    """An encoder beside the others, in a thread of its own; `check` raises what went wrong with it."""

    def __init__(self, words: list[str], folder: Path, limits: Limits) -> None:
        self._run = (words, folder, limits)
        self._leaving = threading.Event()
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._encode, daemon=True)
        self.usage = Usage(0.0, 0.0, 0)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._leaving.set()
        self._thread.join()

    @property
    def has_ended(self) -> bool:
        """Say whether it is through."""
        return not self._thread.is_alive()

    def check(self) -> None:
        """Raise what ended it too early."""
        if self._error:
            raise self._error

    def _encode(self) -> None:
        words, folder, limits = self._run
        try:
            if words:
                self.usage = run_encoder(words, folder, limits, self._tick)
        except _Ended:
            return  # `__exit__` asked for it: what ended the film is told by whoever left
        except Exception as error:  # noqa: BLE001 - told to whoever waits
            self._error = error

    def _tick(self, _pulse: Pulse) -> None:
        if self._leaving.is_set():
            raise _Ended
