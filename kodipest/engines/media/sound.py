"""Sounds: HLS for listening while it is encoded, files to keep, a wave, the cover as a poster."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kodipest.engines.media.apart import make_apart
from kodipest.engines.media.commands import (
    COVER,
    OPUS,
    OPUS_ALONE_BITS,
    OPUS_FILE,
    SOUND,
    SOUND_FILE,
    cover_arguments,
    sound_arguments,
)
from kodipest.engines.media.encoder import Limits, Pulse, Usage, run_encoder
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.facts import Probe
from kodipest.engines.media.images import POSTER, POSTER_SMALL
from kodipest.engines.media.ladder import SOUND_CODEC, limits_for, verify_track
from kodipest.engines.media.manifest import Rendition
from kodipest.engines.media.peaks import PEAKS_FILE, read_peaks
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
from kodipest.engines.media.recipes import Recipe
from kodipest.engines.media.taps import Tap

OPUS_CODEC = "opus"
COVERS = "covers"
COVER_LIMITS = Limits(cpu_seconds=120, memory_bytes=3 * 1024**3, file_bytes=64 * 1024**2)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a finished sound hands to the manifest. Rungs stand lowest first, as in a film."""

    rungs: list[Rendition]
    downloads: list[str]
    peaks: list[int]
    has_poster: bool
    usage: Usage
    duration_seconds: float
    measured: dict[str, Any]


@dataclass(slots=True)
class Sound:
    """One sound being encoded: published in `out` while it grows in `work`.

    AAC plays everywhere; Opus says the same in half the bytes, to those who can hear it.
    """

    probe: Probe
    recipe: Recipe
    work: Path
    out: Path
    clock: Clock
    taps: Sequence[Tap] = ()
    correction: str = ""
    track: Track = field(init=False)
    thin: Track = field(init=False)
    cost: Usage = field(default_factory=lambda: Usage(0.0, 0.0, 0))
    is_open: bool = False

    def __post_init__(self) -> None:
        expected = self.probe.duration_seconds
        self.track = Track(SOUND, self.work, self.out, expected_seconds=expected)
        self.thin = Track(OPUS, self.work, self.out, expected_seconds=expected)

    def encode(self) -> Recorded:
        """Encode to the end. Raises Unusable; what the listener raises passes through."""
        has_poster = self._publish_cover()
        arguments = sound_arguments(self.probe, self.recipe, self.correction, self.taps)
        self.cost += run_encoder(arguments, self.work, limits_for(self.probe), self._tick)
        self._publish(is_last=True)
        for track in (self.track, self.thin):
            verify_track(track, self.probe.duration_seconds)
        for name in (SOUND_FILE, OPUS_FILE):
            self._hand_over(name)
        self._write_master(is_growing=False)
        return Recorded(
            rungs=[_rendition(self.thin, OPUS_CODEC), _rendition(self.track, SOUND_CODEC)],
            downloads=[SOUND_FILE, OPUS_FILE],
            peaks=read_peaks(self.work / PEAKS_FILE),
            has_poster=has_poster,
            usage=self.cost,
            duration_seconds=self.track.seconds,
            measured={tap.name: tap.read(self.work, self.probe) for tap in self.taps},
        )

    def _hand_over(self, name: str) -> None:
        whole = self.work / name
        if not whole.is_file() or not whole.stat().st_size:
            raise Unusable("encoder_failed", f"no {name}")
        whole.replace(self.out / name)

    def _tick(self, pulse: Pulse) -> None:
        self._publish(is_last=False)
        self.clock.tell(pulse.out_seconds)

    def _publish(self, *, is_last: bool) -> None:
        both = (self.track, self.thin)
        if not self.is_open and not all(track.has_begun() for track in both):
            if is_last:
                raise Unusable("encoder_failed", "nothing came out")
            return
        for track in both:
            track.advance(is_last=is_last)
        if not self.is_open:
            self._write_master(is_growing=True)
            self.is_open = True
            self.clock.note_playable()

    def _write_master(self, *, is_growing: bool) -> None:
        told = (
            (self.track, SOUND_CODEC, self.recipe.sound_bits),
            (self.thin, OPUS_CODEC, OPUS_ALONE_BITS),
        )
        variants = [
            Variant(track.playlist, codec, bits, 0)
            if is_growing
            else Variant(
                track.playlist, codec, peak_bits(track.segments), average_bits(track.segments)
            )
            for track, codec, bits in told
        ]
        write_whole(self.out / MASTER, master_text(variants, is_growing=is_growing))

    def _publish_cover(self) -> bool:
        """Take the cover that the file carries; a broken one is no reason to refuse the sound.

        Whoever made the file made the cover: it is taken out and drawn anew in processes apart.
        """
        if self.probe.cover_index is None:
            return False
        made = self.work / COVERS
        made.mkdir()
        try:
            words = cover_arguments(self.probe)
            self.cost += run_encoder(words, self.work, COVER_LIMITS, self._wait)
            self.cost += make_apart(COVER, self.work / COVER, made, self._wait, COVER_LIMITS).usage
        except Unusable as error:
            if error.code == "no_space":
                raise
            return False
        posters = [made / name for name in (POSTER, POSTER_SMALL)]
        if any(poster.is_symlink() or not poster.is_file() for poster in posters):
            return False
        for poster in posters:
            poster.replace(self.out / poster.name)
        return True

    def _wait(self, _pulse: object) -> None:
        """Let the listener call off the sound while its cover is made."""
        self.clock.tell(0)


def _rendition(track: Track, codec: str) -> Rendition:
    peak, average = peak_bits(track.segments), average_bits(track.segments)
    return Rendition(
        track.name, 0, 0, peak, codec, track.playlist, track.size_bytes, average_bandwidth=average
    )
