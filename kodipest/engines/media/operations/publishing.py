"""Opening a finished folder to everybody, and closing it again."""

from collections.abc import Iterable

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
    """Close the renditions of `transcode` to everybody; signed addresses go on to work.

    Those end with `end_addresses`.
    """
    if transcode.folder:
        storage.unlink_public(transcode.folder)


def end_addresses(folders: Iterable[str]) -> None:
    """End every signed address of `folders` that was given out, at once and for whoever holds it.

    Pages made from now on sign new ones: a player that is open needs its page again.
    """
    for folder in folders:
        storage.turn_lock(folder)


def set_public_folders(folders: Iterable[str]) -> int:
    """Let everybody read exactly `folders`, close every other one; return how many changed.

    Closing comes first: after a crash in between the public sees less, never more. A folder may
    still be growing; one that is not there yet is opened by the next call.
    """
    wanted = {name for name in folders if storage.rendition_path(name).is_dir()}
    found = storage.public_folders()
    for name in found - wanted:
        storage.unlink_public(name)
    for name in wanted - found:
        storage.link_public(name)
    return len(found ^ wanted)
