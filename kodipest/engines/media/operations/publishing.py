"""Opening a finished folder to everybody, and closing it again."""

from collections.abc import Iterable

from kodipest.engines.media import messages, storage, stores
from kodipest.engines.media.models import Transcode


def publish_folder(transcode: Transcode) -> None:
    """Let everybody read the renditions of `transcode`; twice is as good as once.

    Raises Refusal `not_ready` unless it is done: an attempt may still be thrown away.
    """
    if not transcode.is_done:
        raise messages.refusal("not_ready")
    stores.chosen().open([transcode.folder])


def unpublish_folder(transcode: Transcode) -> None:
    """Close the renditions of `transcode` to everybody; signed addresses go on to work.

    Those end with `end_addresses`.
    """
    if transcode.folder:
        stores.chosen().close([transcode.folder])


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
    store, wanted = stores.chosen(), {storage.rendition_path(name).name for name in folders}
    unwanted = store.opened() - wanted
    store.close(unwanted)
    return len(unwanted) + store.open(wanted - store.opened(whole=True))
