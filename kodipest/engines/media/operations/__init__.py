"""Verbs of the media engine: the only writers of its rows and of the folders under `media/`."""

from kodipest.engines.media.operations.arrivals import (
    Part,
    begin_arrival,
    find_arrival,
    remove_arrival,
    settle_arrival,
    take_part,
    told_offset,
)
from kodipest.engines.media.operations.originals import adopt_arrival, adopt_file, adopt_upload
from kodipest.engines.media.operations.publishing import (
    publish_folder,
    set_public_folders,
    unpublish_folder,
)
from kodipest.engines.media.operations.sweeping import Swept, ring_again, sweep_media
from kodipest.engines.media.operations.transcodes import (
    claim_next,
    request_transcode,
    retry_transcode,
    stop_encoding,
    transcode_next,
)

__all__ = [
    "Part",
    "Swept",
    "adopt_arrival",
    "adopt_file",
    "adopt_upload",
    "begin_arrival",
    "claim_next",
    "find_arrival",
    "publish_folder",
    "remove_arrival",
    "request_transcode",
    "retry_transcode",
    "ring_again",
    "set_public_folders",
    "settle_arrival",
    "stop_encoding",
    "sweep_media",
    "take_part",
    "told_offset",
    "transcode_next",
    "unpublish_folder",
]
