"""Calendars that the tests of the clock share, and a clock so slow that it must be right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.city.model import Calendar
from app.models.localized import Localized

HANOI = "Asia/Ho_Chi_Minh"
OFFICE_DAY = ((480, 720), (780, 1020))  # 08:00-12:00, 13:00-17:00
OFFICE_WEEK = (OFFICE_DAY,) * 5 + ((),) * 2
NATIONAL_DAY = Localized("Nghỉ lễ Quốc khánh", "National Day")
SWAPPED = Localized("Làm bù", "Worked in exchange")
CULTURE_DAY = Localized("Ngày Văn hóa Việt Nam", "Vietnam Culture Day")
DAYS_OFF = {
    date(2026, 8, 31): NATIONAL_DAY,
    date(2026, 9, 1): NATIONAL_DAY,
    date(2026, 9, 2): NATIONAL_DAY,
    date(2026, 11, 24): CULTURE_DAY,
}
DAYS_WORKED = {date(2026, 8, 22): SWAPPED}


def calendar(
    week: tuple[tuple[tuple[int, int], ...], ...] = OFFICE_WEEK,
    *,
    days_off: Mapping[date, Localized] = DAYS_OFF,
    days_worked: Mapping[date, Localized] = DAYS_WORKED,
    sample_years: frozenset[int] = frozenset({2027}),
) -> Calendar:
    return Calendar("office", Localized("Giờ hành chính"), week, days_off, days_worked, sample_years)


OFFICE = calendar()
ROUND_THE_CLOCK = calendar((((0, 1440),),) * 7, days_off={}, days_worked={})
NIGHT_DUTY = calendar((((0, 360), (1320, 1440)),) * 7, days_off={}, days_worked={})  # 22:00-06:00


def hanoi(text: str) -> datetime:
    """An aware UTC moment from what a clock in Hanoi shows: "2026-08-21 16:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(HANOI)).astimezone(UTC)


class SlowClock:
    """Working time counted minute by minute, with nothing in common with the real one."""

    def __init__(self, calendar: Calendar, timezone: str = HANOI) -> None:
        self.calendar, self.timezone = calendar, ZoneInfo(timezone)

    def is_working(self, at: datetime) -> bool:
        local = at.astimezone(self.timezone)
        minute = local.hour * 60 + local.minute
        return any(opens <= minute < closes for opens, closes in self.day(local.date()))

    def day(self, on: date) -> tuple[tuple[int, int], ...]:
        if on in self.calendar.days_worked:
            return self.calendar.week[0]
        if on in self.calendar.days_off:
            return ()
        return self.calendar.week[on.weekday()]

    def add_minutes(self, at: datetime, minutes: int) -> datetime:
        at = at.replace(second=0, microsecond=0)
        while minutes:
            minutes -= self.is_working(at)
            at += timedelta(minutes=1)
        return at

    def minutes_between(self, start: datetime, end: datetime) -> int:
        start, end, total = start.replace(second=0), end.replace(second=0), 0
        while start < end:
            total += self.is_working(start)
            start += timedelta(minutes=1)
        return total

    def next_open(self, at: datetime) -> datetime:
        at = at.replace(second=0)
        while not self.is_working(at):
            at += timedelta(minutes=1)
        return at

    def add_days(self, at: datetime, days: int) -> datetime:
        """The end of the last worked minute of the last day."""
        local = at.astimezone(self.timezone)
        midnight = datetime(local.year, local.month, local.day, tzinfo=self.timezone)
        while days:
            midnight += timedelta(days=1)
            days -= bool(self.day(midnight.date()))
        return (midnight + timedelta(minutes=self.day(midnight.date())[-1][1])).astimezone(UTC)
