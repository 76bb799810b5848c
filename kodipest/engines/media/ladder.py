"""Films: one ffmpeg decodes once and writes every rung, the sound, and the frames for stills."""

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from kodipest.engines.media.commands import CANDIDATE, SHOT, SOUND, Means, ladder_arguments
from kodipest.engines.media.encoder import Limits, Pulse, Usage, has_filter, run_encoder
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.facts import Probe
from kodipest.engines.media.manifest import Rendition, Storyboard
from kodipest.engines.media.playlists import (
    MASTER,
    Track,
    Variant,
    average_bits,
    master_text,
    peak_bits,
    write_whole,
)
from kodipest.engines.media.progress import Clock
from kodipest.engines.media.recipes import Recipe, Rung
from kodipest.engines.media.stills import publish_poster, tiles_for, write_storyboard

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
    has_poster: bool
    storyboard: Storyboard | None
    usage: Usage
    duration_seconds: float


@dataclass(slots=True)
class Ladder:
    """One film being encoded: published in `out` while it grows in `work`."""

    probe: Probe
    recipe: Recipe
    work: Path
    out: Path
    clock: Clock
    tracks: list[Track] = field(init=False)
    is_open: bool = False

    def __post_init__(self) -> None:
        names = [rung.name for rung in self.recipe.rungs] + [SOUND]
        self.tracks = [Track(name, self.work, self.out) for name in names]

    def encode(self, threads: int | None = None) -> Laddered:
        """Encode to the end, publish as it grows, verify, and write the true master playlist.

        Raises Unusable with `encoder_failed`, `damaged` or `no_space`; what the listener raises
        passes through.
        """
        probe, lowest = self.probe, self.recipe.rungs[0]
        tiles = tiles_for(lowest.width, lowest.height, probe.duration_seconds)
        means = Means(threads or usable_cores(), has_filter("zscale"))
        arguments = ladder_arguments(probe, self.recipe, tiles, means)
        usage = run_encoder(arguments, self.work, limits_for(probe), self._tick)
        self._publish(is_last=True)
        for track in self.tracks:
            verify_track(track, probe.duration_seconds)
        rungs = self._renditions()
        shots = self._frames(SHOT)
        has_poster = publish_poster(self._frames(CANDIDATE), self.out)
        duration = self.tracks[0].seconds
        board = write_storyboard(shots, tiles, duration, self.out) if shots else None
        return Laddered(rungs, has_poster, board, usage, duration)

    def _tick(self, pulse: Pulse) -> None:
        self._publish(is_last=False)
        self.clock.tell(pulse.frames / float(self.recipe.fps))

    def _publish(self, *, is_last: bool) -> None:
        """Show what is whole. Nothing is shown before every rung has begun.

        The rungs begin within a tenth of a second of each other, and a player that read a master
        playlist with rungs missing would never hear of them.
        """
        if not self.is_open and not all(track.has_begun() for track in self.tracks):
            if is_last:
                silent = [track.name for track in self.tracks if not track.has_begun()]
                raise Unusable("encoder_failed", f"nothing came out for {silent}")
            return
        for track in self.tracks:
            track.advance(is_last=is_last)
        if not self.is_open:
            rungs = zip(self.recipe.rungs, self.tracks, strict=False)
            self._write_master([self._promised(*pair) for pair in rungs], True)
            self.is_open = True
            self.clock.note_playable()

    def _promised(self, rung: Rung, track: Track) -> Variant:
        """Describe a rung that has begun: the ceiling stands in for the true bit rate."""
        codec = track.init.codec if track.init else ""
        if not codec.endswith(f"{rung.level:02X}"):
            raise Unusable("encoder_failed", f"{rung.name}: {codec}, not level {rung.level}")
        peak = round(rung.max_bits * PROMISE) + self.recipe.sound_bits
        return Variant(
            playlist=track.playlist,
            codecs=f"{codec},{SOUND_CODEC}",
            peak_bits=peak,
            width=rung.width,
            height=rung.height,
            fps=float(self.recipe.fps),
        )

    def _renditions(self) -> list[Rendition]:
        """Measure every rung, tell the manifest, and rewrite the master playlist with the truth."""
        sound = self.tracks[-1]
        variants, rungs = [], []
        for rung, track in zip(self.recipe.rungs, self.tracks, strict=False):
            true = replace(
                self._promised(rung, track),
                peak_bits=peak_bits(track.segments) + peak_bits(sound.segments),
                average_bits=average_bits(track.segments) + average_bits(sound.segments),
            )
            variants.append(true)
            rungs.append(
                Rendition(
                    rung.name,
                    rung.width,
                    rung.height,
                    true.peak_bits,
                    true.codecs,
                    true.playlist,
                    track.size_bytes,
                )
            )
        self._write_master(variants, False)
        return rungs

    def _write_master(self, variants: list[Variant], is_growing: bool) -> None:
        text = master_text(variants, sound=f"{SOUND}/index.m3u8", is_growing=is_growing)
        write_whole(self.out / MASTER, text)

    def _frames(self, label: str) -> list[Path]:
        return sorted(self.work.glob(f"{label}-*.jpg"))


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
