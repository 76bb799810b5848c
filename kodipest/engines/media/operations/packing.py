"""Making a pack from the folder of its base: a manifest of its own, so that it joins like any addition."""

import base64
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kodipest.engines.media import storage, stores
from kodipest.engines.media.models import Transcode
from kodipest.engines.media.operations.leases import Lease, LeaseLost

if TYPE_CHECKING:  # the encoder's side is loaded when there is something to encode
    from kodipest.engines.media.packs.facts import Pack, Wishes

GIVEN = ("card", "cover")  # pictures that came with the wishes, beside the pack while it is made
DIGEST = 8  # of the fingerprint: other wishes have other addresses, so each may be kept for ever


def make(transcode: Transcode, lease: Lease) -> dict[str, Any]:
    """Fill the folder of this attempt with the pack and return its manifest.

    Raises LeaseLost when the base is not there any more, Unusable, and what `lease.keep` raises.
    """
    from kodipest.engines.media.manifest import Manifest, folder_bytes, write_manifest
    from kodipest.engines.media.packs import make_pack
    from kodipest.engines.media.progress import Clock

    base = transcode.base
    if base is None or not base.is_done:
        raise LeaseLost
    out = storage.rendition_path(transcode.folder)
    place = f"{transcode.part}/{transcode.fingerprint[:DIGEST]}"
    (out / transcode.part).mkdir(parents=True)
    seconds = float((base.manifest or {}).get("duration_seconds") or 0)
    clock = Clock(max(seconds, 0.001), lease.keep)
    given = _given(transcode, out)
    with stores.chosen().folder(base.folder, lease.hear_or_stop) as source:
        wishes = _wishes(transcode, source, given)
        pack = make_pack(transcode.part, source, out / place, wishes=wishes, on_seconds=clock.tell)
    for picture in given.values():
        picture.unlink()
    manifest = Manifest(
        kind=str((base.manifest or {}).get("kind", "")),
        parts=[transcode.part],
        packs={transcode.part: _told(pack, place, transcode.wishes.get("of", ""))},
        duration_seconds=seconds,
        bytes=folder_bytes(out),
        cpu_seconds=pack.cpu_seconds,
        wall_seconds=pack.wall_seconds,
    )
    write_manifest(manifest, out)
    os.sync()
    return manifest.as_dict()


def _given(transcode: Transcode, out: Path) -> dict[str, Path]:
    """Lay the pictures of the wishes on the disk."""
    there = {}
    for name in GIVEN:
        if drawn := transcode.wishes.get(name):
            there[name] = out / f".{name}"
            there[name].write_bytes(base64.b64decode(drawn))
    return there


def _wishes(transcode: Transcode, source: Path, given: dict[str, Path]) -> "Wishes":
    """Tell the pack what was asked for; without a cover it takes what a maker put into the file."""
    from kodipest.engines.media.images import POSTER
    from kodipest.engines.media.packs.facts import Chapter, Wishes

    poster = source / POSTER
    return Wishes(
        title=str(transcode.wishes.get("title", "")),
        artist=str(transcode.wishes.get("artist", "")),
        cover=given.get("cover") or (poster if poster.is_file() else None),
        card=given.get("card"),
        chapters=tuple(Chapter(*told) for told in transcode.wishes.get("chapters", ())),
    )


def _told(pack: "Pack", place: str, of: str) -> dict[str, Any]:
    """Describe a pack by the names that its files have in the folder of the base."""
    told = pack.as_dict() | {"of": of}
    told["files"] = [file | {"file": f"{place}/{file['file']}"} for file in told["files"]]
    return told
