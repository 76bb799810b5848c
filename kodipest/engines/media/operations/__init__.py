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
    end_addresses,
    publish_folder,
    set_public_folders,
    unpublish_folder,
)
from kodipest.engines.media.operations.remaking import remade, request_remakes
from kodipest.engines.media.operations.requests import (
    cancel_transcode,
    hurry_high,
    request_pack,
    request_transcode,
    retry_transcode,
)
from kodipest.engines.media.operations.shipping import is_bringing_away
from kodipest.engines.media.operations.sweeping import Swept, sweep_media
from kodipest.engines.media.operations.transcodes import (
    Lane,
    claim_next,
    claim_section_to_help,
    make_claimed,
    make_section,
    stop_encoding,
    transcode_next,
)

__all__ = [
    "Lane",
    "Part",
    "Swept",
    "adopt_arrival",
    "adopt_file",
    "adopt_upload",
    "begin_arrival",
    "cancel_transcode",
    "claim_next",
    "claim_section_to_help",
    "end_addresses",
    "find_arrival",
    "hurry_high",
    "is_bringing_away",
    "make_claimed",
    "make_section",
    "publish_folder",
    "remade",
    "remove_arrival",
    "request_pack",
    "request_remakes",
    "request_transcode",
    "retry_transcode",
    "set_public_folders",
    "settle_arrival",
    "stop_encoding",
    "sweep_media",
    "take_part",
    "told_offset",
    "transcode_next",
    "unpublish_folder",
]
