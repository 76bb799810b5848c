"""The one door: an original in, a folder that every screen can play out."""

import errno
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kodipest.engines.media.apart import make_apart
from kodipest.engines.media.commands import SOUND_FILE, SOURCE
from kodipest.engines.media.dash import DASH
from kodipest.engines.media.encoder import Usage, encoder_name
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.facts import Probe
from kodipest.engines.media.images import POSTER, POSTER_SMALL
from kodipest.engines.media.ladder import Ladder
from kodipest.engines.media.loudness import Loudness, correction, measure
from kodipest.engines.media.manifest import Manifest, Picture, folder_bytes, write_manifest
from kodipest.engines.media.playlists import MASTER
from kodipest.engines.media.progress import Clock, Listener, Progress
from kodipest.engines.media.recipes import DEFAULT_PRESET, Recipe, recipe_for
from kodipest.engines.media.sound import Sound
from kodipest.engines.media.splicing import Crew, SplicedLadder
from kodipest.engines.media.taps import Tap

__all__ = ["Progress", "prepare"]

WORK = ".work"
NO_SPACE_BELOW_BYTES = 1024**2
_FULL = {errno.ENOSPC, errno.EDQUOT}


def prepare(  # noqa: PLR0913 - each of the words may be left out
    source: Path,
    out: Path,
    *,
    probe: Probe,
    recipe: Recipe | None = None,
    loudness: Loudness | None = None,
    taps: Sequence[Tap] = (),
    on_progress: Listener | None = None,
    threads: int | None = None,
    preset: str = DEFAULT_PRESET,
    crew: Crew | None = None,
) -> Manifest:
    """Fill the empty folder `out` with one part of what `source` becomes; return its manifest.

    Without a `recipe`: everything at once, at `preset`. `out` may be served while it grows: a file
    there is always whole, and `manifest.json` comes last. An addition gets no master playlist and
    is never playable by itself: joining.py adds it to its base. `loudness` is that of the base's
    manifest, if it has been measured. With a `crew` a film is made in its sections.
    Raises Unusable; whatever `on_progress` raises stops the encoder and passes through, and
    `out` then holds a beginning without a manifest.
    """
    recipe = recipe or recipe_for(probe.kind, probe, preset)
    listener = on_progress or _ignore
    job = _Job(source, out, probe, recipe, listener, threads, loudness, taps, crew)
    try:
        return job.run()
    except OSError as error:
        if error.errno in _FULL and error is not job.raised_by_listener:
            raise Unusable("no_space", str(error)) from error
        raise
    except Unusable as error:
        # The HLS muxer does not always say why it could not write.
        free = shutil.disk_usage(job.out).free
        if error.code == "encoder_failed" and free < NO_SPACE_BELOW_BYTES:
            raise Unusable("no_space", f"{free} bytes free; {error.detail}") from error
        raise
    finally:
        shutil.rmtree(job.work, ignore_errors=True)


def _ignore(_progress: Progress) -> None:
    """Nobody waits."""


@dataclass(slots=True)
class _Job:
    """One preparation, with the private folder in which its encoder works."""

    source: Path
    out: Path
    probe: Probe
    recipe: Recipe
    listener: Listener
    threads: int | None
    loudness: Loudness | None
    taps: Sequence[Tap]
    crew: Crew | None
    raised_by_listener: BaseException | None = None
    clock: Clock = field(init=False)
    own_cpu: float = field(default_factory=time.thread_time)

    def __post_init__(self) -> None:
        self.source = self.source.resolve(strict=True)
        self.clock = Clock(max(self.probe.duration_seconds, 0.001), self._tell)

    @property
    def work(self) -> Path:
        return self.out / WORK

    def run(self) -> Manifest:
        self.out.mkdir(parents=True, exist_ok=True)
        if any(self.out.iterdir()):
            raise FileExistsError(errno.ENOTEMPTY, "prepare() wants an empty folder", str(self.out))
        makers: dict[str, Callable[[], Manifest]] = {
            "video": self._film,
            "audio": self._sound,
            "image": self._still,
            "document": self._still,
        }
        manifest = makers[self.probe.kind]()
        shutil.rmtree(self.work, ignore_errors=True)
        write_manifest(manifest, self.out)
        self.clock.tell(self.probe.duration_seconds, is_finished=True)
        return manifest

    def _tell(self, progress: Progress) -> None:
        try:
            self.listener(progress)
        except BaseException as error:
            self.raised_by_listener = error
            raise

    def _open_work(self) -> None:
        self.work.mkdir(mode=0o700)
        (self.work / SOURCE).symlink_to(self.source)

    def _film(self) -> Manifest:
        self._open_work()
        listening = self._listen()
        made = self._ladder(correction(self.loudness)).encode(self.threads)
        return self._manifest(
            duration_seconds=round(made.duration_seconds, 3),
            width=made.rungs[-1].width,
            height=made.rungs[-1].height,
            master=None if self.recipe.is_addition else MASTER,
            dash=None if self.recipe.is_addition else DASH,
            rungs=made.rungs,
            sounds=made.sounds,
            storyboard=made.storyboard,
            loudness=self.loudness.as_dict() if self.loudness else None,
            measured=made.measured,
            usage=listening + made.usage,
            has_poster=made.has_poster,
        )

    def _ladder(self, louder: str) -> Ladder:
        facts = (self.probe, self.recipe, self.work, self.out, self.clock, louder, self.taps)
        if self.crew is None:
            return Ladder(*facts)
        return SplicedLadder(*facts, source=self.source, crew=self.crew)

    def _listen(self) -> Usage:
        """Measure the loudness, unless this part has no sound or somebody has done it before."""
        if not self.recipe.sound or self.loudness:
            return Usage(0.0, 0.0, 0)
        self.loudness, usage = measure(self.probe, self.work, lambda _pulse: self.clock.tell(0))
        return usage

    def _sound(self) -> Manifest:
        self._open_work()
        listening = self._listen()
        sound = Sound(self.probe, self.recipe, self.work, self.out, self.clock, self.taps)
        sound.correction = correction(self.loudness)
        made = sound.encode()
        return self._manifest(
            duration_seconds=round(made.duration_seconds, 3),
            master=MASTER,
            rungs=made.rungs,
            file=SOUND_FILE,
            downloads=made.downloads,
            peaks=made.peaks,
            loudness=self.loudness.as_dict() if self.loudness else None,
            measured=made.measured,
            usage=listening + made.usage,
            has_poster=made.has_poster,
        )

    def _still(self) -> Manifest:
        """Make a picture or a document, in a process apart."""
        made = make_apart(self.probe.container, self.source, self.out, self._tick)
        facts = dict(made.facts)
        facts["images"] = [Picture(**each) for each in facts.get("images", [])]
        measured = {tap.name: tap.read(self.out, self.probe) for tap in self.taps}
        return self._manifest(usage=made.usage, measured=measured, **facts)

    def _tick(self, fraction: float) -> None:
        self.clock.tell(fraction * self.clock.duration)

    def _manifest(
        self, *, usage: Usage | None = None, has_poster: bool = False, **made: Any
    ) -> Manifest:
        """Add what it cost and what it weighs. Our own work counts as well as the encoder's."""
        cost = usage or Usage(0.0, 0.0, 0)
        first = self.clock.first_playable_seconds
        return Manifest(
            kind=self.probe.kind,
            parts=[self.recipe.part],
            bytes=folder_bytes(self.out) - folder_bytes(self.work),
            cpu_seconds=round(cost.cpu_seconds + time.thread_time() - self.own_cpu, 3),
            wall_seconds=round(self.clock.elapsed(), 3),
            first_playable_seconds=None if first is None else round(first, 3),
            peak_rss_bytes=cost.peak_rss_bytes,
            encoder=encoder_name() if made.get("rungs") else "",
            poster=POSTER if has_poster else None,
            poster_small=POSTER_SMALL if has_poster else None,
            **made,
        )
