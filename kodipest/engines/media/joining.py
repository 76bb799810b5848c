"""Let an addition join the base it belongs to, while people watch.

A player that has begun keeps what it knows: nothing it named changes or goes. Whoever comes
later finds more rungs. Each step can be cut off anywhere and done again.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

from kodipest.engines.media.dash import DASH, write_dash
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.manifest import (
    FILE_NAME,
    Manifest,
    Rendition,
    flush,
    folder_bytes,
    link,
    read_manifest,
    replace_manifest,
)
from kodipest.engines.media.masters import place, write_master
from kodipest.engines.media.playlists import MASTER, read_durations
from kodipest.engines.media.recipes import ADDITIONS, PACKS

SAME_SECONDS = 0.1
SAME_END_SECONDS = 0.6


def join_addition(base_out: Path, addition_out: Path) -> Manifest:
    """Add the finished addition in `addition_out` to the finished base in `base_out`.

    Its files are linked into one folder of the base, named after the part, which appears whole;
    then the master playlist, the DASH manifest and `manifest.json` are replaced, each whole.
    Killed anywhere, it may be called again; called after success, it returns what is there.
    `addition_out` stays as it is, for the caller to delete. Returns the new manifest of the base.

    Raises FileNotFoundError when one of the two is not finished, and Unusable `encoder_failed`
    when they are not of the same film or the addition is none.
    """
    with _alone(base_out):
        base, addition = read_manifest(base_out), read_manifest(addition_out)
        (part,) = addition.parts or [""]
        if part in PACKS:
            return _join_pack(part, base, base_out, addition, addition_out)
        if part in base.parts:
            return base
        if part not in ADDITIONS:
            raise Unusable("encoder_failed", f"{part!r} is no addition")
        _require_same_film(base_out, base, addition_out, addition)
        _bring(addition_out / part, base_out / part)
        return _tell(_joined(base, addition), base_out)


def leave_addition(base_out: Path, part: str) -> Manifest:
    """Take an addition off its base: first nothing names it any more, then its files go."""
    with _alone(base_out):
        base = read_manifest(base_out)
        if part in PACKS:
            base = _note(without(base, part), base_out)
            shutil.rmtree(base_out / part, ignore_errors=True)
            return _note(base, base_out)
        if part not in ADDITIONS:
            return base
        if part in base.parts:
            base = _tell(without(base, part), base_out)
        shutil.rmtree(base_out / part, ignore_errors=True)
        return _tell(base, base_out)


@contextmanager
def _alone(base_out: Path) -> Iterator[None]:
    """Hold the base's folder for oneself: two additions may be ready at the same moment."""
    handle = os.open(base_out, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _require_same_film(
    base_out: Path, base: Manifest, addition_out: Path, addition: Manifest
) -> None:
    """Players switch at segment borders, so each border must be one in every rung.

    The borders of a rung that is copied are its own; there, players go by time.
    """
    paced = [rung for rung in base.rungs if not rung.is_copied] or base.rungs
    borders = _borders(base_out, paced[0])
    for rung in addition.rungs:
        found = _borders(addition_out, rung)
        if rung.is_copied or paced[0].is_copied:
            is_same = abs(borders[-1] - found[-1]) <= SAME_END_SECONDS
        else:
            is_same = len(borders) == len(found) and all(
                abs(a - b) <= SAME_SECONDS for a, b in zip(borders, found, strict=True)
            )
        if not is_same:
            raise Unusable("encoder_failed", f"{rung.name}: segments end {found}, not {borders}")


def _borders(out: Path, rung: Rendition) -> list[float]:
    """Return the seconds at which the segments of a rung end."""
    return list(accumulate(read_durations(out / rung.playlist)))


def _bring(source: Path, target: Path) -> None:
    """Let `target` appear with everything that is in `source`.

    A folder that is there already is a leftover: no manifest names it.
    """
    joining = target.with_name(f".{target.name}.joining")
    shutil.rmtree(joining, ignore_errors=True)
    shutil.copytree(source, joining, copy_function=link)
    for path in [*joining.rglob("*"), joining]:
        flush(path)
    if target.exists():
        shutil.rmtree(target)
    joining.rename(target)
    flush(target.parent)


def _joined(base: Manifest, addition: Manifest) -> Manifest:
    rungs = [*base.rungs, *(_with_sound(rung, base) for rung in addition.rungs)]
    return replace(
        base,
        parts=[*base.parts, *addition.parts],
        width=_tallest(rungs).width,
        height=_tallest(rungs).height,
        rungs=sorted(rungs, key=place),
        sounds=[*base.sounds, *addition.sounds],
        cpu_seconds=round(base.cpu_seconds + addition.cpu_seconds, 3),
        wall_seconds=round(base.wall_seconds + addition.wall_seconds, 3),
        peak_rss_bytes=max(base.peak_rss_bytes, addition.peak_rss_bytes),
    )


def _tallest(rungs: list[Rendition]) -> Rendition:
    return max(rungs, key=lambda rung: rung.width * rung.height)


def _with_sound(rung: Rendition, base: Manifest) -> Rendition:
    """Let a rung that came without a sound play with the base's."""
    if rung.sound or not base.sounds:
        return rung
    sound = base.sounds[0]
    return replace(
        rung,
        sound=sound.name,
        codecs=f"{rung.codecs},{sound.codecs}",
        bandwidth=rung.bandwidth + sound.bandwidth,
        average_bandwidth=rung.average_bandwidth + sound.average_bandwidth,
    )


def without(base: Manifest, part: str) -> Manifest:
    """Return the manifest of a base that does not name one of its additions."""
    if part in PACKS:
        return _without_pack(base, part)
    rungs = [rung for rung in base.rungs if rung.part != part]
    return replace(
        base,
        parts=[name for name in base.parts if name != part],
        width=_tallest(rungs).width,
        height=_tallest(rungs).height,
        rungs=rungs,
        sounds=[sound for sound in base.sounds if sound.part != part],
    )


def _join_pack(
    part: str, base: Manifest, base_out: Path, addition: Manifest, addition_out: Path
) -> Manifest:
    """Let a pack take the place of an older one. Players never hear of it: only the manifest does."""
    if base.packs.get(part) == addition.packs[part]:
        return base
    _bring(addition_out / part, base_out / part)
    return _note(_with_pack(_without_pack(base, part), addition), base_out)


def _with_pack(base: Manifest, addition: Manifest) -> Manifest:
    return replace(
        base,
        parts=[*base.parts, *addition.parts],
        packs=base.packs | addition.packs,
        cpu_seconds=round(base.cpu_seconds + addition.cpu_seconds, 3),
        wall_seconds=round(base.wall_seconds + addition.wall_seconds, 3),
    )


def _without_pack(base: Manifest, part: str) -> Manifest:
    return replace(
        base,
        parts=[name for name in base.parts if name != part],
        packs={name: told for name, told in base.packs.items() if name != part},
    )


def _tell(manifest: Manifest, out: Path) -> Manifest:
    """Replace the lists, the manifest last: what it names is named everywhere."""
    for cut_off in out.glob("*.part"):
        cut_off.unlink()
    write_master(out, manifest.rungs, manifest.sounds)
    write_dash(out, manifest.rungs, manifest.sounds)
    for name in (MASTER, DASH):
        flush(out / name)
    flush(out)
    return _note(manifest, out)


def _note(manifest: Manifest, out: Path) -> Manifest:
    """Replace `manifest.json` alone."""
    told = replace(manifest, bytes=folder_bytes(out) - (out / FILE_NAME).stat().st_size)
    replace_manifest(told, out)
    return told
