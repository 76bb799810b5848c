"""Opening a finished folder to everybody, and closing it again."""

from kodipest.engines.media import messages, storage
from kodipest.engines.media.models import Transcode


def publish_folder(transcode: Transcode) -> None:
    """Let everybody read the renditions of `transcode`; twice is as good as once.

    Raises Refusal `not_ready` unless it is done: an attempt may still be thrown away.
    """
    if not transcode.is_done:
        raise messages.refusal("not_ready")
    storage.link_public(transcode.folder)


def unpublish_folder(transcode: Transcode) -> None:
    """Close the renditions of `transcode` to everybody; signed addresses go on to work."""
    if transcode.folder:
        storage.unlink_public(transcode.folder)
