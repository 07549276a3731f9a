"""Moments, ages and lengths of time in words, in a reader's language: the same on pages, in mails and in print.

The language is named by the caller, because a mail is written in its reader's language, not in that of the request.
"""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.models.localized import Localized

WEEKDAYS = (
    Localized("thứ Hai", "Monday"),
    Localized("thứ Ba", "Tuesday"),
    Localized("thứ Tư", "Wednesday"),
    Localized("thứ Năm", "Thursday"),
    Localized("thứ Sáu", "Friday"),
    Localized("thứ Bảy", "Saturday"),
    Localized("Chủ nhật", "Sunday"),
)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_MINUTE = Localized("phút", "minute")
_HOUR = Localized("giờ", "hour")
_DAY = Localized("ngày", "day")
_AGES = (
    (525_960, Localized("năm", "year")),
    (43_830, Localized("tháng", "month")),
    (1440, _DAY),
    (60, _HOUR),
    (1, _MINUTE),
)  # minutes of each, the largest first
_AGO = Localized("{} trước", "{} ago")
_END_OF = Localized("hết {}", "the end of {}")
_ON_HOLD = Localized("{} (đang tạm dừng đến {})", "{} (on hold until {})")
_JUST_NOW = Localized("vừa xong", "just now")


def say_moment(at: datetime, language: str, now: datetime, timezone: str) -> str:
    """ "16:30 thứ Ba 2/12", "16:30 Tuesday 2 December"; with the year only when it is not now's."""
    local = at.astimezone(ZoneInfo(timezone))
    return f"{local:%H:%M} {say_day(local.date(), language, _today(now, timezone))}"


def say_due(at: datetime, language: str, now: datetime, timezone: str) -> str:
    """As `say_moment`, but what is due at midnight is due at the end of the day: "hết thứ Ba 2/12"."""
    local = at.astimezone(ZoneInfo(timezone))
    if (local.hour, local.minute) != (0, 0):
        return say_moment(at, language, now, timezone)
    return _END_OF.in_(language).format(say_day(local.date() - timedelta(days=1), language, _today(now, timezone)))


def say_on_hold(due: str, until: str, language: str) -> str:
    """A promise that stands still for now: "16:30 thứ Ba 2/12 (đang tạm dừng đến …)"."""
    return _ON_HOLD.in_(language).format(due, until)


def say_day(on: date, language: str, today: date) -> str:
    """ "thứ Ba 2/12", "Tuesday 2 December"; with the year only when it is not today's."""
    weekday = WEEKDAYS[on.weekday()].in_(language)
    if language == "en":
        year = f" {on.year}" if on.year != today.year else ""
        return f"{weekday} {on.day} {_MONTHS[on.month - 1]}{year}"
    year = f"/{on.year}" if on.year != today.year else ""
    return f"{weekday} {on.day}/{on.month}{year}"


def say_clock(at: datetime, timezone: str) -> str:
    """ "16:30" on the city's clock."""
    return f"{at.astimezone(ZoneInfo(timezone)):%H:%M}"


def say_age(then: datetime, now: datetime, language: str) -> str:
    """ "3 ngày trước", "3 days ago", in the largest unit that is full; "vừa xong" under a minute."""
    minutes = int((now - then).total_seconds() // 60)
    for size, unit in _AGES:
        if minutes >= size:
            return _AGO.in_(language).format(_count(minutes // size, unit, language))
    return _JUST_NOW.in_(language)


def say_working_time(minutes: int, language: str) -> str:
    """Working time, never in days, because a working day is not 24 hours: "40 giờ", "2 giờ 45 phút"."""
    hours, rest = divmod(minutes, 60)
    parts = [_count(hours, _HOUR, language)] if hours else []
    if rest or not hours:
        parts.append(_count(rest, _MINUTE, language))
    return " ".join(parts)


def say_within(seconds: int, language: str) -> str:
    """The whole hours, from a day on the whole days, that so long a time fits into: "5 giờ", "6 ngày"."""
    hours = max(1, math.ceil(seconds / 3600))
    if hours < 24:
        return _count(hours, _HOUR, language)
    return _count(math.ceil(seconds / 86_400), _DAY, language)


def _today(now: datetime, timezone: str) -> date:
    return now.astimezone(ZoneInfo(timezone)).date()


def _count(number: int, unit: Localized, language: str) -> str:
    plural = "s" if language == "en" and number != 1 else ""
    return f"{number} {unit.in_(language)}{plural}"
