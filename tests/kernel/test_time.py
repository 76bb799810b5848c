from datetime import date, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kodipest.kernel.time import age_on, born_for_age, today

days = st.dates(date(1950, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("day", "born", "age"),
    [
        (date(2026, 11, 23), date(2013, 11, 23), 13),
        (date(2026, 11, 22), date(2013, 11, 23), 12),
        (date(2027, 2, 28), date(2012, 2, 29), 14),
        (date(2027, 3, 1), date(2012, 2, 29), 15),
        (date(2028, 2, 29), date(2012, 2, 29), 16),
    ],
)
def test_age_on_counts_full_years(day, born, age):
    assert age_on(day, born) == age


@given(days, st.integers(1, 40))
@example(date(2028, 2, 29), 13)
@example(date(2028, 2, 29), 16)
def test_born_for_age_is_the_last_day_old_enough(day, years):
    born = born_for_age(day, years)

    assert age_on(day, born) == years
    assert age_on(day, born + timedelta(days=1)) == years - 1


def test_today_is_a_date_of_this_site(settings):
    assert settings.TIME_ZONE == "Asia/Jakarta"
    assert isinstance(today(), date)
