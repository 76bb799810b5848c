"""Hijri dates by the Umm al-Qura calendar, and how four languages write them."""

import datetime
from typing import NamedTuple

from hijridate import Gregorian

MONTHS: dict[str, tuple[str, ...]] = {
    # KBBI spelling.
    "id": (
        "Muharam",
        "Safar",
        "Rabiulawal",
        "Rabiulakhir",
        "Jumadilawal",
        "Jumadilakhir",
        "Rajab",
        "Syakban",
        "Ramadan",
        "Syawal",
        "Zulkaidah",
        "Zulhijah",
    ),
    "en": (
        "Muharram",
        "Safar",
        "Rabi al-Awwal",
        "Rabi al-Thani",
        "Jumada al-Ula",
        "Jumada al-Akhirah",
        "Rajab",
        "Sha'ban",
        "Ramadan",
        "Shawwal",
        "Dhu al-Qa'dah",
        "Dhu al-Hijjah",
    ),
    # The names Chinese Muslims use, except the ninth, which the house glossary calls 斋月.
    "zh": (
        "穆哈兰姆月",
        "色法尔月",
        "赖比尔·敖外鲁月",
        "赖比尔·阿色尼月",
        "主马达·敖外鲁月",
        "主马达·阿色尼月",
        "赖哲卜月",
        "舍尔邦月",
        "斋月",
        "闪瓦鲁月",
        "都尔喀尔德月",
        "都尔黑哲月",
    ),
    "ar": (
        "محرّم",
        "صفر",
        "ربيع الأول",
        "ربيع الآخر",
        "جمادى الأولى",
        "جمادى الآخرة",
        "رجب",
        "شعبان",
        "رمضان",
        "شوال",
        "ذو القعدة",
        "ذو الحجة",
    ),
}

_PATTERNS = {
    "id": "{day} {month} {year} H",
    "en": "{day} {month} {year} AH",
    "zh": "回历{year}年{month}{day}日",
    "ar": "{day} {month} {year} هـ",
}

_ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


class HijriDate(NamedTuple):
    """A day of the Hijri calendar; months count from 1."""

    year: int
    month: int
    day: int


def hijri(date: datetime.date, offset: int = 0) -> HijriDate | None:
    """Return the Hijri date of the daylight part of `date`, or None outside 1343 - 1500 H.

    Umm al-Qura is computed; a country that sights the moon may be a day off. `offset` is the days
    its calendar runs ahead (+) or behind (-). The Hijri day itself begins at the sunset before.
    """
    try:
        moved = date + datetime.timedelta(days=offset)
        day = Gregorian(moved.year, moved.month, moved.day).to_hijri()
    except OverflowError:
        return None
    return HijriDate(day.year, day.month, day.day)


def format_hijri(date: HijriDate, language: str) -> str:
    """Write `date` for a reader of `language` ("id", "en", "zh-hans", "ar"; else Indonesian)."""
    code = language.replace("_", "-").split("-")[0].lower()
    if code not in MONTHS:
        code = "id"
    text = _PATTERNS[code].format(day=date.day, month=MONTHS[code][date.month - 1], year=date.year)
    return text.translate(_ARABIC_INDIC) if code == "ar" else text
