"""The master playlist of a film, from what its manifest says: the whole list at once, or nothing."""

from collections.abc import Sequence
from pathlib import Path

from kodipest.engines.media.manifest import Rendition, SoundSet
from kodipest.engines.media.playlists import MASTER, Group, Variant, master_text, write_whole


def write_master(
    out: Path, rungs: Sequence[Rendition], sounds: Sequence[SoundSet], *, is_growing: bool = False
) -> None:
    """Write the master playlist of `out`, so that a player meets the old one or the new one."""
    variants = [_variant(rung) for rung in sorted(rungs, key=place)]
    groups = [Group(sound.name, sound.playlist) for sound in sounds]
    write_whole(out / MASTER, master_text(variants, groups, is_growing=is_growing))


def place(rung: Rendition) -> tuple[bool, int]:
    """Sort H.264 first, which plays everywhere, and then by size: a player starts at the top."""
    return not rung.codecs.startswith("avc1"), rung.width * rung.height


def _variant(rung: Rendition) -> Variant:
    return Variant(
        playlist=rung.playlist,
        codecs=rung.codecs,
        peak_bits=rung.bandwidth,
        average_bits=rung.average_bandwidth,
        width=rung.width,
        height=rung.height,
        fps=rung.fps,
        sound=rung.sound,
    )
