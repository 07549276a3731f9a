"""Which suspensions hold, for which reports, and how the figures stand with and without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from flask_babel import lazy_gettext as _l
from sqlalchemy import case, func, select

from app.domain.city import store
from app.domain.errors import NotFound
from app.extensions import db
from app.models import Report, SuspendedReport, Suspension, now

PAGE = 20


@dataclass(frozen=True, slots=True)
class Kept:
    """Reports whose dates it moved: how many, how many are answered, and of those how many in time."""

    moved: int = 0
    answered: int = 0
    in_time: int = 0
    in_time_without: int = 0  # by the dates as they were


@dataclass(frozen=True, slots=True)
class Page:
    suspensions: Sequence[Suspension]
    older: int | None


def get(code: str, *, lock: bool = False) -> Suspension:
    """NotFound where there is none of this code."""
    query = select(Suspension).where(Suspension.code == code)
    found = db.session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound(_l("There is no such decision."))
    return found


def page(before: int | None = None) -> Page:
    """All there ever were, the newest first; what was taken back too."""
    query = select(Suspension).order_by(Suspension.id.desc()).limit(PAGE + 1)
    found = db.session.scalars(query.where(Suspension.id < before) if before else query).all()
    return Page(found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None)


def holding(category: str, ward: str, at: datetime) -> list[Suspension]:
    """Those in force at a moment or to come, for this kind and ward, in order. One query where there may be one."""
    if not store.may_be_suspended_after(at):
        return []
    query = select(Suspension).where(Suspension.until > at, Suspension.applies_at <= at, Suspension.undone_at.is_(None))
    found = db.session.scalars(query.order_by(Suspension.starts_at))
    return [one for one in found if is_for(one, category, ward)]


def is_for(suspension: Suspension, category: str, ward: str) -> bool:
    return (not suspension.wards or ward in suspension.wards) and (
        not suspension.categories or category in suspension.categories
    )


def kept(suspensions: Sequence[Suspension]) -> dict[int, Kept]:
    """What became of the reports of each. One query."""
    is_answered = Report.resolved_at.is_not(None)
    rows = db.session.execute(
        select(
            SuspendedReport.suspension_id,
            func.count(),
            func.sum(case((is_answered, 1), else_=0)),
            func.sum(case((is_answered & ~Report.is_late, 1), else_=0)),
            func.sum(
                case((is_answered & ~Report.is_late & (Report.resolved_at <= SuspendedReport.handle_was), 1), else_=0)
            ),
        )
        .join(Report, Report.id == SuspendedReport.report_id)
        .where(SuspendedReport.suspension_id.in_([one.id for one in suspensions]))
        .group_by(SuspendedReport.suspension_id)
    )
    found = {id: Kept(*(int(n) for n in numbers)) for id, *numbers in rows}
    return {one.id: found.get(one.id, Kept()) for one in suspensions}


def only_in_time_by_them(on: date) -> int:
    """Reports answered since this day that are in time by a suspension alone."""
    since = datetime.combine(on, time(), ZoneInfo(store.current().timezone))
    query = (
        select(func.count(SuspendedReport.report_id.distinct()))
        .join(Report, Report.id == SuspendedReport.report_id)
        .where(
            Report.resolved_at >= since,
            Report.resolved_at <= now(),
            ~Report.is_late,
            Report.resolved_at > SuspendedReport.handle_was,
        )
    )
    return int(db.session.scalar(query) or 0)
