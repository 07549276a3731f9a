"""The two clocks of a report, in working time of its unit. A promise given never moves by itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from app.domain import deadlines
from app.domain.city.model import City, Limit
from app.domain.deadlines import WorkingTime
from app.models import Report
from app.models.choices import Severity, Status


def working_time(city: City, unit_id: int) -> WorkingTime:
    """The hours in which a unit works."""
    return deadlines.working_time_by(city, city.unit_of(unit_id).calendar)


@dataclass(frozen=True, slots=True)
class Promise:
    receive_by: datetime
    handle_by: datetime


def at_filing(city: City, unit_id: int, severity: Severity, at: datetime) -> Promise:
    """Receipt in working time from now; handling "at the latest", counted from when receipt is due."""
    hours = working_time(city, unit_id)
    receive_by = deadlines.promise(city.settings.receive, hours, at)
    return Promise(receive_by, deadlines.promise(city.settings.handle[severity], hours, receive_by))


def limit_of(city: City, severity: Severity) -> Limit:
    return city.settings.handle[severity]


def from_receipt(city: City, report: Report, at: datetime) -> datetime:
    """When handling is due once received at `at`: never later than what filing promised."""
    due = deadlines.promise(limit_of(city, report.severity), working_time(city, report.unit_id), at)
    return min(due, report.handle_due_at)


def anew(city: City, report: Report, at: datetime) -> datetime:
    """A fresh clock, for a reopened report."""
    return deadlines.promise(limit_of(city, report.severity), working_time(city, report.unit_id), at)


def to_accept(city: City, unit_id: int, at: datetime) -> datetime:
    """When a unit that got a transfer must have accepted it."""
    return deadlines.promise(city.settings.accept_transfer, working_time(city, unit_id), at)


def to_publish(city: City, unit_id: int, at: datetime) -> datetime:
    return deadlines.promise(city.settings.publish, working_time(city, unit_id), at)


def end_of(city: City, unit_id: int, on: date) -> datetime:
    """The closing minute of a day; of the next working day when that one is off."""
    hours = working_time(city, unit_id)
    return hours.close_of(on) or hours.add_days(datetime.combine(on, time(), ZoneInfo(city.timezone)), 1)


def pause(city: City, report: Report, at: datetime) -> int:
    """Working minutes left on the running clock."""
    if report.due_at is None:
        return 0
    return deadlines.remaining_minutes(working_time(city, report.unit_id), at, report.due_at)


def go_on(city: City, report: Report, at: datetime) -> datetime:
    """The promise of a paused report that goes on at `at` with the minutes that were left.

    Where none was left it had passed, and stays where it was.
    """
    if not report.remaining_minutes:
        return report.handle_due_at
    return working_time(city, report.unit_id).add_minutes(at, report.remaining_minutes)


def at_the_latest(city: City, report: Report) -> datetime:
    """The handling promise as it runs; of a paused report as it will run on by itself, when the pause ends."""
    if report.status is Status.WAITING and report.due_at is not None:
        return go_on(city, report, report.due_at)
    return report.handle_due_at
