"""The picture that a podcast is known by: the cover that its maker put beside the sound."""

import base64
import io

from kodipest.engines.media import stores
from kodipest.works.exhibits import manifest_of
from kodipest.works.models import Asset

MOST_SIDE = 1400  # pixels; what podcast directories ask for
# It lies in the row of the pack until that is gone, so a detailed one is pressed harder.
MOST_BYTES = 200_000
QUALITIES = (85, 75, 60, 40)


def podcast_cover(asset: Asset) -> str:
    """Return the cover of the version of `asset` as a JPEG in base64; nothing when there is none.

    Raises Unusable `store_away`.
    """
    cover = asset.revision.cover
    name = manifest_of(cover).get("poster")
    if cover is None or cover.role != Asset.Role.COVER or not name:
        return ""
    path = stores.chosen().small(cover.transcode.folder, name) / name
    return base64.b64encode(_pressed(path.read_bytes())).decode() if path.is_file() else ""


def _pressed(poster: bytes) -> bytes:
    from PIL import Image  # loaded when a cover is asked for: the worker stays small

    with Image.open(io.BytesIO(poster), formats=["JPEG"]) as opened:
        shown = opened.convert("RGB")
    shown.thumbnail((MOST_SIDE, MOST_SIDE))
    drawn = io.BytesIO()
    for quality in QUALITIES:
        drawn = io.BytesIO()
        shown.save(drawn, "JPEG", quality=quality, optimize=True)
        if drawn.tell() <= MOST_BYTES:
            break
    return drawn.getvalue()
