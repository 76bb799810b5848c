"""Files on their way in."""

from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from kodipest.engines.media import storage
from kodipest.engines.media.models.originals import Original
from kodipest.kernel.ids import new_id


class Arrival(models.Model):
    """A file on its way in, sent in parts; afterwards the note of who brought an original.

    The row is the truth about what was acknowledged. `incoming/<id>.arrival` may be longer after a
    kill, never shorter: bytes reach the disk before `offset` counts them. What the nulls mean:

    * offset < length: on its way. `writer` names who is sending right now, nobody when empty; one
      that is silent beyond `writer_until` may be put out by the next.
    * offset = length, no `original`: whole; it waits for somebody to adopt it.
    * `original` set: adopted. Nothing is left in `incoming/`; the row says whose quota the
      original counts for, its `owner`'s and its `quota_group`'s, and goes with it.
    * `settled_at` set: the house that uses the engine has put the original where it belongs.

    `target` and `quota_group` belong to the house that uses the engine, which never reads them.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="arrivals"
    )
    quota_group = models.CharField(max_length=100, blank=True)
    target = models.CharField(max_length=200, blank=True)
    name = models.CharField(max_length=200)  # cleaned for display, never a path
    metadata = models.TextField(blank=True)  # as the sender wrote it: tus gives it back
    length = models.PositiveBigIntegerField()
    offset = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    touched_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    writer = models.CharField(max_length=100, blank=True)
    writer_until = models.DateTimeField(null=True, blank=True)
    original = models.ForeignKey(
        Original, on_delete=models.CASCADE, null=True, blank=True, related_name="arrivals"
    )
    adopted_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["quota_group"], name="media_arrival_group"),
            models.Index(fields=["expires_at"], name="media_arrival_expiry"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(length__gt=0), name="media_arrival_not_empty"),
            models.CheckConstraint(
                condition=Q(offset__lte=F("length")), name="media_arrival_within_its_length"
            ),
            models.CheckConstraint(
                condition=Q(writer="", writer_until__isnull=True)
                | (~Q(writer="") & Q(writer_until__isnull=False)),
                name="media_arrival_writer_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(original__isnull=True, adopted_at__isnull=True)
                | Q(
                    original__isnull=False,
                    adopted_at__isnull=False,
                    offset=F("length"),
                    writer="",
                ),
                name="media_arrival_adopted_whole",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | Q(original__isnull=False),
                name="media_arrival_settled_has_an_original",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.offset}/{self.length}"

    @property
    def path(self) -> Path:
        """Where the bytes that came so far lie."""
        return storage.arrival_path(self.pk)

    @property
    def is_whole(self) -> bool:
        """Say whether every byte was acknowledged."""
        return self.offset == self.length

    @property
    def is_adopted(self) -> bool:
        """Say whether it became an original."""
        return self.original_id is not None
