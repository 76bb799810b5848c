import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodipest.engines.almanac.hijri import MONTHS, HijriDate, format_hijri, hijri

FIRST, LAST = datetime.date(1924, 8, 1), datetime.date(2077, 11, 16)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        # History: the Grand Mosque was seized on the first day of the 15th century.
        ("1979-11-20", (1400, 1, 1)),
        # Unicode's ICU, calendar islamic-umalqura, read in Chromium in November 2026.
        ("2000-04-06", (1421, 1, 1)),
        ("2021-12-14", (1443, 5, 10)),
        ("2026-02-18", (1447, 9, 1)),
        ("2026-06-15", (1447, 12, 29)),
        ("2026-06-16", (1448, 1, 1)),
        ("2026-07-11", (1448, 1, 26)),
        ("2026-11-23", (1448, 6, 13)),
        # The ends of the table.
        ("1924-08-01", (1343, 1, 1)),
        ("2077-11-16", (1500, 12, 30)),
    ],
)
def test_hijri_of_known_days(day, expected):
    assert hijri(datetime.date.fromisoformat(day)) == expected


def test_offset_moves_the_calendar_of_a_country():
    day = datetime.date(2026, 6, 16)

    assert hijri(day, offset=-1) == (1447, 12, 29)
    assert hijri(day, offset=1) == (1448, 1, 2)


@pytest.mark.parametrize(
    ("day", "offset"),
    [
        (FIRST - datetime.timedelta(days=1), 0),
        (LAST + datetime.timedelta(days=1), 0),
        (FIRST, -1),
        (LAST, 1),
        (datetime.date.min, -1),
        (datetime.date.max, 1),
    ],
)
def test_hijri_is_silent_outside_its_table(day, offset):
    assert hijri(day, offset) is None


@given(st.dates(FIRST, LAST - datetime.timedelta(days=1)))
def test_days_follow_each_other(day):
    today, tomorrow = hijri(day), hijri(day + datetime.timedelta(days=1))

    if tomorrow.day != 1:
        assert tomorrow == today._replace(day=today.day + 1)
    else:
        # Until 1945 the table holds months as they were kept in Mecca: eight have 28 or 31 days.
        assert today.day in ({29, 30} if day.year > 1945 else {28, 29, 30, 31})
        assert (tomorrow.year - today.year) * 12 + tomorrow.month - today.month == 1


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("id", "26 Muharam 1448 H"),
        ("en", "26 Muharram 1448 AH"),
        ("en-gb", "26 Muharram 1448 AH"),
        ("zh-hans", "回历1448年穆哈兰姆月26日"),
        ("zh_Hans", "回历1448年穆哈兰姆月26日"),
        ("ar", "٢٦ محرّم ١٤٤٨ هـ"),
        ("xx", "26 Muharam 1448 H"),
    ],
)
def test_format_hijri_in_four_languages(language, expected):
    assert format_hijri(HijriDate(1448, 1, 26), language) == expected


def test_every_language_has_twelve_months():
    assert {language: len(set(names)) for language, names in MONTHS.items()} == {
        "id": 12,
        "en": 12,
        "zh": 12,
        "ar": 12,
    }
    assert MONTHS["id"][8] == "Ramadan"
    assert MONTHS["zh"][8] == "斋月"
