from datetime import UTC, date, datetime, timedelta

import pytest

from app.domain.wording import say_age, say_clock, say_day, say_due, say_moment, say_working_time

ZONE = "Asia/Ho_Chi_Minh"
NOW = datetime(2025, 11, 28, 3, 0, tzinfo=UTC)
DUE = datetime(2025, 12, 2, 9, 30, tzinfo=UTC)


def test_a_moment_is_said_with_its_weekday_in_the_citys_time() -> None:
    assert say_moment(DUE, "vi", NOW, ZONE) == "16:30 thứ Ba 2/12"
    assert say_moment(DUE, "en", NOW, ZONE) == "16:30 Tuesday 2 December"


def test_the_year_is_said_only_when_it_is_another() -> None:
    next_year = datetime(2026, 1, 3, 23, 5, tzinfo=UTC)
    assert say_moment(next_year, "vi", NOW, ZONE) == "06:05 Chủ nhật 4/1/2026"
    assert say_moment(next_year, "en", NOW, ZONE) == "06:05 Sunday 4 January 2026"


def test_whether_it_is_another_year_is_the_citys_to_say() -> None:
    new_year_in_hanoi = datetime(2025, 12, 31, 18, 0, tzinfo=UTC)
    assert say_moment(datetime(2026, 1, 5, 3, 0, tzinfo=UTC), "vi", new_year_in_hanoi, ZONE) == "10:00 thứ Hai 5/1"


def test_what_is_due_at_midnight_is_due_on_the_day_that_ends() -> None:
    midnight = datetime(2025, 12, 2, 17, 0, tzinfo=UTC)
    assert say_due(midnight, "vi", NOW, ZONE) == "hết thứ Ba 2/12"
    assert say_due(midnight, "en", NOW, ZONE) == "the end of Tuesday 2 December"
    assert say_due(DUE, "vi", NOW, ZONE) == "16:30 thứ Ba 2/12"


def test_a_day_and_a_clock_alone() -> None:
    assert say_day(date(2025, 12, 2), "vi", date(2025, 1, 1)) == "thứ Ba 2/12"
    assert say_day(date(2026, 12, 2), "en", date(2025, 1, 1)) == "Wednesday 2 December 2026"
    assert say_clock(DUE, ZONE) == "16:30"


@pytest.mark.parametrize(
    ("age", "vi", "en"),
    [
        (timedelta(seconds=-5), "vừa xong", "just now"),
        (timedelta(seconds=59), "vừa xong", "just now"),
        (timedelta(minutes=1), "1 phút trước", "1 minute ago"),
        (timedelta(minutes=59, seconds=59), "59 phút trước", "59 minutes ago"),
        (timedelta(hours=23, minutes=59), "23 giờ trước", "23 hours ago"),
        (timedelta(days=3, hours=20), "3 ngày trước", "3 days ago"),
        (timedelta(days=30), "30 ngày trước", "30 days ago"),
        (timedelta(days=31), "1 tháng trước", "1 month ago"),
        (timedelta(days=800), "2 năm trước", "2 years ago"),
    ],
)
def test_an_age_is_said_in_its_largest_full_unit(age: timedelta, vi: str, en: str) -> None:
    assert (say_age(NOW - age, NOW, "vi"), say_age(NOW - age, NOW, "en")) == (vi, en)


def test_working_time_is_never_said_in_days() -> None:
    assert say_working_time(2400, "vi") == "40 giờ"
    assert say_working_time(165, "en") == "2 hours 45 minutes"
    assert say_working_time(0, "vi") == "0 phút"
