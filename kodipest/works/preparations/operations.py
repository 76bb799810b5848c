"""Verbs about the preparation of files, by makers and by those who look after the site."""

from contextlib import suppress

from django.db import transaction

from kodipest.engines.media.models import Transcode
from kodipest.engines.media.operations import cancel_transcode, request_transcode, retry_transcode
from kodipest.engines.media.recipes import FAST_FPS, MAX_FPS
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
def keep_fast_motion(*, asset: Asset, by: Person, keep: bool) -> None:
    """Have a film of an open version prepared with all its pictures a second, or with 30 again.

    The set that it had stays for other versions; one on its way that nobody needs is called off.
    Twice is as good as once. Raises PermissionDenied unless `by` is an author, Refusal `sealed`,
    `no_fast_motion`.
    """
    work = asset.revision.work
    require(by, "works.change_work", work)
    if open_revision(work).pk != asset.revision_id:
        raise Refusal(words.SEALED, code="sealed")
    if not asset.original.has_fast_motion:
        raise Refusal(words.NO_FAST_MOTION, code="no_fast_motion")
    max_fps, old = FAST_FPS if keep else MAX_FPS, asset.transcode
    if old.max_fps == max_fps:
        return
    asset.transcode = request_transcode(original=asset.original, max_fps=max_fps)
    asset.save(update_fields=["transcode"])
    if not Asset.objects.filter(transcode=old).exists():
        with suppress(Refusal):  # it is ready: then it is kept
            cancel_transcode(transcode=old)
    audit.record("keep_fast_motion", asset, by=by, max_fps=max_fps)


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
