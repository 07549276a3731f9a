from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.city.model import Bounds, Calendar, City, Limit, Settings, Unit
from app.domain.deadlines import NeverOpen, WorkingTime, working_time_of
from app.models.localized import Localized
from tests.domain.deadlines.calendars import (
    HANOI,
    NIGHT_DUTY,
    OFFICE,
    OFFICE_WEEK,
    ROUND_THE_CLOCK,
    SlowClock,
    calendar,
    hanoi,
)

FIRST_DAY = date(2026, 8, 10)
EDGES = (0, 1, 359, 360, 479, 480, 481, 719, 720, 780, 1019, 1020, 1021, 1319, 1320, 1439)


@st.composite
def spans(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    edges = sorted(draw(st.sets(st.sampled_from([0, 1, 360, 480, 481, 720, 780, 1020, 1320, 1439, 1440]), max_size=6)))
    edges = edges[: len(edges) // 2 * 2]
    return tuple(zip(edges[::2], edges[1::2], strict=True))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    week = draw(st.tuples(*[spans()] * 7).filter(lambda week: any(week[1:]) and any(week)))
    days = st.integers(0, 20).map(lambda n: FIRST_DAY + timedelta(days=n))
    off, worked = draw(st.sets(days, max_size=6)), draw(st.sets(days, max_size=3))
    name = Localized("Nghỉ")
    return calendar(week, days_off=dict.fromkeys(off, name), days_worked=dict.fromkeys(worked, name))


@st.composite
def moments(draw: st.DrawFn) -> datetime:
    minute = draw(st.sampled_from(EDGES) | st.integers(0, 1439))
    day = draw(st.integers(-1, 21))
    return hanoi(FIRST_DAY.isoformat()) + timedelta(days=day, minutes=minute, seconds=draw(st.sampled_from([0, 0, 59])))


some_calendars = st.sampled_from([OFFICE, ROUND_THE_CLOCK, NIGHT_DUTY]) | calendars()


# --- against the slow clock


@settings(deadline=None)
@given(some_calendars, moments(), st.integers(0, 2000))
def test_adding_minutes_comes_out_as_counted_one_by_one(calendar: Calendar, at: datetime, minutes: int) -> None:
    minutes = minutes % (_weekly_minutes(calendar) * 2 + 1)
    expected = SlowClock(calendar).add_minutes(at, minutes)
    assert WorkingTime(calendar, HANOI).add_minutes(at, minutes) == expected


@settings(deadline=None)
@given(some_calendars, moments(), moments())
def test_the_minutes_between_come_out_as_counted_one_by_one(calendar: Calendar, one: datetime, other: datetime) -> None:
    assert WorkingTime(calendar, HANOI).minutes_between(one, other) == SlowClock(calendar).minutes_between(one, other)


@settings(deadline=None)
@given(some_calendars, moments())
def test_the_next_open_minute_is_the_first_worked_one(calendar: Calendar, at: datetime) -> None:
    assert WorkingTime(calendar, HANOI).next_open(at) == SlowClock(calendar).next_open(at)


@given(some_calendars, moments())
def test_whether_a_minute_is_worked(calendar: Calendar, at: datetime) -> None:
    assert WorkingTime(calendar, HANOI).is_working(at) == SlowClock(calendar).is_working(at)


@given(some_calendars, moments(), st.integers(1, 15))
def test_adding_days_comes_out_as_counted_one_by_one(calendar: Calendar, at: datetime, days: int) -> None:
    assert WorkingTime(calendar, HANOI).add_days(at, days) == SlowClock(calendar).add_days(at, days)


@settings(deadline=None)
@given(
    st.sampled_from([OFFICE_WEEK, ROUND_THE_CLOCK.week]),
    st.sampled_from(["2026-03-28T20:00", "2026-10-24T20:00"]),
    st.integers(0, 4000),
)
def test_where_clocks_change_the_hours_that_pass_are_counted(
    week: tuple[tuple[tuple[int, int], ...], ...], start: str, minutes: int
) -> None:
    shared = calendar(week, days_off={}, days_worked={})
    at = datetime.fromisoformat(start).replace(tzinfo=UTC)
    expected = SlowClock(shared, "Europe/Berlin").add_minutes(at, minutes)
    assert WorkingTime(shared, "Europe/Berlin").add_minutes(at, minutes) == expected


# --- what always holds


@given(some_calendars, moments(), st.integers(0, 20000))
def test_what_was_added_lies_between(calendar: Calendar, at: datetime, minutes: int) -> None:
    clock = WorkingTime(calendar, HANOI)
    assert clock.minutes_between(at, clock.add_minutes(at, minutes)) == minutes


@given(some_calendars, moments(), st.integers(0, 5000), st.integers(0, 5000))
def test_a_pause_may_cut_the_time_anywhere(calendar: Calendar, at: datetime, first: int, then: int) -> None:
    clock = WorkingTime(calendar, HANOI)
    assert clock.add_minutes(clock.add_minutes(at, first), then) == clock.add_minutes(at, first + then)


@given(some_calendars, moments(), moments(), st.integers(0, 5000), st.integers(1, 20))
def test_who_starts_later_or_has_longer_is_never_due_earlier(
    calendar: Calendar, one: datetime, other: datetime, minutes: int, days: int
) -> None:
    clock = WorkingTime(calendar, HANOI)
    earlier, later = sorted([one, other])
    assert clock.add_minutes(earlier, minutes) <= clock.add_minutes(later, minutes)
    assert clock.add_minutes(earlier, minutes) <= clock.add_minutes(earlier, minutes + 1)
    assert clock.add_days(earlier, days) <= clock.add_days(later, days)
    assert clock.add_days(earlier, days) < clock.add_days(earlier, days + 1)


@given(some_calendars, moments(), moments(), moments())
def test_times_between_add_up(calendar: Calendar, a: datetime, b: datetime, c: datetime) -> None:
    clock = WorkingTime(calendar, HANOI)
    a, b, c = sorted([a, b, c])
    assert clock.minutes_between(a, b) + clock.minutes_between(b, c) == clock.minutes_between(a, c)


@given(some_calendars, moments(), st.integers(0, 5000))
def test_answers_are_utc_and_whole_minutes(calendar: Calendar, at: datetime, minutes: int) -> None:
    clock = WorkingTime(calendar, HANOI)
    for moment in (clock.add_minutes(at, minutes), clock.add_days(at, 3), clock.next_open(at)):
        assert moment.tzinfo is UTC
        assert (moment.second, moment.microsecond) == (0, 0)


def test_a_unit_works_by_its_own_calendar_and_the_clock_is_kept() -> None:
    city = _city()
    assert working_time_of(city, "drainage").calendar is NIGHT_DUTY
    assert working_time_of(city, "ward").calendar is OFFICE
    assert working_time_of(city, "ward") is working_time_of(city, "ward")
    assert working_time_of(_city(timezone="Asia/Tokyo"), "ward").timezone.key == "Asia/Tokyo"


# --- in the city's words


def test_eight_hours_from_friday_afternoon_end_on_monday_afternoon() -> None:
    assert _office().add_minutes(hanoi("2026-08-14 16:00"), 480) == hanoi("2026-08-17 16:00")


def test_work_that_fills_the_day_is_due_at_closing_not_next_morning() -> None:
    assert _office().add_minutes(hanoi("2026-08-14 08:00"), 480) == hanoi("2026-08-14 17:00")


def test_the_lunch_break_does_not_count() -> None:
    assert _office().add_minutes(hanoi("2026-08-14 11:30"), 60) == hanoi("2026-08-14 13:30")


def test_what_comes_in_the_break_starts_after_it() -> None:
    assert _office().next_open(hanoi("2026-08-14 12:10")) == hanoi("2026-08-14 13:00")
    assert _office().add_minutes(hanoi("2026-08-14 12:10"), 1) == hanoi("2026-08-14 13:01")


def test_a_holiday_does_not_count_and_a_swapped_saturday_does() -> None:
    assert _office().add_minutes(hanoi("2026-08-21 16:00"), 480) == hanoi("2026-08-22 16:00")
    assert _office().add_minutes(hanoi("2026-08-28 16:00"), 480) == hanoi("2026-09-03 16:00")


def test_a_day_both_off_and_swapped_is_worked() -> None:
    both = calendar(days_off={date(2026, 8, 22): Localized("Nghỉ")})
    assert WorkingTime(both, HANOI).is_working(hanoi("2026-08-22 09:00"))


def test_a_unit_on_duty_round_the_clock_may_be_due_at_midnight() -> None:
    clock = WorkingTime(ROUND_THE_CLOCK, HANOI)
    assert clock.add_minutes(hanoi("2026-08-15 20:00"), 240) == hanoi("2026-08-16 00:00")
    assert clock.add_days(hanoi("2026-08-15 20:00"), 1) == hanoi("2026-08-17 00:00")


def test_night_duty_runs_through_midnight() -> None:
    assert WorkingTime(NIGHT_DUTY, HANOI).add_minutes(hanoi("2026-08-15 23:00"), 240) == hanoi("2026-08-16 03:00")


def test_five_days_are_due_at_closing_of_the_fifth_working_day() -> None:
    assert _office().add_days(hanoi("2026-08-10 09:00"), 5) == hanoi("2026-08-17 17:00")


@pytest.mark.parametrize("received", ["2026-08-14 22:00", "2026-08-15 10:00", "2026-08-16 23:59"])
def test_what_comes_after_closing_or_on_a_day_off_still_comes_on_that_day(received: str) -> None:
    assert _office().add_days(hanoi(received), 1) == hanoi("2026-08-17 17:00")


def test_the_day_of_receipt_is_the_citys_not_greenwichs() -> None:
    assert _office().add_days(datetime(2026, 8, 11, 17, 30, tzinfo=UTC), 1) == hanoi("2026-08-13 17:00")


def test_the_close_of_a_day() -> None:
    assert _office().close_of(date(2026, 8, 14)) == hanoi("2026-08-14 17:00")
    assert _office().close_of(date(2026, 8, 15)) is None


def test_seconds_are_dropped_so_that_the_reckoning_adds_up() -> None:
    assert _office().add_minutes(hanoi("2026-08-14 09:00:59"), 60) == hanoi("2026-08-14 10:00")


def test_a_moment_in_any_zone_is_the_same_moment() -> None:
    at = hanoi("2026-08-14 09:00").astimezone(timezone(timedelta(hours=-7)))
    assert _office().add_minutes(at, 60) == hanoi("2026-08-14 10:00")


def test_nothing_is_between_a_later_and_an_earlier_moment() -> None:
    assert _office().minutes_between(hanoi("2026-08-14 10:00"), hanoi("2026-08-14 09:00")) == 0


def test_a_calendar_that_never_opens_is_refused_not_waited_for() -> None:
    shut = WorkingTime(calendar(((),) * 7, days_off={}, days_worked={}), HANOI)
    with pytest.raises(NeverOpen, match="shut"):
        shut.add_minutes(hanoi("2026-08-14 09:00"), 1)
    with pytest.raises(NeverOpen, match="shut"):
        shut.add_days(hanoi("2026-08-14 09:00"), 1)
    with pytest.raises(NeverOpen, match="shut"):
        shut.next_open(hanoi("2026-08-14 09:00"))


def test_a_calendar_that_ends_can_still_be_used_up_to_its_end() -> None:
    week = ((),) * 7
    last = calendar((OFFICE_WEEK[0], *week[1:]), days_off={}, days_worked={})
    assert WorkingTime(last, HANOI).add_days(hanoi("2026-08-14 09:00"), 1) == hanoi("2026-08-17 17:00")


def test_time_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="forward"):
        _office().add_minutes(hanoi("2026-08-14 09:00"), -1)
    with pytest.raises(ValueError, match="at least one"):
        _office().add_days(hanoi("2026-08-14 09:00"), 0)


def test_a_naive_moment_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        _office().minutes_between(datetime(2026, 8, 14), datetime(2026, 8, 15))  # noqa: DTZ001 this is what is refused


def _city(timezone: str = HANOI) -> City:
    nothing: dict[str, Any] = {}
    return City(
        code="made-up",
        name=Localized("Thành phố"),
        timezone=timezone,
        bounds=Bounds(105, 20, 107, 22),
        min_zoom=9,
        settings=Settings(Limit(minutes=480), {}, Limit(minutes=240), Limit(days=1)),
        dispatch="ward",
        emergency=(),
        calendars={"office": OFFICE, "night": NIGHT_DUTY},
        units={
            "ward": Unit("ward", Localized("Phường"), "ward", "office"),
            "drainage": Unit("drainage", Localized("Thoát nước"), "utility", "night"),
        },
        wards=nothing,
        groups=nothing,
        categories=nothing,
        sites=nothing,
        rules=(),
        cases=(),
        templates=nothing,
        refusals=nothing,
        transfers=nothing,
    )


def _office() -> WorkingTime:
    return WorkingTime(OFFICE, HANOI)


def _weekly_minutes(calendar: Calendar) -> int:
    return sum(closes - opens for day in calendar.week for opens, closes in day)
