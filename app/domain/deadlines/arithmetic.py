"""How a promise was reckoned, day by day: what stands under "Cách tính"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.domain.city.model import Limit
from app.domain.deadlines.promises import promise
from app.domain.deadlines.working_time import WorkingTime, minute_of, moment_of
from app.models.localized import Localized


class DayKind(StrEnum):
    """What a day did for the clock."""

    WORKED = "worked"  # it ran; a swapped day says its name
    RECEIPT = "receipt"  # the day the report came, not counted where the limit is in days
    CLOSED = "closed"  # a working day on which the office had closed already
    REST = "rest"  # the weekly rest
    HOLIDAY = "holiday"  # a day off with a name


@dataclass(frozen=True, slots=True)
class Step:
    """One local day of the reckoning."""

    on: date
    kind: DayKind
    spans: tuple[tuple[datetime, datetime], ...] = ()  # what counted, from and to; empty where nothing did
    minutes: int = 0  # working minutes that counted on this day
    number: int = 0  # which working day this is, where the limit is in days and the day counts
    name: Localized | None = None  # of a holiday or a swapped day


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A promise taken apart: every day from the start to the due moment, in order."""

    limit: Limit
    start: datetime
    due: datetime
    steps: tuple[Step, ...]
    is_sample: bool  # one of these days stands in a year whose holidays are not announced yet


def explain(limit: Limit, working_time: WorkingTime, start: datetime) -> Arithmetic:
    """How `promise(limit, working_time, start)` comes out. The minutes, or the numbered days, sum up to the limit."""
    due = promise(limit, working_time, start)
    first = working_time.day_of(start)
    if limit.minutes is not None:
        steps = tuple(_steps_of_minutes(working_time, first, minute_of(start), minute_of(due)))
    else:
        steps = tuple(_steps_of_days(working_time, first, minute_of(due)))
    samples = working_time.calendar.sample_years
    return Arithmetic(limit, start, due, steps, is_sample=any(step.on.year in samples for step in steps))


def _steps_of_minutes(working_time: WorkingTime, first: date, start: int, due: int) -> Iterator[Step]:
    last = working_time.day_of(moment_of(due - 1))  # due at 24:00 belongs to the day that ends
    for day in _days(first, last):
        spans = working_time.spans(day)
        counted = [(max(opens, start), min(closes, due)) for opens, closes in spans]
        counted = [(begins, ends) for begins, ends in counted if begins < ends]
        if counted:
            yield _step(working_time, day, DayKind.WORKED, counted)
        else:
            yield _step(working_time, day, DayKind.CLOSED if spans else _kind_of_rest(working_time, day))


def _steps_of_days(working_time: WorkingTime, receipt: date, due: int) -> Iterator[Step]:
    last = working_time.day_of(moment_of(due - 1))
    yield _step(working_time, receipt, DayKind.RECEIPT)
    number = 0
    for day in _days(receipt + timedelta(days=1), last):
        if spans := working_time.spans(day):
            number += 1
            yield _step(working_time, day, DayKind.WORKED, list(spans), number)
        else:
            yield _step(working_time, day, _kind_of_rest(working_time, day))


def _step(
    working_time: WorkingTime, day: date, kind: DayKind, spans: list[tuple[int, int]] | None = None, number: int = 0
) -> Step:
    calendar, counted = working_time.calendar, spans or []
    return Step(
        on=day,
        kind=kind,
        spans=tuple((moment_of(begins), moment_of(ends)) for begins, ends in counted),
        minutes=sum(ends - begins for begins, ends in counted),
        number=number,
        name=calendar.days_worked.get(day) or calendar.days_off.get(day),
    )


def _kind_of_rest(working_time: WorkingTime, day: date) -> DayKind:
    return DayKind.HOLIDAY if day in working_time.calendar.days_off else DayKind.REST


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))
