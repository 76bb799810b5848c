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
    "Swept",
    "adopt_file",
    "adopt_upload",
    "claim_next",
    "publish_folder",
    "Lane",
    "Part",
    "request_transcode",
    "adopt_arrival",
    "retry_transcode",
    "ring_again",
    "begin_arrival",
    "cancel_transcode",
    "set_public_folders",
    "find_arrival",
    "hurry_high",
    "stop_encoding",
    "remove_arrival",
    "sweep_media",
    "transcode_next",
    "unpublish_folder",
    "settle_arrival",
]
    "take_part",
    "told_offset",
