"""How the clock of a report stands, as every page says it: which promise runs, until when, and how that was counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Protocol

from app.domain import deadlines, promises
from app.domain.city.model import City
from app.domain.deadlines import Arithmetic
from app.domain.public_view import HANDED_OVER
from app.models import Report
from app.models.choices import EventKind, Status

ENDED = (EventKind.RESOLVED, EventKind.DECLINED)


class Runs(StrEnum):
    """Which promise it is."""

    RECEIVE = "receive"
    ACCEPT = "accept"  # by the new unit, after a transfer
    HANDLE = "handle"
    PLANNED = "planned"
    PAUSED = "paused"
    JUDGED = "judged"  # answered: the promise by which it was late or not
    NOTHING = "nothing"


class Happened(Protocol):
    """An event, as somebody is told it."""

    @property
    def kind(self) -> EventKind: ...
    @property
    def at(self) -> datetime: ...
    @property
    def data(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Clock:
    """`due` is the moment that counts: of a paused clock the day on which it goes on by itself at the latest."""

    runs: Runs
    due: datetime | None = None
    arithmetic: Arithmetic | None = None  # only where it leads to `due`: a date set by hand has none
    minutes_left: int = 0  # working minutes, while it stands still
    is_receipt: bool = False  # JUDGED: it ended before anybody had received it


def of(city: City, report: Report, events: Iterable[Happened]) -> Clock:
    """The clock of a report with its events, the oldest first. No query."""
    happened = list(events)
    runs = _runs(report)
    if runs is Runs.PAUSED:
        return Clock(runs, report.due_at, minutes_left=report.remaining_minutes or 0)
    due = _due(report, runs, happened)
    arithmetic = _counted(city, report, due, happened) if due is not None and runs is not Runs.PLANNED else None
    return Clock(runs, due, arithmetic, is_receipt=report.received_at is None)


def _runs(report: Report) -> Runs:
    if report.resolved_at is not None:
        return Runs.JUDGED
    match report.status:
        case Status.NEW | Status.HELD:
            return Runs.ACCEPT if report.is_transferred else Runs.RECEIVE
        case Status.RECEIVED | Status.IN_PROGRESS:
            return Runs.HANDLE
        case Status.PLANNED:
            return Runs.PLANNED
        case Status.WAITING:
            return Runs.PAUSED
        case _:
            return Runs.NOTHING


def _due(report: Report, runs: Runs, happened: list[Happened]) -> datetime | None:
    match runs:
        case Runs.RECEIVE:
            return report.receive_due_at
        case Runs.ACCEPT:
            return report.due_at
        case Runs.HANDLE | Runs.PLANNED:
            return report.handle_due_at
        case Runs.JUDGED:
            return _judged_by(report, happened)
        case _:
            return None


def _judged_by(report: Report, happened: list[Happened]) -> datetime | None:
    """The moment its lateness was measured against; None where that is no longer known."""
    ended = next((event for event in reversed(happened) if event.kind in ENDED), None)
    if ended is not None and ended.data.get("judged_by"):
        return datetime.fromtimestamp(int(ended.data["judged_by"]), UTC)
    likely = report.receive_due_at if report.received_at is None else report.handle_due_at
    is_late = report.resolved_at is not None and report.resolved_at > likely
    return likely if is_late is report.is_late else None


def _counted(city: City, report: Report, due: datetime, happened: list[Happened]) -> Arithmetic | None:
    """The reckoning that leads to this moment, if one does."""
    return next((one for one in _reckonings(city, report, happened) if one.due == due), None)


def _reckonings(city: City, report: Report, happened: list[Happened]) -> Iterator[Arithmetic]:
    settings, hours = city.settings, promises.working_time(city, report.unit_id)
    handle = promises.limit_of(city, report.severity)
    if report.received_at is None:
        yield deadlines.explain(settings.receive, hours, report.filed_at)
    for event in reversed(happened):
        if event.kind in HANDED_OVER:
            yield deadlines.explain(settings.accept_transfer, hours, event.at)
        elif event.kind is EventKind.REOPENED:
            yield deadlines.explain(handle, hours, event.at)
    if report.received_at is not None:
        yield deadlines.explain(handle, hours, report.received_at)
    yield deadlines.explain(handle, hours, report.receive_due_at)
