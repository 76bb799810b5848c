"""What was measured and found on originals."""

from django.db import models
from django.utils import timezone

from kodipest.engines.media.models.originals import Original
from kodipest.kernel.ids import new_id


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
