"""Films: one ffmpeg decodes once and writes every rung, the sound, and the frames for stills."""

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kodipest.engines.media.commands import CANDIDATE, SHOT, Aside, Means, ladder_arguments
from kodipest.engines.media.dash import write_dash
from kodipest.engines.media.encoder import Limits, Pulse, Usage, has_filter, has_option, run_encoder
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.facts import Probe
from kodipest.engines.media.manifest import Rendition, SoundSet, Storyboard
from kodipest.engines.media.masters import write_master
from kodipest.engines.media.playlists import Track, average_bits, peak_bits
from kodipest.engines.media.progress import Clock
from kodipest.engines.media.recipes import Recipe, Rung
from kodipest.engines.media.stills import publish_poster, tiles_for, write_storyboard
from kodipest.engines.media.taps import Tap

SOUND_CODEC = "mp4a.40.2"
# A segment may exceed the ceiling while the buffer of the encoder empties; the true peak is
# written when it is known.
PROMISE = 1.25
DURATION_TOLERANCE_SECONDS = 1.0
DURATION_TOLERANCE = 0.03


@dataclass(frozen=True, slots=True)
class Laddered:
    """What a finished ladder hands to the manifest."""

    rungs: list[Rendition]
    sounds: list[SoundSet]
    has_poster: bool
    storyboard: Storyboard | None
    measured: dict[str, Any]
    usage: Usage
    duration_seconds: float


@dataclass(slots=True)
class Ladder:
    """One part of a film being encoded: published in `out` while it grows in `work`."""

    probe: Probe
    recipe: Recipe
    work: Path
    out: Path
    clock: Clock
    correction: str = ""
    taps: Sequence[Tap] = ()
    tracks: list[Track] = field(init=False)
    sound: Track | None = field(init=False)
    is_open: bool = False

    def __post_init__(self) -> None:
        recipe = self.recipe
        home = recipe.part if recipe.is_addition else ""
        expected = self.probe.duration_seconds

        def track(name: str, *, is_copied: bool = False) -> Track:
            return Track(name, self.work, self.out, home, is_copied, expected)

        self.tracks = [track(rung.name, is_copied=rung.is_copied) for rung in recipe.rungs]
        self.sound = track(recipe.sound) if recipe.sound else None

    @property
    def everything(self) -> list[Track]:
        return [*self.tracks, self.sound] if self.sound else self.tracks

    def encode(self, threads: int | None = None) -> Laddered:
        """Encode to the end, publish as it grows, verify, and write the true master playlist.

        Raises Unusable with `encoder_failed`, `damaged` or `no_space`; what the listener raises
        passes through.
        """
        aside = aside_of(self.probe, self.recipe, self.taps)
        means = means_for(threads)
        arguments = ladder_arguments(self.probe, self.recipe, means, aside, self.correction)
        usage = run_encoder(arguments, self.work, limits_for(self.probe), self._tick)
        return self._end(aside, usage)

    def _end(self, aside: Aside, usage: Usage) -> Laddered:
        self._publish(is_last=True)
        for track in self.everything:
            verify_track(track, self.probe.duration_seconds)
        return self._laddered(aside, usage)

    def _laddered(self, aside: Aside, usage: Usage) -> Laddered:
        rungs = [self._finished(*pair) for pair in zip(self.recipe.rungs, self.tracks, strict=True)]
        sounds = [self._sound_set(self.sound)] if self.sound else []
        if not self.recipe.is_addition:
            write_master(self.out, rungs, sounds)
            write_dash(self.out, rungs, sounds)
        shots, duration = self._frames(SHOT), self.tracks[0].seconds
        board = None
        if aside.tiles and shots:
            board = write_storyboard(shots, aside.tiles, duration, self.out)
        return Laddered(
            rungs=rungs,
            sounds=sounds,
            has_poster=publish_poster(self._frames(CANDIDATE), self.out),
            storyboard=board,
            measured={tap.name: tap.read(self.work, self.probe) for tap in aside.taps},
            usage=usage,
            duration_seconds=duration,
        )

    def _tick(self, pulse: Pulse) -> None:
        self._publish(is_last=False)
        self.clock.tell(pulse.frames / self._fps(self.recipe.rungs[0]))

    def _fps(self, rung: Rung) -> float:
        return self.probe.fps if rung.is_copied else float(self.recipe.fps)

    def _publish(self, *, is_last: bool) -> None:
        """Show what is whole. Nothing is shown before every rung has begun.

        The rungs begin within a tenth of a second of each other, and a player that read a master
        playlist with rungs missing would never hear of them.
        """
        if not self.is_open and not all(track.has_begun() for track in self.everything):
            if is_last:
                silent = [track.name for track in self.everything if not track.has_begun()]
                raise Unusable("encoder_failed", f"nothing came out for {silent}")
            return
        for track in self.everything:
            track.advance(is_last=is_last)
        if not self.is_open:
            self.is_open = True
            self._open()

    def _open(self) -> None:
        """Let players in: the master names every rung. An addition waits until it joins."""
        rungs = [self._promised(*pair) for pair in zip(self.recipe.rungs, self.tracks, strict=True)]
        if self.recipe.is_addition:
            return
        sounds = [self._sound_set(self.sound)] if self.sound else []
        write_master(self.out, rungs, sounds, is_growing=True)
        self.clock.note_playable()

    def _promised(self, rung: Rung, track: Track) -> Rendition:
        """Describe a rung that has begun: the ceiling stands in for the true bit rate."""
        codec = track.init.codec if track.init else ""
        is_ours = self.recipe.codec == "h264" and not rung.is_copied
        if is_ours and not codec.endswith(f"{rung.level:02X}"):
            raise Unusable("encoder_failed", f"{rung.name}: {codec}, not level {rung.level}")
        peak = round(rung.max_bits * PROMISE) + self.recipe.sound_bits
        return self._rendition(rung, track, peak, 0)

    def _finished(self, rung: Rung, track: Track) -> Rendition:
        """Describe a rung by its true bit rates, with the sound it plays with."""
        both = [track, self.sound] if self.sound else [track]
        peak = sum(peak_bits(one.segments) for one in both)
        average = sum(average_bits(one.segments) for one in both)
        return self._rendition(rung, track, peak, average)

    def _rendition(self, rung: Rung, track: Track, peak: int, average: int) -> Rendition:
        codecs = [one.init.codec for one in (track, self.sound) if one and one.init]
        return Rendition(
            name=rung.name,
            width=rung.width,
            height=rung.height,
            bandwidth=peak,
            codecs=",".join(codecs),
            playlist=track.playlist,
            bytes=track.size_bytes,
            average_bandwidth=average,
            fps=round(self._fps(rung), 3),
            sound=self.recipe.sound,
            part=self.recipe.part,
            is_copied=rung.is_copied,
        )

    def _sound_set(self, track: Track) -> SoundSet:
        return SoundSet(
            name=track.name,
            codecs=track.init.codec if track.init else "",
            playlist=track.playlist,
            bandwidth=peak_bits(track.segments),
            average_bandwidth=average_bits(track.segments),
            bytes=track.size_bytes,
            part=self.recipe.part,
        )

    def _frames(self, label: str) -> list[Path]:
        return sorted(self.work.glob(f"{label}-*.jpg"))


def aside_of(probe: Probe, recipe: Recipe, taps: Sequence[Tap]) -> Aside:
    """Return what a part makes beside its rungs: only the base is looked at."""
    if recipe.is_addition:
        return Aside()
    lowest = recipe.rungs[0]
    return Aside(tiles_for(lowest.width, lowest.height, probe.duration_seconds), taps)


def means_for(threads: int | None) -> Means:
    """Return what there is to work with on this computer."""
    can_map_tones = has_option("scale", "out_transfer")
    return Means(threads or usable_cores(), has_filter("zscale"), can_map_tones)


def usable_cores() -> int:
    """Count the cores this process may use; a node may share its machine."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def limits_for(probe: Probe) -> Limits:
    """Return limits far above what honest films need, and below what hurts the house."""
    is_huge = probe.width * probe.height > 4096 * 2304
    return Limits(
        cpu_seconds=900 + round(probe.duration_seconds * (240 if is_huge else 90)),
        memory_bytes=(12 if is_huge else 6) * 1024**3,
    )


def verify_track(track: Track, expected_seconds: float) -> None:
    """Check a finished rendition against the disk and the film. Raises Unusable."""
    lines = (track.out / track.playlist).read_text(encoding="utf-8").splitlines()
    if not lines or lines[-1] != "#EXT-X-ENDLIST":
        raise Unusable("encoder_failed", f"{track.name}: the playlist has no end")
    named = [line for line in lines if line and not line.startswith("#")]
    if named != [segment.name for segment in track.segments]:
        raise Unusable("encoder_failed", f"{track.name}: the playlist names other segments")
    for segment in track.segments:
        file = track.folder / segment.name
        found = f"{file.stat().st_size} bytes" if file.exists() else "missing"
        if found != f"{segment.bytes} bytes":
            raise Unusable("encoder_failed", f"{track.name}/{segment.name}: {found}")
    tolerance = max(DURATION_TOLERANCE_SECONDS, expected_seconds * DURATION_TOLERANCE)
    if abs(track.seconds - expected_seconds) > tolerance:
        found = f"{track.seconds:.2f} s, expected {expected_seconds:.2f} s"
        raise Unusable("encoder_failed", f"{track.name}: {found}")
