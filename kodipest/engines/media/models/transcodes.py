"""What is made of originals for watching, part by part."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kodipest.engines.media.models.originals import Original
from kodipest.engines.media.recipes import MAX_FPS
from kodipest.kernel.ids import new_id


class Transcode(models.Model):
    """The making of one part of the renditions of one original: a job and, once done, its result.

    A film is made in parts. The `base` comes first and is all that watching, handing in and
    publishing need: it has a folder of its own, and assets point to its row. When it is done its
    additions are asked for, taller rungs (`high`) and a set for thin lines (`thrift`), later packs
    to take away: rows with a `base`, whose files are joined into the folder of the base. A failed
    addition takes nothing from the film.

    The row is the truth, the queue is only a doorbell. What the states mean in the world:

    * waiting: nobody works on it. `not_before` in the future: a try went wrong, the next one
      rests a little; `error_code` says what went wrong last.
    * running: `lease_by` writes into `folder` and renews `lease_until` every few seconds. A lease
      that ran out means that its worker is dead; a sweep puts the row back to waiting.
      `first_playable_at` set: what is there can be watched already.
    * done: `folder` holds all that `manifest` names, and only additions will join it. A done
      addition has no folder: its files stand in that of its base, whose manifest names them.
    * failed: `error_code` says why; only a person's retry brings it back to waiting.
    * cancelled: a person did not want it; a retry brings it back to waiting.

    `runs` counts claims and names the folder of each, so that two attempts never share one.
    `interruptions` counts workers that died on it, `attempts` tries that ended with an error.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("being prepared")
        DONE = "done", _("ready")
        FAILED = "failed", _("could not be prepared")
        CANCELLED = "cancelled", _("called off")

    class Part(models.TextChoices):
        BASE = "base", _("film")
        HIGH = "high", _("larger pictures")
        THRIFT = "thrift", _("data saver")
        # To be taken away from the site: of a base that is done, with what `wishes` says.
        WHATSAPP = "whatsapp", _("for WhatsApp")
        PODCAST = "podcast", _("podcast")
        TELEVISION = "television", _("for a TV channel")
        SHEET = "sheet", _("page of stills")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    original = models.ForeignKey(Original, on_delete=models.PROTECT, related_name="transcodes")
    part = models.CharField(max_length=10, choices=Part, default=Part.BASE)
    base = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="additions"
    )
    # A base made anew by today's recipe: when it is done it takes the place of this older one.
    replaces = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replaced_by"
    )
    fingerprint = models.CharField(max_length=32)
    # Of a pack: see operations.packing. Of a base: `max_fps`, when somebody asked for its fast motion.
    wishes = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    requested_at = models.DateTimeField(default=timezone.now)
    # Whose turn it is: the smallest comes first (operations/turns.py says how it is reckoned).
    turn_at = models.DateTimeField(default=timezone.now)
    # Of a base: since when somebody waits for its larger pictures.
    hurried_at = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(default=timezone.now)
    runs = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    interruptions = models.PositiveSmallIntegerField(default=0)
    folder = models.CharField(max_length=48, blank=True)
    lease_by = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    # Clocks of laptops jump, backwards too: these three tell people something and order nothing.
    started_at = models.DateTimeField(null=True, blank=True)
    first_playable_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    progress = models.FloatField(default=0)
    seconds_left = models.PositiveIntegerField(null=True, blank=True)
    manifest = models.JSONField(null=True, blank=True)
    cpu_seconds = models.FloatField(null=True, blank=True)
    error_code = models.CharField(max_length=20, blank=True)
    error_detail = models.TextField(blank=True)  # for the operator, never shown to people

    class Meta:
        indexes = [models.Index(fields=["state", "turn_at"], name="media_transcode_turn")]
        constraints = [
            models.UniqueConstraint(
                fields=["original", "fingerprint"], name="media_one_transcode_per_recipe"
            ),
            models.UniqueConstraint(
                fields=["base", "part"],
                condition=Q(base__isnull=False),
                name="media_one_addition_per_part",
            ),
            models.UniqueConstraint(
                fields=["folder"], condition=~Q(folder=""), name="media_folder_of_one_transcode"
            ),
            models.CheckConstraint(
                condition=Q(part="base", base__isnull=True)
                | ~Q(part="base") & Q(base__isnull=False),
                name="media_addition_has_a_base",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "running", "done", "failed", "cancelled"]),
                name="media_transcode_state_known",
            ),
            models.CheckConstraint(
                condition=Q(progress__gte=0, progress__lte=1), name="media_progress_is_a_fraction"
            ),
            models.CheckConstraint(
                condition=(
                    Q(state="running", lease_until__isnull=False, started_at__isnull=False)
                    & ~Q(lease_by="")
                    & ~Q(folder="")
                )
                | (~Q(state="running") & Q(lease_until__isnull=True, lease_by="")),
                name="media_running_means_leased",
            ),
            models.CheckConstraint(
                condition=~Q(state="waiting")
                | Q(folder="", manifest__isnull=True, finished_at__isnull=True, progress=0),
                name="media_waiting_has_no_result",
            ),
            models.CheckConstraint(
                condition=~Q(state="done")
                | (
                    Q(manifest__isnull=False, progress=1, finished_at__isnull=False, error_code="")
                    & (
                        Q(part="base", first_playable_at__isnull=False) & ~Q(folder="")
                        | ~Q(part="base") & Q(folder="")
                    )
                ),
                name="media_done_has_a_result",
            ),
            models.CheckConstraint(
                condition=~Q(state="failed")
                | (Q(finished_at__isnull=False, folder="") & ~Q(error_code="")),
                name="media_failed_says_why",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled")
                | Q(finished_at__isnull=False, folder="", manifest__isnull=True, progress=0),
                name="media_cancelled_has_no_result",
            ),
            models.CheckConstraint(
                condition=Q(first_playable_at__isnull=True) | ~Q(folder=""),
                name="media_playable_has_a_folder",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part} {self.fingerprint[:12]} {self.state}"

    @property
    def is_playable(self) -> bool:
        """Say whether a player can start now, even if the encoder is still at work."""
        return self.first_playable_at is not None and self.folder != ""

    @property
    def is_done(self) -> bool:
        """Say whether everything is there and will not change again."""
        return self.state == self.State.DONE

    @property
    def is_failed(self) -> bool:
        """Say whether only a retry by a person can bring a result."""
        return self.state == self.State.FAILED

    @property
    def is_cancelled(self) -> bool:
        """Say whether a person called it off."""
        return self.state == self.State.CANCELLED

    @property
    def max_fps(self) -> int:
        """How many pictures a second were asked for: of a base, and with it of its additions."""
        asked: int = (self.base or self).wishes.get("max_fps", MAX_FPS)
        return asked

    @property
    def is_unfinished(self) -> bool:
        """Say whether it waits or is at work: it may still be called off."""
        return self.state in {self.State.WAITING, self.State.RUNNING}

    @property
    def is_lapsed(self) -> bool:
        """Say whether the worker has been silent for longer than its lease."""
        return self.lease_until is not None and self.lease_until < timezone.now()

    @property
    def waits_until(self) -> datetime | None:
        """When the next try may begin, if it rests after one that went wrong."""
        rests = self.state == self.State.WAITING and self.not_before > timezone.now()
        return self.not_before if rests else None
