from datetime import timedelta

import pytest

from app.domain.city.model import Limit
from app.domain.deadlines import WorkingTime, promise, remaining_minutes
from app.models import Report
from app.models.choices import Status
from tests.domain.deadlines.calendars import HANOI, OFFICE, hanoi

CLOCK = WorkingTime(OFFICE, HANOI)
FRIDAY_AT_FOUR = hanoi("2026-08-14 16:00")


def test_a_limit_in_hours_runs_in_working_minutes() -> None:
    assert promise(Limit(minutes=480), CLOCK, FRIDAY_AT_FOUR) == hanoi("2026-08-17 16:00")


def test_a_limit_in_days_ends_with_the_last_working_day() -> None:
    assert promise(Limit(days=5), CLOCK, FRIDAY_AT_FOUR) == hanoi("2026-08-21 17:00")


@pytest.mark.parametrize("limit", [Limit(), Limit(minutes=480, days=1), Limit(minutes=0), Limit(days=0)])
def test_a_limit_that_is_none_is_refused(limit: Limit) -> None:
    with pytest.raises(ValueError, match="limit"):
        promise(limit, CLOCK, FRIDAY_AT_FOUR)


def test_at_the_moment_itself_is_on_time() -> None:
    due = hanoi("2026-08-17 16:00")
    report = Report(status=Status.NEW, due_at=due)
    assert not report.is_overdue(due)
    assert report.is_overdue(due + timedelta(seconds=1))


def test_a_pause_keeps_what_was_left_and_gives_it_back() -> None:
    due = promise(Limit(minutes=480), CLOCK, FRIDAY_AT_FOUR)
    left = remaining_minutes(CLOCK, hanoi("2026-08-17 09:00"), due)
    assert left == 360
    assert CLOCK.add_minutes(hanoi("2026-08-19 08:00"), left) == hanoi("2026-08-19 15:00")


def test_nothing_is_left_of_a_promise_that_is_overdue() -> None:
    assert remaining_minutes(CLOCK, hanoi("2026-08-18 09:00"), hanoi("2026-08-17 16:00")) == 0
