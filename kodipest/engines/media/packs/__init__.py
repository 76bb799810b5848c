"""Packs: what is made of a prepared folder for places that are not a web page.

    whatsapp   small MP4 and its sound alone, each below the limit of a message
    podcast    MP3 and M4A with title, cover and chapters
    television segments of one house format, ready for a channel that never stops
    sheet      a page of stills with their times

A pack is made from the renditions, not from the original: they are turned upright, of constant
rate, of equal loudness, and nameless already. What a pack says about people is what its wishes say.
"""

import json
from collections.abc import Callable
from pathlib import Path

from kodipest.engines.media.manifest import FILE_NAME, Manifest
from kodipest.engines.media.packs.facts import Pack, Wishes
from kodipest.engines.media.packs.making import Making, OnSeconds
from kodipest.engines.media.packs.podcast import make_podcast
from kodipest.engines.media.packs.sheet import make_sheet
from kodipest.engines.media.packs.television import make_television
from kodipest.engines.media.packs.whatsapp import make_whatsapp
from kodipest.engines.media.recipes import PACKS

MAKERS: dict[str, Callable[[Making], None]] = {
    "whatsapp": make_whatsapp,
    "podcast": make_podcast,
    "television": make_television,
    "sheet": make_sheet,
}
NAMES = PACKS


def make_pack(
    name: str,
    folder: Path,
    out: Path,
    *,
    wishes: Wishes | None = None,
    on_seconds: OnSeconds | None = None,
) -> Pack:
    """Make the pack `name` of the prepared `folder` in the empty folder `out`; pack.json comes last.

    `on_seconds` hears how many seconds the encoder at work has written; what it raises stops the encoder and passes
    through. Raises Unusable: `unsupported` when this pack cannot be made of this kind, and what
    the encoder raises.
    """
    manifest = Manifest.from_dict(json.loads((folder / FILE_NAME).read_text(encoding="utf-8")))
    making = Making(name, folder.resolve(), out, manifest, wishes or Wishes(), on_seconds)
    return making.run(MAKERS[name])
