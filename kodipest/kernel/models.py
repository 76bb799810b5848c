from django.db import models


class Freshness(models.Model):
    """How often something public has changed: one row, counted up inside the changing transaction."""

    generation = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.generation)
