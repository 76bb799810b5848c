"""Time: kept in UTC, spoken in the zone of the place."""

from datetime import date

from django.utils import timezone


def today() -> date:
    """Return today's date in the zone of this site."""
    return timezone.localdate()


def age_on(day: date, born: date) -> int:
    """Return the full years lived on `day`; someone born on 29 February is older on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
