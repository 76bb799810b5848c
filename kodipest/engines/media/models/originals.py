"""Files as people gave them."""

from pathlib import Path

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kodipest.engines.media import storage
from kodipest.engines.media.facts import Probe
from kodipest.engines.media.recipes import has_fast_motion
from kodipest.kernel.ids import new_id


class Original(models.Model):
    """A file as it was given, untouched, named by its SHA-256. The same bytes twice are one row."""

    class Kind(models.TextChoices):
        VIDEO = "video", _("video")
        AUDIO = "audio", _("sound")
        IMAGE = "image", _("picture")
        DOCUMENT = "document", _("document")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sha256 = models.CharField(max_length=64, unique=True)
    size_bytes = models.PositiveBigIntegerField()
    mime = models.CharField(max_length=100)
    kind = models.CharField(max_length=8, choices=Kind)
    probe = models.JSONField()  # Probe.as_dict() of the moment it came in
    created_at = models.DateTimeField(default=timezone.now)
    # When somebody last gave these bytes: a sweep leaves them alone for a while from then on.
    brought_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(size_bytes__gt=0), name="media_original_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.sha256[:12]}"

    @property
    def has_fast_motion(self) -> bool:
        """Say whether it is a film with more pictures a second than are kept unasked."""
        return has_fast_motion(Probe.from_dict(self.probe))

    @property
    def path(self) -> Path:
        """Where the bytes lie."""
        return storage.original_path(self.sha256)
