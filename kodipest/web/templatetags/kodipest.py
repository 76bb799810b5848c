"""What templates of every app use: icons, dates, sizes, lengths, the language switch."""

import datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse, translate_url
from django.utils import dateformat, formats, timezone, translation
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kodipest.engines.almanac.hijri import format_hijri, hijri

register = template.Library()

LANGUAGE_NAMES = {"id": "Bahasa Indonesia", "en": "English", "zh-hans": "简体中文"}
LANGUAGE_MARKS = {"id": "ID", "en": "EN", "zh-hans": "中文"}
ZONES = {
    "Asia/Jakarta": "WIB",
    "Asia/Makassar": "WITA",
    "Asia/Jayapura": "WIT",
    "Asia/Shanghai": "北京时间",
}
KIND_ICONS = {"video", "audio", "article", "poster", "comic", "ebook"}
DAY_FORMATS = {"zh-hans": "Y年n月j日"}  # elsewhere "11 Juli 2026": the month is written out
UNITS = ("B", "KB", "MB", "GB", "TB")


@cache
def _sprite() -> str:
    return static("web/icons.svg")


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """Draw the icon `name` of icons.svg; it is decoration, words stand beside it."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        css,
        _sprite(),
        name,
    )


@register.simple_tag
def khatam(css: str = "") -> SafeString:
    """Draw the eight-pointed star large: empty states, errors, seals."""
    return format_html(
        '<svg class="khatam {}" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        'aria-hidden="true" focusable="false"><use href="{}#khatam"></use></svg>',
        css,
        _sprite(),
    )


@register.simple_tag
def kind_icon(kind: str) -> SafeString:
    """Draw the icon of a kind of work."""
    return icon(kind if kind in KIND_ICONS else "works")


@register.filter
def clock(seconds: float | None) -> str:
    """Write a duration as people say it: "3.02" in Indonesian, "3:02" elsewhere."""
    if seconds is None:
        return ""
    whole = int(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    mark = "." if (translation.get_language() or "id").startswith("id") else ":"
    parts = [str(hours), f"{minutes:02}"] if hours else [str(minutes)]
    return mark.join([*parts, f"{rest:02}"])


@register.filter
def machine_length(seconds: float | None) -> str:
    """Write a duration for the `datetime` attribute of <time>."""
    return f"PT{int(seconds or 0)}S"


@register.filter
def size(count: int | None) -> str:
    """Write a number of bytes as "3,4 MB" in the reader's language."""
    if count is None:
        return ""
    value, unit = float(count), 0
    while value >= 1000 and unit < len(UNITS) - 1:
        value, unit = value / 1000, unit + 1
    places = 1 if unit >= 2 and value < 100 else 0
    return f"{formats.number_format(round(value, places), decimal_pos=places)} {UNITS[unit]}"


@register.filter
def day(moment: datetime.datetime | datetime.date | None) -> str:
    """Write a day Masehi / Hijriah: "11 Juli 2026 / 26 Muharam 1448 H"."""
    if moment is None:
        return ""
    date = timezone.localtime(moment).date() if isinstance(moment, datetime.datetime) else moment
    language = translation.get_language() or settings.LANGUAGE_CODE
    written = plain_day(date)
    islamic = hijri(date)
    return f"{written} / {format_hijri(islamic, language)}" if islamic else written


def plain_day(date: datetime.date) -> str:
    """Write a day in the reader's language."""
    pattern = DAY_FORMATS.get(translation.get_language() or settings.LANGUAGE_CODE, "j F Y")
    return dateformat.format(date, pattern)


@register.filter
def moment(when: datetime.datetime | None) -> str:
    """Write a moment with its zone: "11 Juli 2026, 16.00 WIB"."""
    if when is None:
        return ""
    here = timezone.localtime(when)
    zone = ZONES.get(timezone.get_current_timezone_name(), here.strftime("%Z"))
    date = plain_day(here.date())
    language = translation.get_language() or "id"
    mark = "." if language.startswith("id") else ":"
    gap = " " if _is_chinese() else ", "
    return f"{date}{gap}{here:%H}{mark}{here:%M} {zone}"


@register.simple_tag
def colon() -> str:
    """Part a label from what it is about, as the language prints it."""
    return "：" if _is_chinese() else ": "


@register.simple_tag
def comma() -> str:
    """Part names of a list, as the language prints it."""
    return "、" if _is_chinese() else ", "


def _is_chinese() -> bool:
    return (translation.get_language() or "").startswith("zh")


@register.simple_tag
def today_line() -> str:
    """Write today Masehi / Hijriah, for the foot of the page."""
    return day(timezone.localdate())


@register.simple_tag(takes_context=True)
def language_links(context: template.Context) -> list[dict[str, Any]]:
    """List this page in each language of the interface."""
    request: HttpRequest | None = context.get("request")
    path = request.get_full_path() if request else "/"
    current = translation.get_language()
    return [
        {
            "code": code,
            "name": LANGUAGE_NAMES.get(code, code),
            "mark": LANGUAGE_MARKS.get(code, code.upper()),
            "url": path if code == current else translate_url(path, code),
            "is_current": code == current,
        }
        for code, _name in settings.LANGUAGES
    ]


@register.simple_tag
def maybe_url(name: str, *args: Any) -> str:
    """Return the address of the view `name`, or nothing when this site has no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@register.simple_tag(takes_context=True)
def here(context: template.Context, url: str) -> SafeString | str:
    """Mark a link of a menu as the current page when the page lies under `url`.

    A page that lies elsewhere for its reader says so with `lies_under` in its context.
    """
    request: HttpRequest | None = context.get("request")
    if request is None or not url:
        return ""
    is_home = url == reverse("home")
    path = context.get("lies_under") or request.path
    is_here = path == url if is_home else path.startswith(url)
    return (
        format_html(' aria-current="{}"', "page" if request.path == url else "true")
        if is_here
        else ""
    )


@register.simple_tag(takes_context=True)
def with_query(context: template.Context, **changes: Any) -> str:
    """Return "?…" of this page with `changes` made; an empty value takes its name away."""
    request: HttpRequest = context["request"]
    values = {name: request.GET[name] for name in request.GET if name not in changes}
    values |= {name: str(value) for name, value in changes.items() if value not in (None, "")}
    return f"?{urlencode(values)}" if values else request.path


@register.filter
def initial(name: str) -> str:
    """Return the first letter of a name, for the round mark beside it."""
    return name.strip()[:1].upper()
