from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kodipest.kernel.ids import new_id
from kodipest.works.models import Revision, Work


class Submission(models.Model):
    """One sealed version laid before the curators. Authored where the work is made."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    work = models.ForeignKey(Work, on_delete=models.PROTECT, related_name="submissions")
    revision = models.OneToOneField(Revision, on_delete=models.PROTECT, related_name="submission")
    note = models.TextField(_("note to the curators"), blank=True, max_length=2000)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    submitted_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return str(self.revision)


class Verdict(models.Model):
    """What a curator decided on one submission. Authored at the hub: a row of its own.

    A submission without a verdict waits; with one it is decided, and nothing decides it again.
    """

    class Outcome(models.TextChoices):
        PASSED = "passed", _("Passed")
        RETURNED = "returned", _("Returned with notes")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    submission = models.OneToOneField(Submission, on_delete=models.PROTECT, related_name="verdict")
    curator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(max_length=8, choices=Outcome)
    rubric_version = models.PositiveIntegerField()
    scores = models.JSONField(help_text="criterion key -> 1..4")
    total = models.DecimalField(max_digits=5, decimal_places=2)
    praise = models.TextField(_("what is good"), max_length=2000)
    advice = models.TextField(_("what to improve"), blank=True, max_length=2000)
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="returned") | Q(total__gte=70),
                name="passed_at_or_above_the_mark",
            ),
            models.CheckConstraint(
                condition=Q(outcome="passed") | ~Q(advice=""), name="returned_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.submission}: {self.get_outcome_display()}"
