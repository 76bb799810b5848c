"""Bringing media to where all machines of a hub find them, and tidying there. Nothing to do on a node."""

import logging
import threading

from django.db import DatabaseError, connections
from django.db.models import Q

from kodipest.engines.media import stores
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.models import Original, Section, Transcode
from kodipest.engines.media.queries import is_named

logger = logging.getLogger(__name__)
_on_its_way = threading.Lock()


class Database:
    """What the rows say about things in the store."""

    def knows_original(self, sha256: str) -> bool:
        return Original.objects.filter(sha256=sha256).exists()

    def knows_folder(self, folder: str) -> bool:
        return is_named(folder)

    def is_at_work(self, folder: str) -> bool:
        films = Transcode.objects.filter(folder=folder, state=Transcode.State.RUNNING)
        sections = Section.objects.filter(folder=folder).filter(
            Q(state=Section.State.RUNNING)
            # One that is done is spliced from here as long as its film is at work.
            | Q(state=Section.State.DONE, transcode__state=Transcode.State.RUNNING)
        )
        return films.exists() or sections.exists()


def bring_away(*, patiently: bool = False) -> None:
    """Bring originals of this disk into the store that all machines share, one call at a time.

    In a thread of its own: a film takes minutes, and the sweep that calls this has more to do.
    `patiently` waits for the end.
    """
    if not stores.chosen().is_shared or not _on_its_way.acquire(blocking=patiently):
        return
    thread = threading.Thread(target=_bring, name="originals", daemon=True)
    thread.start()
    if patiently:
        thread.join()


def is_bringing_away() -> bool:
    """Say whether a thread of this process has an original in its hands."""
    return _on_its_way.locked()


def _bring() -> None:
    try:
        if count := stores.chosen().bring_away(Database()):
            logger.info("originals brought into the bucket: %d", count)
    except Unusable as unusable:  # they stay on this disk; the next sweep tries again
        logger.warning("originals wait on this disk: %s", unusable.detail)
    except DatabaseError as error:
        logger.warning("originals wait for the database: %s", error)
    finally:
        _on_its_way.release()
        connections.close_all()  # of this thread only


def tidy() -> int:
    """Remove from the store what no row knows; return how many things."""
    try:
        return stores.chosen().tidy(Database())
    except Unusable as unusable:
        logger.warning("the bucket was not tidied: %s", unusable.detail)
        return 0
