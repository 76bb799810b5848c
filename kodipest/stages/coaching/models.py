from django.conf import settings
from django.db import models
from django.utils import timezone

from kodipest.kernel.ids import new_id
from kodipest.works.models import Revision


class Advice(models.Model):
    """What a mentor wrote about one version."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="advice")
    coach = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=4000)
    given_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["given_at", "id"]
        verbose_name_plural = "advice"

    def __str__(self) -> str:
        return self.text[:60]


class Approval(models.Model):
    """A mentor vouches for one exact version (*ijazah*)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    revision = models.OneToOneField(Revision, on_delete=models.PROTECT, related_name="approval")
    coach = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.revision}: {self.coach}"
