"""Sounds: HLS for listening while it is encoded, one M4A to keep, the cover as a poster."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from kodipest.engines.media.commands import SOUND, SOUND_FILE, sound_arguments
from kodipest.engines.media.encoder import Pulse, Usage, run_encoder
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.facts import Probe
from kodipest.engines.media.images import MAX_PIXELS, write_posters
from kodipest.engines.media.ladder import SOUND_CODEC, limits_for, verify_track
from kodipest.engines.media.manifest import Rendition
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
from kodipest.engines.media.streams import open_stream
from kodipest.engines.media.taps import Tap


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a finished sound hands to the manifest."""

    rung: Rendition
    has_poster: bool
    usage: Usage
    duration_seconds: float
    measured: dict[str, Any]


@dataclass(slots=True)
class Sound:
    """One sound being encoded: published in `out` while it grows in `work`."""

    probe: Probe
    recipe: Recipe
    work: Path
    out: Path
    clock: Clock
    taps: Sequence[Tap] = ()
    correction: str = ""
    track: Track = field(init=False)
    is_open: bool = False

    def __post_init__(self) -> None:
        self.track = Track(SOUND, self.work, self.out)

    def encode(self, source: Path) -> Recorded:
        """Encode to the end. Raises Unusable; what the listener raises passes through."""
        has_poster = self._publish_cover(source)
        arguments = sound_arguments(self.probe, self.recipe, self.correction, self.taps)
        usage = run_encoder(arguments, self.work, limits_for(self.probe), self._tick)
        self._publish(is_last=True)
        verify_track(self.track, self.probe.duration_seconds)
        whole = self.work / SOUND_FILE
        if not whole.is_file() or not whole.stat().st_size:
            raise Unusable("encoder_failed", f"no {SOUND_FILE}")
        whole.replace(self.out / SOUND_FILE)
        peak = peak_bits(self.track.segments)
        self._write_master(peak, average_bits(self.track.segments), False)
        rung = Rendition(SOUND, 0, 0, peak, SOUND_CODEC, self.track.playlist, self.track.size_bytes)
        measured = {tap.name: tap.read(self.work, self.probe) for tap in self.taps}
        return Recorded(rung, has_poster, usage, self.track.seconds, measured)

    def _tick(self, pulse: Pulse) -> None:
        self._publish(is_last=False)
        self.clock.tell(pulse.out_seconds)

    def _publish(self, *, is_last: bool) -> None:
        if not self.track.has_begun() and not self.is_open:
            if is_last:
                raise Unusable("encoder_failed", "nothing came out")
            return
        self.track.advance(is_last=is_last)
        if not self.is_open:
            self._write_master(self.recipe.sound_bits, 0, True)
            self.is_open = True
            self.clock.note_playable()

    def _write_master(self, peak: int, average: int, is_growing: bool) -> None:
        variant = Variant(self.track.playlist, SOUND_CODEC, peak, average)
        write_whole(self.out / MASTER, master_text([variant], is_growing=is_growing))

    def _publish_cover(self, source: Path) -> bool:
        """Take the cover that the file carries; a broken one is no reason to refuse the sound."""
        if self.probe.cover_index is None:
            return False
        with open_stream(source, self.probe.container) as container:
            stream = container.streams[self.probe.cover_index]
            packet = next((p for p in container.demux(stream) if p.size), None)
            data = bytes(packet) if packet else b""
        try:
            with Image.open(io.BytesIO(data), formats=["JPEG", "PNG"]) as cover:
                if cover.width * cover.height > MAX_PIXELS:
                    return False
                write_posters(cover.convert("RGB"), self.out)
        except (OSError, SyntaxError, ValueError):
            return False
        return True
