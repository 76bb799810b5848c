"""What several tests of these verbs use."""

from kodipest.engines.media import storage
from kodipest.people.models import AuditEntry
from tests.factories.media import fill_folder
from tests.factories.stages import (
    passed,
    started_film,
)


def acts():
    return [*AuditEntry.objects.order_by("sequence").values_list("act", flat=True)]


def passed_film(people):
    """Return a passed film whose rendition lies on the disk."""
    work = started_film(people)
    fill_folder(work.newest_revision.main.transcode, master_m3u8=b"#EXTM3U")
    return passed(people, work)


def open_folders():
    return {path.name for path in storage.public().iterdir()}
