"""Long films, in sections that any worker may make."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kodipest.engines.media.models.transcodes import Transcode
from kodipest.kernel.ids import new_id


class Section(models.Model):
    """A section of a long film, while the film is being made: a job that any worker may take.

    It has the states of the transcode it is part of, but for `cancelled`; the row and its folder go
    when that has an end. What they mean in the world:

    * waiting: nobody works on it. A try that went wrong leaves `attempts` and what it was.
    * running: `lease_by` writes into `folder`; a lease that ran out is taken back by the sweep.
    * done: `folder` holds what the splicing needs; a later worker of the same film finds it there.
    * failed: it was tried too often; the film hears of it and says why.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("being prepared")
        DONE = "done", _("ready")
        FAILED = "failed", _("could not be prepared")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    transcode = models.ForeignKey(Transcode, on_delete=models.CASCADE, related_name="sections")
    number = models.PositiveSmallIntegerField()
    fingerprint = models.CharField(max_length=32)  # of its place in the film and the recipe
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    runs = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    folder = models.CharField(max_length=48, blank=True)
    lease_by = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    progress = models.FloatField(default=0)
    error_code = models.CharField(max_length=20, blank=True)
    error_detail = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["state"], name="media_section_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["transcode", "number"], name="media_one_section_per_number"
            ),
            models.CheckConstraint(
                condition=Q(state="running", lease_until__isnull=False)
                & ~Q(lease_by="")
                & ~Q(folder="")
                | ~Q(state="running") & Q(lease_until__isnull=True, lease_by=""),
                name="media_section_running_means_leased",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["running", "done"]) & ~Q(folder="")
                | Q(state__in=["waiting", "failed"], folder=""),
                name="media_section_made_has_a_folder",
            ),
            models.CheckConstraint(
                condition=Q(progress__gte=0, progress__lte=1),
                name="media_section_progress_is_a_fraction",
            ),
        ]

    def __str__(self) -> str:
        return f"section {self.number} {self.state}"
