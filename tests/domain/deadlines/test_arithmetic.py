from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.city.model import Calendar, Limit
from app.domain.deadlines import DayKind, WorkingTime, explain, promise
from tests.domain.deadlines.calendars import (
    CULTURE_DAY,
    HANOI,
    NATIONAL_DAY,
    NIGHT_DUTY,
    OFFICE,
    ROUND_THE_CLOCK,
    SWAPPED,
    hanoi,
)

CLOCK = WorkingTime(OFFICE, HANOI)
limits = st.integers(1, 6000).map(lambda n: Limit(minutes=n)) | st.integers(1, 20).map(lambda n: Limit(days=n))
starts = st.integers(0, 120 * 1440).map(lambda n: hanoi("2026-08-01 00:00") + timedelta(minutes=n))


@given(st.sampled_from([OFFICE, ROUND_THE_CLOCK, NIGHT_DUTY]), limits, starts)
def test_the_steps_sum_up_to_the_limit(calendar: Calendar, limit: Limit, start: datetime) -> None:
    clock = WorkingTime(calendar, HANOI)
    reckoning = explain(limit, clock, start)
    days = [step.on for step in reckoning.steps]
    assert reckoning.due == promise(limit, clock, start)
    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]
    assert reckoning.steps[-1].spans[-1][1] == reckoning.due
    if limit.minutes:
        assert sum(step.minutes for step in reckoning.steps) == limit.minutes
    else:
        numbers = [step.number for step in reckoning.steps if step.kind is DayKind.WORKED]
        assert numbers == list(range(1, (limit.days or 0) + 1))


def test_hours_are_told_span_by_span() -> None:
    reckoning = explain(Limit(minutes=480), CLOCK, hanoi("2026-08-21 11:00"))
    friday, saturday = reckoning.steps
    assert friday.spans == (
        (hanoi("2026-08-21 11:00"), hanoi("2026-08-21 12:00")),
        (hanoi("2026-08-21 13:00"), hanoi("2026-08-21 17:00")),
    )
    assert (friday.minutes, friday.name) == (300, None)
    assert (saturday.kind, saturday.minutes, saturday.name) == (DayKind.WORKED, 180, SWAPPED)
    assert reckoning.due == hanoi("2026-08-22 11:00")


def test_a_day_on_which_nothing_counted_says_why() -> None:
    reckoning = explain(Limit(minutes=60), CLOCK, hanoi("2026-08-28 18:00"))
    assert [(step.on.day, step.kind, step.name) for step in reckoning.steps] == [
        (28, DayKind.CLOSED, None),
        (29, DayKind.REST, None),
        (30, DayKind.REST, None),
        (31, DayKind.HOLIDAY, NATIONAL_DAY),
        (1, DayKind.HOLIDAY, NATIONAL_DAY),
        (2, DayKind.HOLIDAY, NATIONAL_DAY),
        (3, DayKind.WORKED, None),
    ]


def test_days_are_numbered_from_the_one_after_receipt() -> None:
    reckoning = explain(Limit(days=2), CLOCK, hanoi("2026-11-23 09:00"))
    assert [(step.on.day, step.kind, step.number, step.name) for step in reckoning.steps] == [
        (23, DayKind.RECEIPT, 0, None),
        (24, DayKind.HOLIDAY, 0, CULTURE_DAY),
        (25, DayKind.WORKED, 1, None),
        (26, DayKind.WORKED, 2, None),
    ]


def test_what_is_due_at_midnight_belongs_to_the_day_that_ends() -> None:
    clock = WorkingTime(ROUND_THE_CLOCK, HANOI)
    reckoning = explain(Limit(minutes=240), clock, hanoi("2026-08-15 20:00"))
    assert [step.on for step in reckoning.steps] == [date(2026, 8, 15)]


def test_a_reckoning_over_days_not_yet_announced_says_so() -> None:
    assert not explain(Limit(days=5), CLOCK, hanoi("2026-12-14 09:00")).is_sample
    assert explain(Limit(days=10), CLOCK, hanoi("2026-12-28 09:00")).is_sample
