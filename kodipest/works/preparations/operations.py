"""Verbs about the preparation of files, by makers and by those who look after the site."""

from django.db import transaction

from kodipest.engines.media.models import Transcode
from kodipest.engines.media.operations import cancel_transcode, retry_transcode
from kodipest.kernel.errors import Refusal
from kodipest.kernel.permissions import require
from kodipest.people import audit
from kodipest.people.models import Person
from kodipest.works import words
from kodipest.works.models import Asset
from kodipest.works.operations import open_revision


@transaction.atomic
def call_off_file(*, asset: Asset, by: Person) -> None:
    """Stop the preparation of a file of an open version; its original stays, a retry brings it back.

    Raises PermissionDenied unless `by` is an author, Refusal `sealed`, `nothing_to_cancel`.
    """
    work = asset.revision.work
    require(by, "works.change_work", work)
    if open_revision(work).pk != asset.revision_id:
        raise Refusal(words.SEALED, code="sealed")
    cancel_transcode(transcode=asset.transcode)
    audit.record("call_off_file", asset, by=by)


@transaction.atomic
def call_off_preparation(*, transcode: Transcode, by: Person) -> None:
    """Stop a preparation, of a film or of what is added to it.

    Raises PermissionDenied unless `by` looks after it, Refusal `nothing_to_cancel`.
    """
    require(by, "works.run_preparation", transcode)
    cancel_transcode(transcode=transcode)
    audit.record("call_off_preparation", transcode, by=by, part=transcode.part)


@transaction.atomic
def retry_preparation(*, transcode: Transcode, by: Person) -> None:
    """Put a preparation that failed or was called off back in the queue.

    Raises PermissionDenied unless `by` looks after it, Refusal `nothing_to_retry`.
    """
    require(by, "works.run_preparation", transcode)
    retry_transcode(transcode=transcode)
    audit.record("retry_preparation", transcode, by=by, part=transcode.part)
