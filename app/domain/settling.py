"""What staff sent less than a minute ago: the desk works with it, the public is shown it once it cannot be taken back.

A report's row is how it stands for the city. `settling` lists the steps whose time to be undone still runs, the oldest
first: `until` when (epoch seconds), how the report `was` before, and what is shown only `later`, because the row
itself would show it at once (a sensitive report's publication). What hides something hides it at once.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import inspect, select

from app.domain import figures
from app.domain.standing import plain, put_back
from app.extensions import db
from app.models import Event, Report
from app.models.choices import EventKind, Publication, Status

GONE = (Status.HELD, Status.WITHDRAWN, Status.MERGED)  # never public, whatever was decided
# these change nothing that an undo puts back, so that a step before them can still be taken back
BESIDE = (EventKind.CONTACT_SEEN, EventKind.CONTACT_CONFIRMED, EventKind.JOINED, EventKind.NAME_HIDDEN)
_LEVELS = tuple(Publication)  # from nothing to everything
_ALSO = ("last_public_word_at", "updated_at")  # not put back by an undo, and yet telling


def telling(report: Report) -> dict[str, Any]:
    """Fields that say something happened, as they stand."""
    return {name: plain(getattr(report, name)) for name in _ALSO}


def put_off(report: Report, before: Publication) -> dict[str, Any]:
    """A step makes a report public that was not: it stays as it was, and the answer says what it becomes later."""
    if before is not Publication.NONE or report.publication is Publication.NONE:
        return {}
    later = {"publication": report.publication.value}
    report.publication = Publication.NONE
    return later


def keep(report: Report, event: Event, until: datetime, *, was: dict[str, Any], later: dict[str, Any]) -> None:
    """This step is shown from `until` on."""
    step = {"event": event.id, "until": int(until.timestamp()), "was": was, "later": later}
    _set(report, [*(report.settling or ()), step])


def forget(report: Report, event: Event) -> None:
    """This step was taken back: there is nothing to show."""
    _set(report, [one for one in report.settling or () if one["event"] != event.id])


def show_at_once(report: Report) -> None:
    """Somebody else has gone on from here, so nothing is taken back any more. What is shown later still waits."""
    if report.settling:
        _set(report, [one | {"was": {}} for one in report.settling])


def show_nothing_later(report: Report) -> None:
    """Whatever was to become public stays private: it was withheld, or is sensitive now."""
    if report.settling:
        _set(report, [one | {"later": {}} for one in report.settling])


def becomes_public(report: Report) -> bool:
    """Is it public, or will it be once the minute is over?"""
    return report.publication is not Publication.NONE or any(one["later"] for one in report.settling or ())


def shown(report: Report, at: datetime) -> Report:
    """The report as the public, its reporter too, is shown it at `at`: itself, or a copy outside the session.

    Never shows more than the row does.
    """
    running = [one for one in report.settling or () if one["until"] > at.timestamp()]
    if not running:
        return report
    copy = Report(**{column.key: getattr(report, column.key) for column in inspect(Report).column_attrs})
    for step in reversed(running):
        put_back(copy, step["was"])
    copy.publication = min(report.publication, copy.publication, key=_LEVELS.index)
    return copy


def shown_instead(ids: list[int], at: datetime) -> dict[int, Report]:
    """Of these reports, those the public is shown differently from their rows. One query."""
    if not ids:
        return {}
    some = select(Report).where(Report.id.in_(ids), Report.settles_at > at)
    return {report.id: shown(report, at) for report in db.session.scalars(some)}


def settle(report: Report, at: datetime) -> None:
    """The time of some steps is over: what waited for it is shown. Inside a unit of work; the report is locked.

    No event of its own: the step's event said it, this is the moment it named.
    """
    before = figures.standing(report)
    for step in report.settling or ():
        if step["until"] <= at.timestamp() and report.status not in GONE and report.hidden_at is None:
            put_back(report, step["later"])
    _set(report, [one for one in report.settling or () if one["until"] > at.timestamp()])
    figures.apply(before, figures.standing(report))


def _set(report: Report, steps: list[Any]) -> None:
    report.settling = steps or None
    report.settles_at = datetime.fromtimestamp(min(one["until"] for one in steps), UTC) if steps else None
