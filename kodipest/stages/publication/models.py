from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kodipest.kernel.ids import new_id
from kodipest.works.models import Revision, Work


class Channel(models.Model):
    """A place where works come out under one name."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120)
    about = models.TextField(_("about"), blank=True, max_length=1000)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Edition(models.Model):
    """One version of a work, out in public in one channel. Authored at the hub.

    Out while `withdrawn_at` is null; a work has one edition out at most. Whether the public sees it
    also hangs on the consents of everyone in its credits: ask `queries.published_editions`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="editions")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="editions")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="editions")
    kind = models.CharField(max_length=8, choices=Work.Kind)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    published_at = models.DateTimeField(default=timezone.now)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["work"], condition=Q(withdrawn_at=None), name="one_edition_out_per_work"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="withdrawn_by_somebody_or_not_at_all",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-published_at"], condition=Q(withdrawn_at=None), name="editions_newest"
            ),
            models.Index(
                fields=["kind", "-published_at"],
                condition=Q(withdrawn_at=None),
                name="editions_newest_of_a_kind",
            ),
            models.Index(
                fields=["channel", "-published_at"],
                condition=Q(withdrawn_at=None),
                name="editions_newest_of_a_channel",
            ),
        ]

    def __str__(self) -> str:
        return str(self.revision)
