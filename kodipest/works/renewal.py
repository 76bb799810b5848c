"""Files follow when what is prepared from them was made anew; the content of a version does not change."""

from django.db import transaction

from kodipest.engines.media.operations import remade
from kodipest.kernel import freshness
from kodipest.works.models import Asset


@transaction.atomic
def use_remade() -> int:
    """Let each file use the newest set made of it; return how many changed. Once is as good as twice.

    A content hash covers originals, so sealed versions may follow as well. Public pages name other
    addresses afterwards, so they are told in the same transaction.
    """
    changed = 0
    for new in remade():
        changed += Asset.objects.filter(transcode=new.replaces_id).update(transcode=new)
    if changed:
        freshness.bump()
    return changed
