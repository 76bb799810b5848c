"""What is: files as people gave them, and what is made of them for watching."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kodipest.engines.media import storage
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
    def path(self) -> Path:
        """Where the bytes lie."""
        return storage.original_path(self.sha256)


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
    wishes = models.JSONField(default=dict, blank=True)  # of a pack: see operations.packing
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


class Examination(models.Model):
    """What was measured and found on one original, the last time it was prepared.

    Private: `report` (checks.examine.report) may hold hints about faces and bare skin, so it is
    neither in a manifest nor in any served folder. `likeness` is what it is known again by,
    `similar` what was already here when it came: [{"original", "picture", "sound"}].
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    original = models.OneToOneField(Original, on_delete=models.CASCADE, related_name="examination")
    report = models.JSONField()
    likeness = models.JSONField()
    similar = models.JSONField(default=list)
    examined_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"examination of {self.original_id}"


class LikenessMark(models.Model):
    """One of the few marks under which an original is found among all others (checks.likeness)."""

    examination = models.ForeignKey(Examination, on_delete=models.CASCADE, related_name="marks")
    mark = models.BigIntegerField()

    class Meta:
        constraints = [
            # The mark comes first: this is also the index by which they are looked up.
            models.UniqueConstraint(fields=["mark", "examination"], name="media_mark_once"),
        ]

    def __str__(self) -> str:
        return f"{self.mark:x}"
