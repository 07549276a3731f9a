"""Working time: a unit's calendar laid over real time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from app.domain.city.model import Calendar, City

_A_DAY = timedelta(days=1)
_LONGEST_REST = 400  # days; a calendar shut for longer is a mistake, and nobody should wait for its end
_KEPT = 64

Span = tuple[int, int]  # minutes since 1970, end exclusive


class NeverOpen(ValueError):
    """This calendar has no working time for more than a year: nothing can be promised by it."""


class WorkingTime:
    """When a calendar's units work, in the city's time zone. Immutable to its callers; remembers the days it met.

    A moment counts by its whole minute: seconds are dropped, so that what a page reckons adds up. A minute counts
    when it begins inside one of the day's spans. Spans of a day stand in order and apart, as `city check` demands.
    """

    def __init__(self, calendar: Calendar, timezone: str) -> None:
        self.calendar = calendar
        self.timezone = ZoneInfo(timezone)
        self._spans: dict[date, tuple[Span, ...]] = {}

    def is_working(self, at: datetime) -> bool:
        """Is somebody at work in the minute that begins at or just before this moment?"""
        minute = minute_of(at)
        return any(opens <= minute < closes for opens, closes in self.spans(self.day_of(at)))

    def next_open(self, at: datetime) -> datetime:
        """This minute when it is worked, else the first worked one after it. NeverOpen when there is none."""
        opens, _ = next(self._spans_from(at))
        return moment_of(opens)

    def add_minutes(self, at: datetime, minutes: int) -> datetime:
        """The first moment by which so many working minutes have passed since `at`; no minutes give `at` itself.

        Work that fills a day to its last minute is due when that day closes, not when the next one opens; a unit on
        duty round the clock may be due at 24:00, which is the next day's 00:00.
        """
        if minutes < 0:
            raise ValueError("Working time runs forward only.")
        if minutes == 0:
            return moment_of(minute_of(at))
        for opens, closes in self._spans_from(at):
            if minutes <= closes - opens:
                return moment_of(opens + minutes)
            minutes -= closes - opens
        raise AssertionError("spans never end")

    def minutes_between(self, start: datetime, end: datetime) -> int:
        """How many working minutes lie between two moments; none when `end` is not after `start`."""
        first, last = minute_of(start), minute_of(end)
        day, last_day, total = self.day_of(start), self.day_of(end), 0
        while day <= last_day:
            for opens, closes in self.spans(day):
                total += max(0, min(closes, last) - max(opens, first))
            day += _A_DAY
        return total

    def add_days(self, at: datetime, days: int) -> datetime:
        """So many whole working days after the day of receipt, due at the last one's closing minute.

        The day of receipt is the local day of `at`, even when it is a day off or the office has closed already: what
        comes on Saturday, or on Friday at 22:00, has Monday as its first day.
        """
        if days < 1:
            raise ValueError("A promise in days has at least one.")
        last = next(islice(self.working_days_after(self.day_of(at)), days - 1, None))
        return moment_of(self.spans(last)[-1][1])

    def close_of(self, day: date) -> datetime | None:
        """The closing moment of a local day, None when it is not worked. 24:00 is the next day's 00:00."""
        spans = self.spans(day)
        return moment_of(spans[-1][1]) if spans else None

    def day_of(self, at: datetime) -> date:
        """The city's local day."""
        return at.astimezone(self.timezone).date()

    def spans(self, day: date) -> tuple[Span, ...]:
        """The worked spans of a local day as minutes since 1970, in order, end exclusive; none on a day off."""
        known = self._spans.get(day)
        if known is None:
            known = self._spans[day] = tuple(
                (self._minute(day, opens), self._minute(day, closes)) for opens, closes in self._pattern(day)
            )
        return known

    def working_days_after(self, day: date) -> Iterator[date]:
        """The worked days after this one, without end. NeverOpen when there is none for more than a year."""
        worked = day
        while (day - worked).days <= _LONGEST_REST:
            day += _A_DAY
            if self.spans(day):
                worked = day
                yield day
        raise NeverOpen(f"Calendar {self.calendar.code} is shut for more than {_LONGEST_REST} days after {worked}.")

    def _spans_from(self, at: datetime) -> Iterator[Span]:
        """The worked spans from this minute on, the first one cut to begin with it."""
        first, today = minute_of(at), self.day_of(at)
        for opens, closes in self.spans(today):
            if closes > first:
                yield max(opens, first), closes
        for day in self.working_days_after(today):
            yield from self.spans(day)

    def _pattern(self, day: date) -> tuple[Span, ...]:
        """The day's spans by its own clock. A swapped day is worked like a Monday, even one that is also off."""
        if day in self.calendar.days_worked:
            return self.calendar.week[0]
        return () if day in self.calendar.days_off else self.calendar.week[day.weekday()]

    def _minute(self, day: date, minute: int) -> int:
        """The local clock read `minute` minutes after midnight. Where clocks change, the clock decides."""
        return minute_of(datetime(day.year, day.month, day.day, tzinfo=self.timezone) + timedelta(minutes=minute))


def working_time_of(city: City, unit: str) -> WorkingTime:
    """The working time of one of the city's units, by its code."""
    return working_time_by(city, city.units[unit].calendar)


def working_time_by(city: City, code: str) -> WorkingTime:
    """The working time a calendar says, the dispatcher's where the city has no such calendar any more.

    Kept, because it remembers the days it met.
    """
    calendar = city.calendars.get(code) or city.calendars[city.units[city.dispatch].calendar]
    key = id(calendar), city.timezone
    found = _working_times.get(key)
    if found is None:
        if len(_working_times) >= _KEPT:
            _working_times.clear()
        found = _working_times[key] = WorkingTime(calendar, city.timezone)
    return found


_working_times: dict[tuple[int, str], WorkingTime] = {}  # each holds its calendar, so the calendar's id stays its own


def minute_of(at: datetime) -> int:
    """Whole minutes since 1970, seconds dropped. ValueError for a naive moment."""
    if at.tzinfo is None:
        raise ValueError("A moment must be aware.")
    return int(at.timestamp() // 60)


def moment_of(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)
