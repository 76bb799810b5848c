"""Time: kept in UTC, spoken in the zone of the place."""

from datetime import date

from django.utils import timezone


def today() -> date:
    """Return today's date in the zone of this site."""
    return timezone.localdate()


def age_on(day: date, born: date) -> int:
    """Return the full years lived on `day`; someone born on 29 February is older on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def born_for_age(day: date, years: int) -> date:
    """Return the latest birth date of somebody who has lived `years` full years on `day`."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February in a year that has none
        return day.replace(year=day.year - years, day=28)
